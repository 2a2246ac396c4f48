"""Alerts: which counterpart has alerted whose object, each once in 180 days."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import NamedTuple

from cobroke.domain.deals.pair import Pair, PairIds
from cobroke.domain.deals.resurfacing import is_price_cut
from cobroke.domain.notices.alert import Alert
from cobroke.domain.parted import FROM_NOBODY, Parted
from cobroke.domain.postings.kinds import Kind, lead_first, other
from cobroke.domain.postings.posting import Posting
from cobroke.storage import entities, keys
from cobroke.storage.conditions import ABSENT, at_most, at_version, below, holding
from cobroke.storage.deals import pairs
from cobroke.storage.notation import Item
from cobroke.storage.notices import open_alerts
from cobroke.storage.notices.notices import Notice
from cobroke.storage.notices.open_alerts import Last
from cobroke.storage.parting import parted
from cobroke.storage.postings import counts
from cobroke.storage.postings.posting import of_item
from cobroke.storage.table import Key, Table, Write

KEPT_S = 180 * 24 * 3600
"""How long the ledger knows that a counterpart has alerted an object."""
AT_ONCE = 12
"""The most objects told of in one transaction of 100 items: eight of each at most, its owner's
inbox and the mark of what falls out of that among them, and three of the cause.
"""


@dataclass(frozen=True)
class Cause:
    """What alerts: an object as its owner wrote it, and all its pairs by the other object's id,
    read when so many were `gone`; of whom its owner is parted.
    """

    written: Posting
    pairs: Mapping[str, Pair]
    gone: int = 0
    parted: Parted = FROM_NOBODY

    @property
    def id(self) -> str:
        return self.written.id

    @property
    def alerts(self) -> Kind:
        """The kind of the objects whose owners it alerts."""
        return other(self.written.kind)

    @property
    def entry(self) -> Key:
        """Where it stands in its market, under its version."""
        return keys.market_entry(self.written.content.features, self.id)

    def pair_with(self, own_id: str) -> Pair:
        ids = PairIds(*lead_first(self.written.kind, self.id, own_id))
        return self.pairs.get(own_id) or Pair.untouched(ids)


def cause_of(table: Table, written: Posting) -> Cause | None:
    """Read what belongs to an object that alerts; return None where its owner is gone, or all whom
    this revision should alert were: what comes near the top later, as others left, alerts nobody.
    """
    kind, an_id = written.kind, written.id
    done, counted = keys.alerted_all(kind, an_id), keys.counts(kind, an_id)
    items = table.get_many([done, counted, *parted.wanted(written.owner)])
    apart = parted.of(table, written.owner, items)
    is_gone = apart.from_(written.owner)  # everybody is parted of who is
    if is_gone or _covers(items.get(done), written):
        return None
    # the pairs last: one that goes, or begins, behind this is seen by `no_new_pair`
    paired = pairs.of_posting(table, kind, an_id)
    return Cause(written, paired, counts.gone(items.get(counted)), apart)


def standing(
    table: Table, kind: Kind, posting_ids: Iterable[str]
) -> Iterator[tuple[Posting, bool]]:
    """Read objects as they stand, and of each whether it has alerted all: many in one read. Those
    whose change is seen and which are not there yet are left out: written at this moment, they are
    the next run's.
    """
    wanted = {
        keys.owned(kind, posting_id): keys.alerted_all(kind, posting_id)
        for posting_id in posting_ids
    }
    found = table.get_many([*wanted, *wanted.values()])
    for key, done_key in wanted.items():
        if key in found:
            stored = of_item(found[key])
            yield stored, _covers(found.get(done_key), stored)


def _covers(done: Item | None, written: Posting) -> bool:
    return done is not None and done["revision"] >= written.revision


def mark_done(table: Table, written: Posting) -> None:
    """Mark it as done. A slower run never takes back what a newer revision has said."""
    item = entities.ALERTED.at(
        keys.alerted_all(written.kind, written.id), {"revision": written.revision}
    )
    table.try_put(item, when=ABSENT | below("revision", written.revision))


def not_alerted(table: Table, cause: Cause, objects: Iterable[str], now_s: int) -> set[str]:
    """Find those that the counterpart has not alerted yet, or not since a price cut."""
    wanted = {keys.alerted(cause.alerts, own_id, cause.id): own_id for own_id in objects}
    ledger = table.get_many(wanted)
    return {
        own_id for key, own_id in wanted.items() if _alerts(cause, _kept(ledger.get(key), now_s))
    }


def _kept(ledger: Item | None, now_s: int) -> Item | None:
    """Return what the ledger still knows: what has expired lies there for days. What was entered
    without an end has none.
    """
    if ledger is not None and ledger.get("expires", now_s + 1) <= now_s:
        return None
    return ledger


def _alerts(cause: Cause, ledger: Item | None) -> bool:
    """Say whether it alerts: a counterpart does so once; a listing again after a price cut."""
    price = cause.written.price
    return ledger is None or (price is not None and is_price_cut(price, ledger["price"]))


class PendingAlert(NamedTuple):
    """An own object that the cause alerts, as the ledger and its last notice were when read (s)."""

    last: Last
    ledger: Item | None
    read_at: int

    @property
    def own_id(self) -> str:
        return self.last.own_id

    def with_one_more(self, cause: Cause, score: int) -> tuple[str, Alert]:
        """Return the id of the notice that tells of it, and the alert as it will be."""
        counted_in = self.ledger["notice"] if self.ledger else None
        return self.last.with_one_more(cause.id, score, cause.written.changed_at, counted_in)


class Telling(NamedTuple):
    """What is to be told of an own object: the alert as it will be, and its notice."""

    pending: PendingAlert
    alert: Alert
    notice: Notice


def pending(table: Table, cause: Cause, objects: Iterable[str], now_s: int) -> list[PendingAlert]:
    """Read those of these own objects that the cause has still to alert: many in two reads."""
    wanted = {
        own_id: (
            keys.alerted(cause.alerts, own_id, cause.id),
            keys.alert_slot(cause.alerts, own_id),
        )
        for own_id in objects
    }
    items = table.get_many(chain.from_iterable(wanted.values()))
    ledgers = {own_id: _kept(items.get(ledger), now_s) for own_id, (ledger, _) in wanted.items()}
    slots = {
        own_id: items.get(slot)
        for own_id, (_, slot) in wanted.items()
        if _alerts(cause, ledgers[own_id])
    }
    lasts = open_alerts.load(table, cause.alerts, slots, now_s)
    return [PendingAlert(last, ledgers[last.own_id], now_s) for last in lasts]


def is_newest(table: Table, cause: Cause) -> bool:
    """Return whether the cause stands in its market as it was written.

    Read by itself: with others it might be seen as it was before the very write that is told of.
    """
    return _version(table.get(cause.entry)) == cause.written.version


def with_parted(table: Table, cause: Cause) -> Cause:
    """Read again of whom the owner of the cause is parted."""
    return replace(cause, parted=parted.load(table, cause.written.owner))


def unacted(table: Table, cause: Cause, objects: Iterable[str]) -> dict[str, Pair]:
    """Find the pairs of these own objects with the cause that nobody has acted on since they were
    read.
    """
    known = {own_id: cause.pair_with(own_id) for own_id in objects}
    wanted = {own_id: keys.pair(*pair.ids) for own_id, pair in known.items()}
    items = table.get_many(wanted.values())
    return {
        own_id: pair
        for own_id, pair in known.items()
        if _version(items.get(wanted[own_id])) == pair.version
    }


def no_new_pair(table: Table, cause: Cause) -> Write:
    """Make the check that the cause has no pair but those it knows: one condition for all that may
    begin.
    """
    known, gone = len(cause.pairs), cause.gone
    return counts.no_new_pair(table, cause.written.kind, cause.id, known, gone)


def commit(
    table: Table,
    cause: Cause,
    tellings: Sequence[Telling],
    unacted: Mapping[str, Pair],
    *conditions: Write,
) -> None:
    """Tell at most `AT_ONCE` of them in one transaction, on condition that the cause is the newest,
    that its owner is parted of nobody new, and that these pairs of theirs are as they were. Raises
    ConditionFailed where they are not.
    """
    newest = table.check(cause.entry, when=at_version(cause.written.version))
    nobody_new = parted.unchanged(table, cause.written.owner, cause.parted)
    writes = [newest, nobody_new, *conditions]
    for telling in tellings:
        own_id = telling.pending.own_id
        writes.append(_entered(table, cause, telling))
        writes += open_alerts.writes(table, telling.pending.last, telling.notice, telling.alert)
        if own_id in unacted:
            writes.append(pairs.unchanged(table, unacted[own_id]))
    writes += open_alerts.inbox_writes(
        table, ((telling.pending.last, telling.notice) for telling in tellings)
    )
    table.transact(writes)


def _entered(table: Table, cause: Cause, telling: Telling) -> Write:
    """Make the write that enters it with the notice that it was told in: there it is counted."""
    old, now_s = telling.pending.ledger, telling.pending.read_at
    key = keys.alerted(cause.alerts, telling.pending.own_id, cause.id)
    facts = {"price": cause.written.price, "notice": telling.notice.id, "expires": now_s + KEPT_S}
    as_seen = holding(price=old["price"]) if old else ABSENT | at_most("expires", now_s)
    return table.put(entities.ALERTED.at(key, facts), when=as_seen)


def _version(item: Item | None) -> int:
    return item["version"] if item else 0
