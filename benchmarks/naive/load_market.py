"""Loads what `contestants/load_market.py` loads, as the naive stack keeps it.

Usage: python load_market.py <table> <now, ms> <folder of the data>
"""

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from itertools import batched
from pathlib import Path
from typing import Any

import boto3
from boto3.dynamodb.types import TypeSerializer

from benchmarks import market
from benchmarks.market import Market
from benchmarks.naive.models import PropertyBody
from cobroke.domain.postings.features import PropertyFeatures, pack_property
from cobroke.domain.postings.posting import Posting
from tests.support.moscow_rows import Json

THREADS, BATCH = 4, 25
_WRITE = TypeSerializer().serialize


def main(table: str, now: str, data: str) -> None:
    market.DATA = Path(data)
    made = market.make_market(int(now))
    client = boto3.client("dynamodb")

    def put(items: tuple[Json, ...]) -> None:
        writes: Any = [{"PutRequest": {"Item": _WRITE(item)["M"]}} for item in items]
        if client.batch_write_item(RequestItems={table: writes})["UnprocessedItems"]:
            raise RuntimeError("DynamoDB Local leaves nothing out")

    with ThreadPoolExecutor(THREADS) as pool:
        for _ in pool.map(put, batched(_items(made), BATCH, strict=False)):
            pass
    print(json.dumps([realtor.id for realtor in made.realtors]))


def _items(made: Market) -> Iterator[Json]:
    for realtor in made.realtors:
        facts = {name: value for name, value in asdict(realtor).items() if name != "id"}
        key = {"PK": f"REALTOR#{realtor.id}", "SK": "PROFILE", "entity": "REALTOR"}
        yield key | facts
    for body, stored in zip(market.listings(), made.properties, strict=True):
        features = stored.content.features
        if isinstance(features, PropertyFeatures):
            yield from _of_listing(body, stored, features)


def _of_listing(body: Json, stored: Posting, features: PropertyFeatures) -> Iterator[Json]:
    seen = {"f": pack_property(features), "version": stored.version}
    yield seen | {
        "PK": f"REALTOR#{stored.owner}",
        "SK": f"PROPERTY#{stored.id}",
        "entity": "PROPERTY",
        "d": PropertyBody.model_validate(body).model_dump_json(),
        "city": features.city,
        "status": "ACTIVE",
        "revision": 1,
        "changed_at": stored.changed_at,
        "updated_at": stored.updated_at,
        "archived_for": None,
        "stale": False,
    }
    shelf = f"MARKET#PROPERTY#{features.city}#{features.market.group.name}#{min(features.rooms, 6)}"
    key = {"PK": shelf, "SK": f"{features.price:015}#{stored.id}"}
    yield key | seen | {"entity": "ENTRY"}


if __name__ == "__main__":
    main(*sys.argv[1:])
