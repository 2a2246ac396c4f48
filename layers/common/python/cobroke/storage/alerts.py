"""Alerts: which counterpart has alerted whose object, and the one notice of each object that grows while unread."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from cobroke.domain.alert import NOBODY, Alert
from cobroke.domain.ids import owner_of
from cobroke.domain.resurfacing import is_price_cut
from cobroke.exact_json import dumps, loads
from cobroke.storage import keys, notices
from cobroke.storage.keys import Kind
from cobroke.storage.notation import Item
from cobroke.storage.notices import Notice
from cobroke.storage.retry import until_written
from cobroke.storage.stored_object import StoredObject, of_item
from cobroke.storage.table import Key, Table, Write


class Cause(NamedTuple):
    """What alerts: the counterpart, its price in kopecks (None: a lead has none), and when it was written (ms)."""

    counterpart: str
    price: int | None
    at: int


def is_done(table: Table, written: StoredObject) -> bool:
    """Whether all whom this revision of an object should alert were alerted: what comes near the top of a list later,
    because others left it, alerts nobody.
    """
    return _covers(table.get(keys.alerted_all(written.kind, written.id)), written)


def standing(table: Table, kind: Kind, object_ids: Iterable[str]) -> Iterator[tuple[StoredObject, bool]]:
    """Objects as they stand, and of each whether it `is_done`: many in one read. Without those whose change is seen and
    which are not there yet: written at this moment, so of the next run.
    """
    wanted = {keys.owned(kind, one): keys.alerted_all(kind, one) for one in object_ids}
    found = table.get_many([*wanted, *wanted.values()])
    for key, done_key in wanted.items():
        if key in found:
            one = of_item(found[key])
            yield one, _covers(found.get(done_key), one)


def _covers(done: Item | None, written: StoredObject) -> bool:
    return done is not None and done["revision"] >= written.revision


def call_done(table: Table, written: StoredObject) -> None:
    """A slower one never takes back what a newer revision has said."""
    pk, sk = keys.alerted_all(written.kind, written.id)
    item: Item = {"PK": pk, "SK": sk, "entity": "ALERTED", "revision": written.revision}
    newer = "attribute_not_exists(PK) OR revision < :revision"
    table.put_alone(item, condition=newer, values={"revision": written.revision})


def not_alerted(table: Table, kind: Kind, cause: Cause, objects: Iterable[str]) -> set[str]:
    """Of these objects, those that the counterpart has not alerted yet, or not since a price cut."""
    wanted = {keys.alerted(kind, one, cause.counterpart): one for one in objects}
    ledger = table.get_many(wanted)
    return {one for key, one in wanted.items() if _alerts(cause, ledger.get(key))}


type Describe = Callable[[str, Alert], Notice]
"""The notice that tells of an alert, under an id."""


def tell(table: Table, kind: Kind, own_id: str, cause: Cause, score: int, now_s: int, describe: Describe) -> bool:
    """Alert the owner of an object, in one transaction: the notice that he has not read grows, or a new one begins.
    False where the counterpart has alerted him before.
    """
    ledger_key, slot_key = keys.alerted(kind, own_id, cause.counterpart), keys.alert_slot(kind, own_id)

    def attempt() -> bool:
        items = table.get_many([ledger_key, slot_key])
        ledger, slot = items.get(ledger_key), items.get(slot_key)
        if not _alerts(cause, ledger):
            return False
        known = _unread(table, own_id, slot, now_s)
        notice_id = known["SK"] if known else notices.notice_id(cause.at, *ledger_key)
        counted = ledger is not None and ledger["notice"] == notice_id
        so_far = Alert(known["counterparts"], loads(known["scores"])) if known else NOBODY
        alert = so_far.growing(cause.counterpart, score, counted_before=counted)
        notice = describe(notice_id, alert)
        writes = (
            _grown(table, own_id, notice, alert, known) if known else _begun(table, kind, own_id, notice, alert, slot)
        )
        table.transact([_entered(table, ledger_key, cause, notice_id, ledger), *writes])
        return True

    return until_written(table, attempt)


def _alerts(cause: Cause, ledger: Item | None) -> bool:
    """A counterpart alerts an object once; a listing again after a price cut."""
    return ledger is None or (cause.price is not None and is_price_cut(cause.price, ledger["price"]))


def _unread(table: Table, own_id: str, slot: Item | None, now_s: int) -> Item | None:
    """The object's last alert, while its owner has not read it."""
    if slot is None:
        return None
    owner = owner_of(own_id)
    notice, mark = (keys.notices(owner), slot["notice"]), (keys.unread(owner), slot["notice"])
    items = table.get_many([notice, mark])
    return items[notice] if len(items) == 2 and items[notice]["expires"] > now_s else None


def _entered(table: Table, key: Key, cause: Cause, notice_id: str, old: Item | None) -> Write:
    """With the notice that it was told in: there it is counted."""
    item: Item = {"PK": key[0], "SK": key[1], "entity": "ALERTED", "price": cause.price, "notice": notice_id}
    if old is None:
        return table.put(item, condition="attribute_not_exists(PK)")
    return table.put(item, condition="price = :old", values={"old": old["price"]})


def _grown(table: Table, own_id: str, notice: Notice, alert: Alert, known: Item) -> list[Write]:
    """It keeps its place, and is not told again: only on condition that it is still unread."""
    owner = owner_of(own_id)
    text = {"title": notice.title, "message": notice.message, "d": dumps(dict(notice.data))}
    facts = text | _counted(alert) | {"version": known["version"] + 1}
    expression = "SET " + ", ".join(f"{name} = :{name}" for name in facts)
    values = facts | {"old": known["version"]}
    return [
        table.update((keys.notices(owner), notice.id), expression, values, condition="version = :old"),
        table.check((keys.unread(owner), notice.id), condition="attribute_exists(PK)"),
    ]


def _begun(table: Table, kind: Kind, own_id: str, notice: Notice, alert: Alert, slot: Item | None) -> list[Write]:
    pk, sk = keys.alert_slot(kind, own_id)
    item: Item = {"PK": pk, "SK": sk, "entity": "SLOT", "notice": notice.id}
    condition, values = ("notice = :old", {"old": slot["notice"]}) if slot else ("attribute_not_exists(PK)", None)
    return [
        *notices.writes(table, owner_of(own_id), notice, _counted(alert) | {"version": 1}),
        table.put(item, condition=condition, values=values),
    ]


def _counted(alert: Alert) -> Item:
    return {"counterparts": alert.count, "scores": dumps(dict(alert.best))}
