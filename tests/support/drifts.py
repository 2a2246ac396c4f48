"""What may be broken by hand, and the audit must find: by kind."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from cobroke.domain.ids import owner_of, posting_id
from cobroke.domain.matching.ranking import pack_rows, unpack_rows
from cobroke.domain.postings.flats import Offer
from cobroke.domain.postings.kinds import Kind, other
from cobroke.flows.audit import DRIFTS
from cobroke.flows.matching.ranking import Seeker
from cobroke.storage import key_parts, keys
from cobroke.storage.deals import pairs
from cobroke.storage.notation import Item
from cobroke.storage.notices import notices
from cobroke.storage.postings import flats, limits, posting, postings
from tests.memory_table import MemoryTable
from tests.support.evening import Evening, delete, entry_of, in_market, of_entity, place_of, put
from tests.support.town import MINUTE


class Broken(NamedTuple):
    kind: str
    by: Callable[[MemoryTable, Evening], None]


def a_count_too_high(table: MemoryTable, _: Evening) -> None:
    item = of_entity(table, "COUNTS")[0]
    put(table, item, matches=item["matches"] + 1)


def a_count_lost(table: MemoryTable, _: Evening) -> None:
    delete(table, next(item for item in of_entity(table, "COUNTS") if item["matches"]))


def a_count_of_a_listing_too_low(table: MemoryTable, _: Evening) -> None:
    item = next(one for one in of_entity(table, "COUNTS") if one["SK"].startswith("PROPERTY#"))
    put(table, item, matches=-3)


def a_pair_not_counted(table: MemoryTable, _: Evening) -> None:
    item = next(item for item in of_entity(table, "COUNTS") if item["pairs"])
    put(table, item, pairs=item["pairs"] - 1)


def a_limit_too_high(table: MemoryTable, _: Evening) -> None:
    item = next(item for item in of_entity(table, "LIMITS") if "leads" in item)
    put(table, item, leads=item["leads"] + 1)


def limits_lost(table: MemoryTable, _: Evening) -> None:
    delete(table, of_entity(table, "LIMITS")[0])


def a_limit_lost(table: MemoryTable, _: Evening) -> None:
    """Of properties alone."""
    item = of_entity(table, "LIMITS")[0]
    delete(table, item)
    put(table, {name: value for name, value in item.items() if name != "properties"})


def a_limit_of_nobody(table: MemoryTable, _: Evening) -> None:
    table.transact([limits.write(table, "0" * 13, limits.Change(adds={"leads": 3}))])


def a_mirror_lost(table: MemoryTable, _: Evening) -> None:
    mirrored = next(
        item
        for item in of_entity(table, "MIRROR")
        if json.loads(item["d"]).get("status") == "PENDING"
    )
    delete(table, mirrored)


def a_mirror_of_before(table: MemoryTable, _: Evening) -> None:
    put(table, of_entity(table, "MIRROR")[0], version=0)


def a_mirror_that_says_something_else(table: MemoryTable, _: Evening) -> None:
    put(table, of_entity(table, "MIRROR")[0], d="{}")


def a_mirror_of_nothing(table: MemoryTable, _: Evening) -> None:
    lead, listing = of_entity(table, "LEAD")[0], of_entity(table, "PROPERTY")[0]
    pk, sk = keys.mirror(key_parts.id_in(lead["SK"])[:-2] + "00", key_parts.id_in(listing["SK"]))
    table.transact([table.put({"PK": pk, "SK": sk, "entity": "MIRROR", "d": "{}", "version": 1})])


def a_match_not_listed(table: MemoryTable, _: Evening) -> None:
    delete(table, of_entity(table, "OWN_MATCH")[0])


def a_match_listed_twice(table: MemoryTable, _: Evening) -> None:
    listed = of_entity(table, "OWN_MATCH")
    item = next(one for one in listed if not one["PK"].endswith("#COMPLETED"))
    put(table, item, PK=f"{item['PK'].rpartition('#')[0]}#COMPLETED")


def a_match_listed_as_of_before(table: MemoryTable, _: Evening) -> None:
    put(table, of_entity(table, "OWN_MATCH")[0], version=0)


def a_number_of_matches_too_high(table: MemoryTable, _: Evening) -> None:
    put(table, of_entity(table, "OWN_MATCHES")[0], rejected=99)


def a_number_of_matches_lost(table: MemoryTable, _: Evening) -> None:
    delete(table, of_entity(table, "OWN_MATCHES")[0])


def an_agreement_forgotten(table: MemoryTable, _: Evening) -> None:
    delete(table, of_entity(table, "AGREED")[0])


def an_agreement_of_nobody(table: MemoryTable, _: Evening) -> None:
    pk, sk = keys.agreed("0" * 13, "1" * 13)
    table.transact([table.put({"PK": pk, "SK": sk, "entity": "AGREED", "matches": 2})])


def a_notice_never_told(table: MemoryTable, _: Evening) -> None:
    unread = {(item["PK"].partition("#")[2], item["SK"]) for item in of_entity(table, "UNREAD")}
    told = next(
        item
        for item in of_entity(table, "NOTICE")
        if "match_id" in item["d"] and (item["PK"].partition("#")[2], item["SK"]) in unread
    )
    delete(table, told, {"PK": keys.unread(told["PK"].partition("#")[2]), "SK": told["SK"]})


def a_mark_of_nothing(table: MemoryTable, evening: Evening) -> None:
    mark = of_entity(table, "UNREAD")[0]
    put(table, mark, SK=notices.notice_id(evening.at, "nothing"), expires=evening.at // 1000 + 1000)


def an_outbox_asleep(table: MemoryTable, evening: Evening) -> None:
    """Its message was lost two hours ago."""
    item = of_entity(table, "OUTBOX")[0]
    put(table, item, ticket=item["version"], due=evening.at - 120 * MINUTE)


def a_market_unknown(table: MemoryTable, _: Evening) -> None:
    delete(table, next(item for item in of_entity(table, "MARKET") if item["city"] == "москва"))


def an_entry_lost(table: MemoryTable, _: Evening) -> None:
    delete(table, entry_of(table, in_market(table)))


def an_entry_of_a_lead_in_the_wrong_place(table: MemoryTable, _: Evening) -> None:
    entry = entry_of(table, in_market(table, "LEAD"))
    delete(table, entry)
    put(table, entry, SK=f"{keys.price(1)}#{key_parts.id_in(entry['SK'])}")


def an_entry_of_before(table: MemoryTable, _: Evening) -> None:
    put(table, entry_of(table, in_market(table)), version=0)


def an_entry_of_a_version_to_come(table: MemoryTable, _: Evening) -> None:
    put(table, entry_of(table, in_market(table)), version=99)


def an_entry_with_other_features(table: MemoryTable, _: Evening) -> None:
    entry = entry_of(table, in_market(table))
    put(table, entry, f=entry["f"][:-1] + bytes([entry["f"][-1] ^ 1]))


def an_entry_too_many_in_another_city(table: MemoryTable, _: Evening) -> None:
    entry = entry_of(table, in_market(table))
    put(table, entry, PK="MARKET#PROPERTY#тверь#1#FLAT#2")


def an_entry_of_what_is_archived(table: MemoryTable, _: Evening) -> None:
    gone = next(item for item in of_entity(table, "PROPERTY") if item["status"] == "ARCHIVED")
    pk, sk = place_of(gone)
    put(table, {"PK": pk, "SK": sk, "entity": "ENTRY", "f": gone["f"], "version": gone["version"]})


def an_entry_of_what_is_stale(table: MemoryTable, kind: Kind) -> None:
    item = in_market(table, kind)
    own, entry = posting.of_item(item), entry_of(table, item)
    assert postings.grow_stale(table, kind, own.id, lambda: own.stale_at or 0)
    assert table.get(place_of(item)) is None
    put(table, entry)


def an_entry_of_a_stale_lead(table: MemoryTable, _: Evening) -> None:
    an_entry_of_what_is_stale(table, "LEAD")


def an_entry_of_a_stale_listing(table: MemoryTable, _: Evening) -> None:
    an_entry_of_what_is_stale(table, "PROPERTY")


def an_entry_of_nothing(table: MemoryTable, _: Evening) -> None:
    entry = entry_of(table, in_market(table))
    nobody = posting_id(1, b"00", owner_of(key_parts.id_in(entry["SK"])))
    put(table, entry, SK=f"{keys.price(5)}#{nobody}")


def flat_of(table: MemoryTable, item: Item) -> Item:
    """The offers of a flat, this listing's among them."""
    offered = flats.offered_by(posting.of_item(item))
    assert offered
    found = table.get(keys.flat(offered.fingerprint))
    assert found
    return found


def an_offer_lost(table: MemoryTable, _: Evening) -> None:
    """As of a listing that is from before flats were kept."""
    flat = flat_of(table, in_market(table))
    if flat["offers"][OFFER:]:
        put(table, flat, offers=flat["offers"][OFFER:])
    else:
        delete(table, flat)


def an_offer_of_another_price(table: MemoryTable, _: Evening) -> None:
    flat = flat_of(table, in_market(table))
    put(table, flat, offers=flat["offers"][: OFFER - 1] + b"\x01" + flat["offers"][OFFER:])


def an_offer_of_what_is_archived(table: MemoryTable, _: Evening) -> None:
    gone = next(item for item in of_entity(table, "PROPERTY") if item["status"] == "ARCHIVED")
    offered = flats.offered_by(replace(posting.of_item(gone), status="ACTIVE"))
    assert offered
    lost = flats.read(table, {keys.flat(offered.fingerprint)})
    ((key, packed),) = lost.items()
    table.transact(flats.changed(table, key, packed, offered.id, offered))


def an_offer_of_nothing(table: MemoryTable, _: Evening) -> None:
    key = keys.flat(bytes(16))
    nobody = Offer(posting_id(1, b"00", "0" * 13), bytes(16), 1, 1)
    table.transact(flats.changed(table, key, b"", nobody.id, nobody))


OFFER = 28
"""Bytes that one takes."""
MANY = 1000


def a_ranking_that_lacks_a_row(table: MemoryTable, evening: Evening) -> None:
    """Its watermark is later than every change; it has seen so much that a change or two do not
    make it read afresh.
    """
    current = [
        item
        for item in of_entity(table, "RANKING")
        if len(item["rows"]) > 60 and is_current(table, item)
    ]
    kept = max(current, key=lambda item: int(item["seen"]))
    put(
        table,
        kept,
        rows=pack_rows(unpack_rows(kept["rows"])[:-1]),
        watermark=evening.at - 1,
        seen=MANY,
    )


def is_current(table: MemoryTable, kept: Item) -> bool:
    """And its last row is still to be shown."""
    owned = [
        table.get((kept["PK"], f"{kind}#{key_parts.id_in(kept['SK'])}"))
        for kind in ("LEAD", "PROPERTY")
    ]
    own = next(posting.of_item(item) for item in owned if item)
    last = unpack_rows(kept["rows"])[-1]
    there = table.get(keys.owned(other(own.kind), last.id)) or {}
    shown = there["version"] == last.version and not Seeker.of(
        own, pairs.of_posting(table, own.kind, own.id)
    ).hides(last)
    return own.in_market and own.version == kept["own_version"] and shown


BREAKS = [
    *(
        Broken("counts", by)
        for by in (a_count_too_high, a_count_lost, a_count_of_a_listing_too_low, a_pair_not_counted)
    ),
    *(
        Broken("limits", by)
        for by in (a_limit_too_high, limits_lost, a_limit_lost, a_limit_of_nobody)
    ),
    *(
        Broken("mirrors", by)
        for by in (a_mirror_lost, a_mirror_of_before, a_mirror_that_says_something_else)
    ),
    *(Broken("mirrors", by) for by in (a_mirror_of_nothing,)),
    *(
        Broken("matches", by)
        for by in (a_match_not_listed, a_match_listed_twice, a_match_listed_as_of_before)
    ),
    *(Broken("matches", by) for by in (a_number_of_matches_too_high, a_number_of_matches_lost)),
    *(Broken("matches", by) for by in (an_agreement_forgotten, an_agreement_of_nobody)),
    Broken("notices", a_notice_never_told),
    Broken("marks", a_mark_of_nothing),
    Broken("outboxes", an_outbox_asleep),
    Broken("markets", a_market_unknown),
    *(
        Broken("entries", by)
        for by in (an_entry_lost, an_entry_of_a_lead_in_the_wrong_place, an_entry_of_before)
    ),
    *(
        Broken("entries", by)
        for by in (an_entry_of_a_version_to_come, an_entry_with_other_features)
    ),
    *(
        Broken("entries", by)
        for by in (an_entry_too_many_in_another_city, an_entry_of_what_is_archived)
    ),
    *(
        Broken("entries", by)
        for by in (an_entry_of_a_stale_lead, an_entry_of_a_stale_listing, an_entry_of_nothing)
    ),
    *(Broken("flats", by) for by in (an_offer_lost, an_offer_of_another_price)),
    *(Broken("flats", by) for by in (an_offer_of_what_is_archived, an_offer_of_nothing)),
    Broken("rankings", a_ranking_that_lacks_a_row),
]
EACH_KIND = [next(one for one in BREAKS if one.kind == kind) for kind in DRIFTS]


def all_broken(evening: Evening) -> MemoryTable:
    """One of each kind."""
    table = evening.table()
    for one in EACH_KIND:
        one.by(table, evening)
    return table


ALL = dict.fromkeys(DRIFTS, 1)
