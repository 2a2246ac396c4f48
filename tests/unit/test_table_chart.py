"""docs/table.md is the chart of the code, and what the chart names is there."""

from importlib import import_module

import pytest

from cobroke.storage.entities import ENTITIES
from infra.triggers import STREAM_READERS
from tools.table_chart import ACCESS, DOCUMENT, chart


def test_the_page_is_the_chart_of_the_code() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == chart()


def test_what_expires_says_for_how_long_it_is_kept() -> None:
    for entity in ENTITIES:
        names = {name.rstrip("?") for name in entity.attributes.split()}
        assert ("expires" in names) == bool(entity.kept), entity.name


def test_what_wakes_the_readers_of_the_stream_is_a_kind_of_item() -> None:
    known = {one.name for one in ENTITIES}
    for reader in STREAM_READERS:
        for pattern in reader.patterns:
            assert set(pattern["dynamodb"]["NewImage"]["entity"]["S"]) <= known


@pytest.mark.parametrize("by", [access.by for access in ACCESS])
def test_who_asks_the_table_is_there(by: str) -> None:
    module, _, function = by.rpartition(".")
    assert callable(getattr(import_module(f"cobroke.{module}"), function))
