"""Alerts: which counterpart has alerted whose object, each once."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from cobroke.domain.deals.pair import Pair
from cobroke.domain.deals.resurfacing import is_price_cut
from cobroke.domain.notices.alert import Alert
from cobroke.domain.postings.features import LeadFeatures
from cobroke.domain.postings.kinds import Kind, other
from cobroke.domain.postings.posting import Posting
from cobroke.storage import entities, keys
from cobroke.storage.conditions import ABSENT, at_version, below, holding
from cobroke.storage.deals import pairs
from cobroke.storage.notation import Item
from cobroke.storage.notices import open_alerts
from cobroke.storage.notices.notices import Notice
from cobroke.storage.notices.open_alerts import Last
from cobroke.storage.postings import own_lists
from cobroke.storage.postings.posting import of_item
from cobroke.storage.retry import retry_on_conflict
from cobroke.storage.table import ConditionFailed, Key, Table, Write

AT_ONCE = 16
"""The most objects told of in one transaction of 100 items: six of each at most, and two of the
cause.
"""

type Due = Mapping[str, tuple[str, Alert]]
"""By own objects: the alert of each as it will be, and the id of the notice that tells of it."""
type Describe = Callable[[Due], Mapping[str, Notice]]
"""These notices."""


@dataclass(frozen=True)
class Cause:
    """What alerts: an object as its owner wrote it, and all its pairs by the other object's id."""

    written: Posting
    pairs: Mapping[str, Pair]

    @property
    def id(self) -> str:
        return self.written.id

    @property
    def alerts(self) -> Kind:
        """The kind of the objects whose owners it alerts."""
        return other(self.written.kind)

    @property
    def price(self) -> int | None:
        """In kopecks; None: a lead has none."""
        features = self.written.content.features
        return None if isinstance(features, LeadFeatures) else features.price

    @property
    def entry(self) -> Key:
        """Where it stands in its market, under its version."""
        return keys.market_entry(self.written.content.features, self.id)

    def pair_with(self, own_id: str) -> Pair:
        lead_id, property_id = (
            (self.id, own_id) if self.written.kind == "LEAD" else (own_id, self.id)
        )
        return self.pairs.get(own_id, Pair(lead_id=lead_id, property_id=property_id))


def is_done(table: Table, written: Posting) -> bool:
    """Whether all whom this revision of an object should alert were alerted: what comes near the
    top of a list later, because others left it, alerts nobody.
    """
    return _covers(table.get(keys.alerted_all(written.kind, written.id)), written)


def standing(table: Table, kind: Kind, object_ids: Iterable[str]) -> Iterator[tuple[Posting, bool]]:
    """Read objects as they stand, and of each whether it `is_done`: many in one read. Without those
    whose change is seen and which are not there yet: written at this moment, so of the next run.
    """
    wanted = {
        keys.owned(kind, object_id): keys.alerted_all(kind, object_id) for object_id in object_ids
    }
    found = table.get_many([*wanted, *wanted.values()])
    for key, done_key in wanted.items():
        if key in found:
            stored = of_item(found[key])
            yield stored, _covers(found.get(done_key), stored)


def _covers(done: Item | None, written: Posting) -> bool:
    return done is not None and done["revision"] >= written.revision


def call_done(table: Table, written: Posting) -> None:
    """Mark it as done. A slower run never takes back what a newer revision has said."""
    item = entities.ALERTED.at(
        keys.alerted_all(written.kind, written.id), {"revision": written.revision}
    )
    table.try_put(item, when=ABSENT | below("revision", written.revision))


def not_alerted(table: Table, cause: Cause, objects: Iterable[str]) -> set[str]:
    """Find those that the counterpart has not alerted yet, or not since a price cut."""
    wanted = {keys.alerted(cause.alerts, own_id, cause.id): own_id for own_id in objects}
    ledger = table.get_many(wanted)
    return {own_id for key, own_id in wanted.items() if _alerts(cause, ledger.get(key))}


def _alerts(cause: Cause, ledger: Item | None) -> bool:
    """Say whether it alerts: a counterpart does so once; a listing again after a price cut."""
    return ledger is None or (
        cause.price is not None and is_price_cut(cause.price, ledger["price"])
    )


def tell(
    table: Table, cause: Cause, scores: Mapping[str, int], now_s: int, describe: Describe
) -> int | None:
    """Alert the owners of these objects, `AT_ONCE` at most, in one transaction; return how many are
    told. Who was told before is not, nor whose pair somebody has acted on since it was read. None,
    and nobody is told, where the cause is no longer the newest or has left the market.
    """
    telling = _Telling(table, cause, scores, now_s, describe)
    try:
        return telling.at_first()
    except ConditionFailed:
        return retry_on_conflict(table, telling.again)


@dataclass(frozen=True)
class _Telling:
    table: Table
    cause: Cause
    scores: Mapping[str, int]
    now_s: int
    describe: Describe

    def at_first(self) -> int:
        """Tell under one condition that stands for all pairs that may begin."""
        none_began = own_lists.no_new_pair(
            self.table, self.cause.written.kind, self.cause.id, len(self.cause.pairs)
        )
        return self._tell(self.scores, self.cause.pairs, none_began)

    def again(self) -> int | None:
        """Check each pair: the one that began may be another's, and the count can be wrong."""
        known = {own_id: self.cause.pair_with(own_id) for own_id in self.scores}
        wanted = {
            own_id: keys.pair(pair.lead_id, pair.property_id) for own_id, pair in known.items()
        }
        # By itself: with others it might be seen as it was before the very write that is told of.
        if _version(self.table.get(self.cause.entry)) != self.cause.written.version:
            return None
        items = self.table.get_many(wanted.values())
        still = [
            own_id
            for own_id, key in wanted.items()
            if _version(items.get(key)) == known[own_id].version
        ]
        return self._tell(still, still)

    def _tell(self, objects: Iterable[str], with_pairs: Container[str], *conditions: Write) -> int:
        """Tell those of these objects that are still to be alerted; `with_pairs`: whose pair is a
        condition by itself.
        """
        ledgers, slots = self._owed(objects)
        lasts = {
            last.own_id: last
            for last in open_alerts.load(self.table, self.cause.alerts, slots, self.now_s)
        }
        due = {own_id: self._due(last, ledgers[own_id]) for own_id, last in lasts.items()}
        if not due:
            return 0
        told = self.describe(due)
        writes = [self._newest, *conditions]
        for own_id, last in lasts.items():
            writes.append(
                _entered(self.table, own_id, self.cause, told[own_id].id, ledgers[own_id])
            )
            writes += open_alerts.writes(self.table, last, told[own_id], due[own_id][1])
            if own_id in with_pairs:
                writes.append(pairs.unchanged(self.table, self.cause.pair_with(own_id)))
        self.table.transact(writes)
        return len(due)

    @property
    def _newest(self) -> Write:
        return self.table.check(self.cause.entry, when=at_version(self.cause.written.version))

    def _owed(
        self, objects: Iterable[str]
    ) -> tuple[dict[str, Item | None], dict[str, Item | None]]:
        """Read the ledgers and the slots of those whom the cause alerts."""
        kind, cause = self.cause.alerts, self.cause.id
        wanted = {
            own_id: (keys.alerted(kind, own_id, cause), keys.alert_slot(kind, own_id))
            for own_id in objects
        }
        items = self.table.get_many(chain.from_iterable(wanted.values()))
        ledgers = {own_id: items.get(ledger) for own_id, (ledger, _) in wanted.items()}
        owed = {own_id: ledger for own_id, ledger in ledgers.items() if _alerts(self.cause, ledger)}
        return owed, {own_id: items.get(wanted[own_id][1]) for own_id in owed}

    def _due(self, last: Last, ledger: Item | None) -> tuple[str, Alert]:
        counted_in = ledger["notice"] if ledger else None
        return last.with_one_more(
            self.cause.id, self.scores[last.own_id], self.cause.written.changed_at, counted_in
        )


def _entered(table: Table, own_id: str, cause: Cause, notice_id: str, old: Item | None) -> Write:
    """Enter it with the notice that it was told in: there it is counted."""
    item = entities.ALERTED.at(
        keys.alerted(cause.alerts, own_id, cause.id), {"price": cause.price, "notice": notice_id}
    )
    return table.put(item, when=holding(price=old["price"]) if old else ABSENT)


def _version(item: Item | None) -> int:
    return item["version"] if item else 0
