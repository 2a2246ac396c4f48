"""The items of a posting, and what one write of it puts: the posting, its market entry, its
change.
"""

from collections.abc import Mapping
from functools import reduce
from operator import add

from cobroke.domain.postings.features import Market, pack, unpack
from cobroke.domain.postings.kinds import Kind
from cobroke.domain.postings.posting import UNLISTED, Content, Posting
from cobroke.exact_json import dumps, loads
from cobroke.storage import entities, key_parts, keys
from cobroke.storage.changes import CHANGES_KEPT_S
from cobroke.storage.conditions import over
from cobroke.storage.notation import Item
from cobroke.storage.postings import flats, limits
from cobroke.storage.postings.limits import Change
from cobroke.storage.schedule import agenda
from cobroke.storage.schedule.agenda import Due
from cobroke.storage.table import Key, Table, Write


def of_item(item: Item) -> Posting:
    kind: Kind = item["entity"]
    return Posting(
        kind=kind,
        id=key_parts.id_in(item["SK"]),
        content=Content(
            loads(item["d"]) | loads(item.get("more", "{}")),
            unpack(kind, item["city"], item["f"]),
        ),
        status=item["status"],
        version=item["version"],
        revision=item["revision"],
        changed_at=item["changed_at"],
        updated_at=item["updated_at"],
        archived_for=item["archived_for"],
        stale=item["stale"],
        erased=item.get("erased", False),
    )


def listed(kind: Kind, text: str) -> str:
    """Return what lists give back of a body, as it is stored. What was written before 2026-12 has
    all in one text: a name of it stands in quotes as no value can hold them.
    """
    unlisted = UNLISTED[kind]
    if any(f'"{name}":' in text for name in unlisted):
        body = loads(text)
        return dumps({name: body[name] for name in body if name not in unlisted})
    return text


def writes(
    table: Table,
    old: Posting | None,
    new: Posting,
    charge: Change | None = None,
    seen: Mapping[Key, bytes] = {},
) -> list[Write]:
    """Make the writes of one transaction that puts `new` over `old`, as `old` was read, and what
    its owner is charged for it. `seen` are the offers of its flats, by `flats.see`: a write that
    moves nothing among them needs none.
    """
    as_read = over(old.version if old else 0)
    found = [table.put(_posting_item(new), when=as_read), *flats.writes(table, seen, old, new)]
    left = keys.market_entry(old.content.features, old.id) if old and old.in_market else None
    taken = keys.market_entry(new.content.features, new.id) if new.in_market else None
    if left and left != taken:
        found.append(table.delete(left))
    if taken:
        found.append(table.put(entities.ENTRY.at(taken, _market_facts(new))))
    counted = _counted(old, new)
    bounds = [change for change in (charge, counted) if change]
    if bounds:
        found.append(limits.write(table, new.owner, reduce(add, bounds)))
    if new.stale_at and new.in_market and not (old and old.in_market):
        found.append(agenda.remind(table, Due(new.stale_at, new.kind, new.id)))
    markets = {
        held.content.features.market
        for held in (old, new)
        if held and (held.in_market or held.stale)
    }
    return found + [table.put(_change_item(new, market)) for market in sorted(markets)]


def _counted(old: Posting | None, new: Posting) -> Change | None:
    if old is None:
        return limits.created(new.kind)
    is_gone = old.status == "ACTIVE" and new.status == "ARCHIVED"
    return limits.archived(new.kind) if is_gone else None


def _posting_item(stored: Posting) -> Item:
    body, unlisted = stored.content.body, UNLISTED[stored.kind]
    facts = {
        "d": dumps({name: body[name] for name in body if name not in unlisted}),
        "more": dumps({name: body[name] for name in body if name in unlisted}),
        "city": stored.content.features.city,
        "f": pack(stored.content.features),
        "status": stored.status,
        "version": stored.version,
        "revision": stored.revision,
        "changed_at": stored.changed_at,
        "updated_at": stored.updated_at,
        "archived_for": stored.archived_for,
        "stale": stored.stale,
        **({"erased": True} if stored.erased else {}),
    }
    return entities.OF_KIND[stored.kind].at(keys.owned(stored.kind, stored.id), facts)


def _change_item(stored: Posting, market: Market) -> Item:
    """Say what became of it in this market: its features there, or (without them) that it left."""
    here = stored.in_market and stored.content.features.market == market
    key = keys.change(stored.kind, market, stored.changed_at, stored.id)
    facts = _market_facts(stored) if here else {"version": stored.version}
    return entities.CHANGE.at(key, facts | {"expires": stored.changed_at // 1000 + CHANGES_KEPT_S})


def _market_facts(stored: Posting) -> Item:
    facts = {"f": pack(stored.content.features), "version": stored.version}
    return facts | ({"revision": stored.revision} if stored.kind == "LEAD" else {})
