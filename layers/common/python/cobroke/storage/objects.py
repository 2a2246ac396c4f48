"""Leads and properties: each write is one transaction over the object, its market entry and its change."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from cobroke.domain import ids
from cobroke.domain.errors import Archived, NotFound
from cobroke.domain.features import (
    Features,
    LeadFeatures,
    Market,
    pack_lead,
    pack_property,
    unpack_lead,
    unpack_property,
)
from cobroke.domain.vocabulary import ArchivedFor, Status
from cobroke.exact_json import dumps, loads
from cobroke.storage import keys
from cobroke.storage.keys import Kind
from cobroke.storage.notation import Item
from cobroke.storage.retry import until_written
from cobroke.storage.table import Key, Table, Write

CHANGES_KEPT_S = 30 * 24 * 3600

type Clock = Callable[[], int]


class Content(NamedTuple):
    """What an owner writes: the body as it is shown again, and what the score knows of it."""

    body: dict[str, Any]
    features: Features


@dataclass(frozen=True)
class StoredObject:
    """A lead or property as stored. `version` counts every write of its market entry, `revision` its owner's."""

    kind: Kind
    id: str
    content: Content
    status: Status
    version: int
    revision: int
    changed_at: int
    updated_at: int
    archived_for: ArchivedFor | None = None
    """What becomes of its open matches."""

    @property
    def owner(self) -> str:
        return ids.owner_of(self.id)

    @property
    def created_at(self) -> int:
        return ids.created_at(self.id)

    @property
    def in_market(self) -> bool:
        return self.status == "ACTIVE"


def create(table: Table, kind: Kind, owner: str, content: Content, clock: Clock) -> StoredObject:
    def attempt() -> StoredObject:
        now = clock()
        new_id = ids.object_id(now, os.urandom(2), owner)
        new = StoredObject(kind, new_id, content, "ACTIVE", version=1, revision=1, changed_at=now, updated_at=now)
        table.transact(_writes(table, None, new))
        return new

    return until_written(table, attempt)


def replace_content(
    table: Table, kind: Kind, owner: str, object_id: str, content: Content, clock: Clock
) -> StoredObject:
    def attempt() -> StoredObject:
        old = load_own(table, kind, owner, object_id)
        if old.status == "ARCHIVED":
            raise Archived
        new, writes = _written(table, old, replace(old, content=content), clock)
        table.transact(writes)
        return new

    return until_written(table, attempt)


def archive(table: Table, kind: Kind, owner: str, object_id: str, clock: Clock) -> StoredObject:
    """Repeatable: what is archived stays as it is."""

    def attempt() -> StoredObject:
        old = load_own(table, kind, owner, object_id)
        if old.status == "ARCHIVED":
            return old
        new, writes = archiving(table, old, "OBJECT_ARCHIVED", clock)
        table.transact(writes)
        return new

    return until_written(table, attempt)


def archiving(table: Table, old: StoredObject, reason: ArchivedFor, clock: Clock) -> tuple[StoredObject, list[Write]]:
    """The object out of the market, and the writes for it: part of the caller's transaction."""
    return _written(table, old, replace(old, status="ARCHIVED", archived_for=reason), clock)


def unchanged(table: Table, stored: StoredObject) -> Write:
    """A condition: nobody has written it since it was read."""
    key = keys.owned(stored.kind, stored.id)
    return table.check(key, condition="version = :known", values={"known": stored.version})


def load(table: Table, kind: Kind, object_id: str) -> StoredObject:
    """Anybody's object: its id says where it lies."""
    return load_own(table, kind, ids.owner_of(object_id), object_id)


def load_own(table: Table, kind: Kind, owner: str, object_id: str) -> StoredObject:
    """The caller's own object. Absent and somebody else's are the same miss, after the same work."""
    item = table.get(keys.owned_by(owner, kind, object_id))
    if item is None:
        raise NotFound
    return of_item(item)


def of_item(item: Item) -> StoredObject:
    kind: Kind = item["entity"]
    unpack = unpack_lead if kind == "LEAD" else unpack_property
    return StoredObject(
        kind=kind,
        id=keys.id_in(item["SK"]),
        content=Content(loads(item["d"]), unpack(item["city"], item["f"])),
        status=item["status"],
        version=item["version"],
        revision=item["revision"],
        changed_at=item["changed_at"],
        updated_at=item["updated_at"],
        archived_for=item.get("archived_for"),
    )


def _written(table: Table, old: StoredObject, new: StoredObject, clock: Clock) -> tuple[StoredObject, list[Write]]:
    """The owner's write of `new` over `old`. Its time is later than the last one's, whatever the clocks say."""
    time = max(clock(), old.changed_at + 1)
    new = replace(new, version=old.version + 1, revision=old.revision + 1, changed_at=time, updated_at=time)
    return new, _writes(table, old, new)


def _writes(table: Table, old: StoredObject | None, new: StoredObject) -> list[Write]:
    condition, values = ("version = :old", {"old": old.version}) if old else ("attribute_not_exists(PK)", None)
    writes = [table.put(_object_item(new), condition=condition, values=values)]
    left = keys.market_entry(old.content.features, old.id) if old and old.in_market else None
    taken = keys.market_entry(new.content.features, new.id) if new.in_market else None
    if left and left != taken:
        writes.append(table.delete(left))
    if taken:
        writes.append(table.put(_keyed(taken) | _market_facts(new)))
    markets = {held.content.features.market for held in (old, new) if held and held.in_market}
    return writes + [table.put(_change_item(new, market)) for market in sorted(markets)]


def _object_item(stored: StoredObject) -> Item:
    return _keyed(keys.owned(stored.kind, stored.id)) | {
        "entity": stored.kind,
        "d": dumps(stored.content.body),
        "city": stored.content.features.city,
        "f": _packed(stored.content.features),
        "status": stored.status,
        "version": stored.version,
        "revision": stored.revision,
        "changed_at": stored.changed_at,
        "updated_at": stored.updated_at,
        "archived_for": stored.archived_for,
    }


def _change_item(stored: StoredObject, market: Market) -> Item:
    """What became of the object in this market: its features there, or (without them) that it left."""
    here = stored.in_market and stored.content.features.market == market
    key = keys.change(stored.kind, market, stored.changed_at, stored.id)
    facts = _market_facts(stored) if here else {"version": stored.version}
    return _keyed(key) | facts | {"entity": "CHANGE", "expires": stored.changed_at // 1000 + CHANGES_KEPT_S}


def _market_facts(stored: StoredObject) -> Item:
    facts = {"entity": "ENTRY", "f": _packed(stored.content.features), "version": stored.version}
    return facts | ({"revision": stored.revision} if stored.kind == "LEAD" else {})


def _packed(features: Features) -> bytes:
    return pack_lead(features) if isinstance(features, LeadFeatures) else pack_property(features)


def _keyed(key: Key) -> Item:
    return {"PK": key[0], "SK": key[1]}
