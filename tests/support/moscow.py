"""Real listings and buyers, of the data beside the repository."""

import csv
from functools import cache
from typing import Any

import pytest

from cobroke.exact_json import loads_strictly
from tests.conftest import SHARED

type Json = dict[str, Any]

DATA = SHARED / "data"
beside = pytest.mark.skipif(
    not DATA.exists(), reason="the listings and buyers are not there: ../shared/data"
)
_ADDRESS = ("city", "district", "street", "house_number", "metro_station")
_NUMBERS = ("price", "area", "rooms", "floor", "total_floors", "year_built")
_WORDS = ("property_type", "property_class", "condition")


@cache
def listings() -> list[Json]:
    """Bodies of `POST /properties`, by their row's number."""
    with (DATA / "moscow_listings.csv").open(newline="") as lines:
        return [_listing(row) for row in csv.DictReader(lines)]


@cache
def wishes() -> list[Json]:
    """Requirements of leads."""
    with (DATA / "moscow_leads.jsonl").open("rb") as lines:
        found: list[Any] = [loads_strictly(line) for line in lines]
        return found


def _listing(row: dict[str, str]) -> Json:
    numbers = {name: loads_strictly(row[name].encode()) if row[name] else None for name in _NUMBERS}
    address = {name: row[name] or None for name in _ADDRESS}
    # 82 rows have a street's name for the house's number, longer than the contract allows.
    address["house_number"] = row["house_number"][:20]
    return {
        "address": address,
        "details": numbers | {name: row[name] for name in _WORDS},
        "commission_share": 50,
    }
