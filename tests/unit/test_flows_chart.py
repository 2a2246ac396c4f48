"""docs/flows.md is the chart of the code, and the chart knows all that wakes a function."""

from importlib import import_module

import pytest

from cobroke.storage.entities import ENTITIES
from infra.triggers import STREAM_READERS
from tools.flows_chart import CONSEQUENCES, DOCUMENT, chart


def test_the_page_is_the_chart_of_the_code() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == chart()


def test_every_filter_of_the_stream_has_a_row_and_every_row_a_filter() -> None:
    """Not the event: of a notice only an insert wakes, which the row's words say."""
    images = [
        (reader.function, pattern["dynamodb"]["NewImage"])
        for reader in STREAM_READERS
        for pattern in reader.patterns
    ]
    woken = {
        (function, ", ".join(image["entity"]["S"]), *image.get("status", {"S": ()})["S"])
        for function, image in images
    }
    rows = {(row.woken, *row.kinds.partition(" ARCHIVED")[:2]) for row in CONSEQUENCES}
    assert {(name, kinds, *filter(None, [status.strip()])) for name, kinds, status in rows} == woken


@pytest.mark.parametrize("by", [row.by for row in CONSEQUENCES])
def test_who_does_it_is_there(by: str) -> None:
    module, _, function = by.rpartition(".")
    assert callable(getattr(import_module(f"cobroke.{module}"), function))


@pytest.mark.parametrize("row", CONSEQUENCES, ids=lambda row: row.what)
def test_what_makes_it_once_is_a_kind_of_item(row: object) -> None:
    once = row.once.partition(",")[0]  # type: ignore[attr-defined]
    assert once in {entity.name for entity in ENTITIES}
