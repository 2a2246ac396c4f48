"""A real city's market: 22,963 flats in Moscow, 5,000 buyers, of the data beside the repository."""

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import batched
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3

from benchmarks.report import CannotMeasure
from cobroke.domain import ids
from cobroke.domain.postings.flats import Offer
from cobroke.domain.postings.kinds import Kind
from cobroke.domain.postings.posting import Content, Posting
from cobroke.domain.realtors import Realtor
from cobroke.edge.models.lead import LeadBody
from cobroke.edge.models.property import PropertyBody
from cobroke.storage import entities, keys, realtors
from cobroke.storage.notation import Item
from cobroke.storage.postings import flats, posting
from cobroke.storage.table import Key, Table
from tests.support.moscow_rows import Json, read_listings, read_wishes

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DATA = Path(__file__).parent.parent.parent / "shared" / "data"
REALTORS = 500
_BATCH, _THREADS = 25, 4


class Market(NamedTuple):
    """Leads and listings, the oldest first, owned by the realtors in turn."""

    realtors: Sequence[Realtor]
    leads: Sequence[Posting]
    properties: Sequence[Posting]


def listings() -> list[Json]:
    """Return bodies of `POST /properties`, as read from the wire. Raises CannotMeasure."""
    return read_listings(_data("moscow_listings.csv"))


def buyers() -> list[Json]:
    """Return bodies of `POST /leads`, as read from the wire. Raises CannotMeasure."""
    return [{"requirements": wishes} for wishes in read_wishes(_data("moscow_leads.jsonl"))]


def make_market(now: int, seed: int = 1) -> Market:
    """Make all of it, an object a millisecond until `now` (ms). Raises CannotMeasure."""
    rng = Random(seed)
    owners = [
        Realtor(ids.realtor_id(rng.randbytes(8)), f"bench-{n}", f"+7916{n:07}")
        for n in range(REALTORS)
    ]
    offered = [PropertyBody.model_validate(body) for body in listings()]
    wanted = [LeadBody.model_validate(body) for body in buyers()]
    properties = [Content(body.model_dump(), body.features()) for body in offered]
    leads = [Content(body.model_dump(), body.features()) for body in wanted]
    return Market(
        owners,
        _owned("LEAD", leads, owners, now, rng),
        _owned("PROPERTY", properties, owners, now, rng),
    )


def load(table: Table, market: Market) -> None:
    """Put it into the table as old writes have left it: no change is still to be read."""
    client = boto3.client("dynamodb")
    with ThreadPoolExecutor(_THREADS) as pool:
        for _ in pool.map(
            lambda items: _put(client, table, items), batched(_items(market), _BATCH, strict=False)
        ):
            pass


def _items(market: Market) -> Iterator[Item]:
    """Yield the items that storage writes, but for the changes."""
    yield from map(realtors._item, market.realtors)
    for stored in (*market.leads, *market.properties):
        yield posting._posting_item(stored)
        entry = keys.market_entry(stored.content.features, stored.id)
        yield entities.ENTRY.at(entry, posting._market_facts(stored))
    offered = defaultdict[Key, list[Offer]](list)
    for offer in filter(None, map(flats.offered_by, market.properties)):
        offered[keys.flat(offer.fingerprint)].append(offer)
    for key, offers in offered.items():
        yield entities.FLAT.at(key, {"offers": flats.pack(offers[: flats.MOST])})


def _put(client: "DynamoDBClient", table: Table, items: Sequence[Item]) -> None:
    ahead: dict[str, Any] = {
        table.name: [{"PutRequest": {"Item": table.put(item)["Put"]["Item"]}} for item in items]
    }
    while ahead:
        ahead = client.batch_write_item(RequestItems=ahead)["UnprocessedItems"]


def _owned(
    kind: Kind, contents: Sequence[Content], owners: Sequence[Realtor], now: int, rng: Random
) -> list[Posting]:
    stored = []
    for number, content in enumerate(contents, start=1):
        time = now - len(contents) + number
        new_id = ids.posting_id(time, rng.randbytes(2), owners[number % len(owners)].id)
        stored.append(
            Posting(kind, new_id, content, "ACTIVE", 1, 1, changed_at=time, updated_at=time)
        )
    return stored


def _data(name: str) -> Path:
    path = DATA / name
    if not path.exists():
        raise CannotMeasure(
            f"The listings and buyers to measure with are not there: {os.path.relpath(path)}"
        )
    return path
