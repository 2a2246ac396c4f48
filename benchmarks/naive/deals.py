"""An act on a pair: POST /leads/{lead_id}/property-recommendations/{property_id}/action"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from fastapi import HTTPException, Request  # type: ignore[import-not-found]

from benchmarks.naive import table
from benchmarks.naive.access import Caller
from benchmarks.naive.fair_use import still_told, take, tell
from benchmarks.naive.leads import reminder, request_id
from benchmarks.naive.models import MatchState, Reacted, Reaction
from benchmarks.naive.table import Item
from cobroke.clock import now_ms
from cobroke.domain import errors
from cobroke.domain.deals.facts import Facts, SeenLead, SeenListing, Snapshot
from cobroke.domain.deals.negotiation import react
from cobroke.domain.deals.pair import Pair, PairIds, Told
from cobroke.domain.fair_use import Use
from cobroke.domain.ids import match_id, owner_of
from cobroke.domain.matching.score import LISTED, score
from cobroke.domain.postings.features import Market, unpack_lead, unpack_property

_DEFAULTS = {
    field.name: field.default
    for field in fields(Pair)
    if field.name not in {"lead_id", "property_id", "version"}
}

_NAMED = {"snapshot": Snapshot, "saw_lead": SeenListing, "saw_property": SeenLead}


def act(lead_id: str, property_id: str, body: Reaction, owner: Caller, request: Request) -> Reacted:
    keys = [
        (f"REALTOR#{owner}", f"LEAD#{lead_id}"),
        (f"REALTOR#{owner_of(property_id)}", f"PROPERTY#{property_id}"),
        (f"LEAD#{lead_id}", f"PAIR#{property_id}"),
        (f"REALTOR#{owner}", "LIMITS"),
        (_two(owner, property_id), "AGREED"),
        (_two(owner, property_id), f"INVITED#{owner_of(property_id)}"),
    ]
    items = table.get_many(keys)
    lead, listing = items.get(keys[0]), items.get(keys[1])
    if lead is None or listing is None or owner_of(property_id) == owner:
        raise HTTPException(404)
    stored = items.get(keys[2])
    old = pair_of(stored) if stored else Pair.untouched(PairIds(lead_id, property_id))
    facts = _facts(lead, listing)
    if "ARCHIVED" in {lead["status"], listing["status"]}:
        raise HTTPException(409)
    if not stored and (lead["stale"] or listing["stale"] or (facts.score or 0) < LISTED):
        raise HTTPException(404)
    share: Any = body.proposed_commission
    now = now_ms()
    try:
        told = still_told(items.get(keys[4], {}), items.get(keys[5], {}), now)
        new = react(old, "LEAD", body.action, share, facts, now, may_invite=told)
    except errors.Conflict:
        raise HTTPException(409) from None
    if new.pair is not old:
        writes = _writes(old, new.pair, lead, request_id(request))
        use: Use = "invite" if new.invites else "write"
        charged = [take(owner, items.get(keys[3], {}), use, now)]
        if new.tells_of_interest and keys[4] not in items:
            charged.append(tell(keys[5], items.get(keys[5], {}), now))
        unchanged = _unchanged(lead, listing)
        table.transact([*writes, *unchanged, *_message(new.pair, body), *charged])
    return Reacted(action=body.action, match=_state(new.pair) if new.pair.status else None)


def pair_of(item: Item) -> Pair:
    """Make the pair of its record."""
    known: dict[str, Any] = json.loads(item["d"])
    if "told" in known:
        known["told"] = tuple(Told(*told) for told in known["told"])
    for name in _NAMED.keys() & known.keys():
        known[name] = _NAMED[name](*known[name])
    lead_id, property_id = item["PK"].partition("#")[2], item["SK"].partition("#")[2]
    return Pair(lead_id=lead_id, property_id=property_id, version=int(item["version"]), **known)


def _two(owner: str, property_id: str) -> str:
    return "REALTORS#" + "#".join(sorted((owner, owner_of(property_id))))


def _facts(lead: Item, listing: Item) -> Facts:
    offered = unpack_property(listing["city"], listing["f"].value)
    points = score(unpack_lead(lead["city"], lead["f"].value), offered)
    body, wish = json.loads(listing["d"]), json.loads(lead["d"])["requirements"]
    flat = [body["address"], {**body["details"], "price": None}]
    return Facts(
        published_share=body["commission_share"],
        price=offered.price,
        lead_revision=int(lead["revision"]),
        score=points,
        listing=_digest(flat),
        requirements=_digest(wish),
        payment_method=wish["payment_method"],
    )


def _digest(content: object) -> str:
    text = json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _writes(old: Pair, new: Pair, lead: Item, cause: str) -> Sequence[Item]:
    features = unpack_lead(lead["city"], lead["f"].value)
    match, version = match_id(*new.ids), old.version + 1
    said = {"d": _text(new), "version": version}
    pair = {"PK": f"LEAD#{new.lead_id}", "SK": f"PAIR#{new.property_id}", "entity": "PAIR"}
    mirror = {"PK": f"PROPERTY#{new.property_id}", "SK": f"PAIR#{new.lead_id}", "entity": "MIRROR"}
    as_read: tuple[Any, ...] = ("attribute_not_exists(PK)",)
    if old.version:
        as_read = "version = :old", {":old": old.version}
    expires = new.expires_at if new.expires_at != old.expires_at else None
    return [
        table.put(pair | said | {"cause": cause}, *as_read),
        table.put(mirror | said),
        table.put(_change(features.market, new, match, version) | said),
        *_counts(old, new),
        *([table.put(reminder(expires, "PAIR", match))] if expires else ()),
    ]


def _change(market: Market, new: Pair, match: str, version: int) -> Item:
    return {
        "PK": f"CHANGES#PAIR#{market.city}#{market.group.name}",
        "SK": f"{new.changed_at:013}#{match}#{version}",
        "entity": "PAIR_CHANGE",
        "expires": new.changed_at // 1000 + 30 * 24 * 3600,
    }


def _counts(old: Pair, new: Pair) -> Sequence[Item]:
    begun, matches = int(not old.version), new.counts_as_match - old.counts_as_match
    if not begun and not matches:
        return []
    values = {":entity": "COUNTS", ":pairs": begun, ":matches": matches}
    return [
        table.update(
            f"REALTOR#{owner_of(an_id)}",
            f"{kind}#{an_id}#COUNTS",
            "SET entity = :entity ADD pairs :pairs, matches :matches",
            values,
        )
        for kind, an_id in (("LEAD", new.lead_id), ("PROPERTY", new.property_id))
    ]


def _unchanged(*read: Item) -> Sequence[Item]:
    return [
        table.check(item["PK"], item["SK"], "version = :read", {":read": item["version"]})
        for item in read
    ]


def _message(new: Pair, body: Reaction) -> Sequence[Item]:
    if body.action != "LIKE" or not body.notes:
        return []
    item = {
        "PK": f"LEAD#{new.lead_id}",
        "SK": f"MESSAGE#{new.property_id}#LEAD",
        "entity": "MESSAGE",
        "text": body.notes,
    }
    return [table.put(item)]


def _text(pair: Pair) -> str:
    facts = {name: getattr(pair, name) for name in _DEFAULTS}
    changed = {name: value for name, value in facts.items() if value != _DEFAULTS[name]}
    return json.dumps(changed, separators=(",", ":"))


def _state(pair: Pair) -> MatchState:
    agreed: Any = pair.agreed_share
    return MatchState(
        match_id=match_id(*pair.ids),
        status=str(pair.status),
        negotiation_status=pair.negotiation_status,
        agreed_share=agreed,
        awaiting=None if pair.awaiting is None else "ME" if pair.awaiting == "LEAD" else "THEM",
    )
