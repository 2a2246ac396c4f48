"""A lead or property as it is stored, and what one write of it puts: the object, its market entry,
its change.
"""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

from cobroke.clock import Clock
from cobroke.domain import ids
from cobroke.domain.postings.features import (
    Features,
    LeadFeatures,
    Market,
    pack_lead,
    pack_property,
    unpack_lead,
    unpack_property,
)
from cobroke.domain.vocabulary import ArchivedFor, PostingStatus
from cobroke.exact_json import dumps, loads
from cobroke.storage import entities, keys
from cobroke.storage.changes import CHANGES_KEPT_S
from cobroke.storage.conditions import over
from cobroke.storage.keys import Kind
from cobroke.storage.notation import Item
from cobroke.storage.postings import limits
from cobroke.storage.schedule import agenda
from cobroke.storage.schedule.agenda import Due
from cobroke.storage.table import Table, Write

FRESH_FOR_MS = 60 * 24 * 3600 * 1000
"""An object that its owner does not write for this time grows stale."""

FIRST_REVISION = 1


class Content(NamedTuple):
    """What an owner writes: the body as it is shown again, and what the score knows of it."""

    body: dict[str, Any]
    features: Features

    def over(self, old: Self) -> Self:
        """Take over the members of the old body that it has none for."""
        return self._replace(body=old.body | self.body)


@dataclass(frozen=True)
class Posting:
    """A lead or property as stored. `version` counts every write of its market entry, `revision`
    its owner's.
    """

    kind: Kind
    id: str
    content: Content
    status: PostingStatus
    version: int
    revision: int
    changed_at: int
    updated_at: int
    archived_for: ArchivedFor | None = None
    """What becomes of its open matches."""
    stale: bool = False
    """Out of the market, though ACTIVE: its owner has not written it for long."""

    @property
    def owner(self) -> str:
        return ids.owner_of(self.id)

    @property
    def created_at(self) -> int:
        return ids.created_at(self.id)

    @property
    def in_market(self) -> bool:
        return self.status == "ACTIVE" and not self.stale

    @property
    def stale_at(self) -> int | None:
        """When (ms) it grows stale, or did; None once archived."""
        return self.updated_at + FRESH_FOR_MS if self.status == "ACTIVE" else None

    @property
    def detail(self) -> int:
        """As its ranking rows keep it: a listing's price in kopecks, a lead's revision."""
        features = self.content.features
        return self.revision if isinstance(features, LeadFeatures) else features.price


def of_item(item: Item) -> Posting:
    kind: Kind = item["entity"]
    unpack = unpack_lead if kind == "LEAD" else unpack_property
    return Posting(
        kind=kind,
        id=keys.id_in(item["SK"]),
        content=Content(loads(item["d"]), unpack(item["city"], item["f"])),
        status=item["status"],
        version=item["version"],
        revision=item["revision"],
        changed_at=item["changed_at"],
        updated_at=item["updated_at"],
        archived_for=item["archived_for"],
        stale=item["stale"],
    )


def by_owner(old: Posting, new: Posting, clock: Clock) -> Posting:
    """Make `new` the owner's write over `old`: fresh again, and later than the last write, whatever
    the clocks say.
    """
    later = of_itself(old, replace(new, stale=False), clock)
    return replace(later, revision=old.revision + 1, updated_at=later.changed_at)


def of_itself(old: Posting, new: Posting, clock: Clock) -> Posting:
    """Make `new` a write over `old` that is not its owner's."""
    return replace(new, version=old.version + 1, changed_at=max(clock(), old.changed_at + 1))


def writes(table: Table, old: Posting | None, new: Posting) -> list[Write]:
    """Make the writes of one transaction that puts `new` over `old`, as `old` was read."""
    as_read = over(old.version if old else 0)
    found = [table.put(_object_item(new), when=as_read)]
    left = keys.market_entry(old.content.features, old.id) if old and old.in_market else None
    taken = keys.market_entry(new.content.features, new.id) if new.in_market else None
    if left and left != taken:
        found.append(table.delete(left))
    if taken:
        found.append(table.put(entities.ENTRY.at(taken, _market_facts(new))))
    change = (new.status == "ACTIVE") - (old is not None and old.status == "ACTIVE")
    if change:
        found.append(limits.count(table, new.owner, new.kind, change))
    if new.stale_at and (old is None or old.stale_at != new.stale_at):
        found.append(agenda.remind(table, Due(new.stale_at, new.kind, new.id)))
    markets = {
        held.content.features.market
        for held in (old, new)
        if held and (held.in_market or held.stale)
    }
    return found + [table.put(_change_item(new, market)) for market in sorted(markets)]


def _object_item(stored: Posting) -> Item:
    facts = {
        "d": dumps(stored.content.body),
        "city": stored.content.features.city,
        "f": packed(stored.content.features),
        "status": stored.status,
        "version": stored.version,
        "revision": stored.revision,
        "changed_at": stored.changed_at,
        "updated_at": stored.updated_at,
        "archived_for": stored.archived_for,
        "stale": stored.stale,
    }
    return entities.OF_KIND[stored.kind].at(keys.owned(stored.kind, stored.id), facts)


def _change_item(stored: Posting, market: Market) -> Item:
    """Say what became of it in this market: its features there, or (without them) that it left."""
    here = stored.in_market and stored.content.features.market == market
    key = keys.change(stored.kind, market, stored.changed_at, stored.id)
    facts = _market_facts(stored) if here else {"version": stored.version}
    return entities.CHANGE.at(key, facts | {"expires": stored.changed_at // 1000 + CHANGES_KEPT_S})


def _market_facts(stored: Posting) -> Item:
    facts = {"f": packed(stored.content.features), "version": stored.version}
    return facts | ({"revision": stored.revision} if stored.kind == "LEAD" else {})


def packed(features: Features) -> bytes:
    return pack_lead(features) if isinstance(features, LeadFeatures) else pack_property(features)
