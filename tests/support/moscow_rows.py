"""The rows of a real city's listings and buyers, as the wire has them."""

import csv
from pathlib import Path
from typing import Any

from cobroke.exact_json import loads_strictly

type Json = dict[str, Any]

_ADDRESS = ("city", "district", "street", "house_number", "metro_station")
_NUMBERS = ("price", "area", "rooms", "floor", "total_floors", "year_built")
_WORDS = ("property_type", "property_class", "condition")


def read_listings(file: Path) -> list[Json]:
    """Read bodies of `POST /properties`."""
    with file.open(newline="") as lines:
        return [_listing(row) for row in csv.DictReader(lines)]


def read_wishes(file: Path) -> list[Json]:
    """Read requirements of leads."""
    with file.open("rb") as lines:
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
