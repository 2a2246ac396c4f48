"""Real listings and buyers, of the data beside the repository."""

from functools import cache

import pytest

from tests.conftest import SHARED
from tests.support.moscow_rows import Json, read_listings, read_wishes

DATA = SHARED / "data"
beside = pytest.mark.skipif(
    not DATA.exists(), reason="the listings and buyers are not there: ../shared/data"
)


@cache
def listings() -> list[Json]:
    """Bodies of `POST /properties`, by their row's number."""
    return read_listings(DATA / "moscow_listings.csv")


@cache
def wishes() -> list[Json]:
    """Requirements of leads."""
    return read_wishes(DATA / "moscow_leads.jsonl")
