"""How pairs are stored: every field of any pair comes back, from the record and from its mirror."""

from collections.abc import Mapping
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cobroke.domain.deals.facts import SeenLead, SeenListing, Snapshot
from cobroke.domain.deals.pair import (
    Action,
    MatchStatus,
    NegotiationStatus,
    NoticeKind,
    Pair,
    Told,
)
from cobroke.domain.ids import posting_id, realtor_id
from cobroke.domain.postings.features import Group, Market
from cobroke.domain.postings.kinds import Kind
from cobroke.exact_json import loads
from cobroke.storage import keys
from cobroke.storage.deals import pairs, said
from cobroke.storage.notation import Item, item_of
from cobroke.storage.postings.counts import match_count, pairs_of_many
from cobroke.storage.table import ConditionFailed
from tests.memory_table import MemoryTable

LEAD = posting_id(1_764_000_000_000, b"\0\1", realtor_id(b"leadside"))
PROPERTY = posting_id(1_764_000_000_001, b"\0\2", realtor_id(b"listings"))
OTHER = posting_id(1_764_000_000_002, b"\0\3", realtor_id(b"leadside"))
FRESH = Pair(lead_id=LEAD, property_id=PROPERTY)
OPENED = replace(FRESH, lead_action="LIKE", offer_lead=50, status="PENDING", awaiting="PROPERTY")

always = settings(derandomize=True, database=None, deadline=None, max_examples=200)
REASONS = ["DECLINED", "WITHDRAWN", "EXPIRED", "OBJECT_ARCHIVED", "OBJECT_CLOSED"]


def one_of(alias: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(get_args(alias.__value__))


TIMES = st.integers(0, 4_000_000_000_000)
SHARES = st.integers(0, 100) | st.integers(0, 10_000).map(
    lambda hundredths: Decimal(hundredths).scaleb(-2)
)
SIDES = one_of(Kind)
ACTIONS = one_of(Action) | st.just("NONE")
DIGESTS = st.sampled_from(["0123456789abcdef", "fedcba9876543210"])
SNAPSHOTS = st.builds(
    Snapshot, st.integers(0, 10**14), st.integers(1, 9), st.none() | st.integers(0, 10_000)
)
PAIRS = st.builds(
    Pair,
    lead_id=st.just(LEAD),
    property_id=st.just(PROPERTY),
    lead_action=ACTIONS,
    property_action=ACTIONS,
    sent_lead=st.none() | SHARES,
    sent_property=st.none() | SHARES,
    offer_lead=st.none() | SHARES,
    acted_lead_at=st.none() | TIMES,
    offer_property=st.none() | SHARES,
    acted_property_at=st.none() | TIMES,
    awaiting=st.none() | SIDES,
    status=st.none() | one_of(MatchStatus),
    negotiation_status=st.none() | one_of(NegotiationStatus),
    agreed_share=st.none() | SHARES,
    closed_reason=st.none() | st.sampled_from(REASONS),
    closed_by=st.none() | SIDES,
    closed_at=st.none() | TIMES,
    rounds=st.integers(0, 10),
    epoch=st.integers(1, 9),
    created_at=st.none() | TIMES,
    acted_at=TIMES,
    contact_shared_at=st.none() | TIMES,
    changed_at=TIMES,
    told=st.lists(
        st.builds(Told, one_of(NoticeKind), SIDES, TIMES, st.integers(0, 10)), max_size=4
    ).map(tuple),
    snapshot=st.none() | SNAPSHOTS,
    declines_lead=st.integers(0, 3),
    declines_property=st.integers(0, 3),
    invited_lead_at=TIMES,
    invited_property_at=TIMES,
    saw_lead=st.none() | st.builds(SeenListing, DIGESTS, st.integers(0, 10**14)),
    saw_property=st.none()
    | st.builds(SeenLead, DIGESTS, st.just("CASH"), st.none() | st.integers(0, 10_000)),
    version=st.integers(0, 99),
)


MARKET = Market("москва", Group.FLAT)


def put_items(pair: Pair) -> tuple[Item, Item]:
    """The record and the mirror that a change to `pair` puts."""
    record, mirror, *_ = pairs.writes(MemoryTable(), pair, pair, MARKET)
    return item_of(record["Put"]["Item"]), item_of(mirror["Put"]["Item"])


def stored(table: MemoryTable, old: Pair, new: Pair) -> Pair:
    table.transact(pairs.writes(table, old, new, MARKET))
    return replace(new, version=old.version + 1)


def counts(table: MemoryTable) -> tuple[int, int]:
    return match_count(table, "LEAD", LEAD), match_count(table, "PROPERTY", PROPERTY)


def paired(table: MemoryTable) -> tuple[Mapping[str, int], Mapping[str, int]]:
    return (
        pairs_of_many(table, "LEAD", [LEAD, OTHER]),
        pairs_of_many(table, "PROPERTY", [PROPERTY, OTHER]),
    )


@pytest.mark.parametrize("status", [None, "PENDING"])
def test_an_object_has_pairs_from_its_first_act_on(status: MatchStatus | None) -> None:
    table, matches = MemoryTable(), (1, 1) if status else (0, 0)
    one = {LEAD: 1, OTHER: 0}, {PROPERTY: 1, OTHER: 0}
    assert paired(table) == ({LEAD: 0, OTHER: 0}, {PROPERTY: 0, OTHER: 0})
    pair = stored(table, FRESH, replace(FRESH, status=status, changed_at=5000))
    assert (paired(table), counts(table)) == (one, matches)
    stored(table, pair, replace(pair, status=None, changed_at=6000))
    assert (paired(table), counts(table)) == (one, (0, 0))
    items = [item for item in table.items() if item["entity"] == "COUNTS"]
    assert [item["pairs"] for item in items] == [1, 1]


@always
@given(PAIRS)
def test_every_pair_comes_back_from_its_record_and_from_its_mirror(pair: Pair) -> None:
    wanted = replace(pair, version=pair.version + 1)
    for item in put_items(pair):
        back = pairs.of_item(item)
        assert back == wanted
        assert [type(getattr(back, field.name)) for field in fields(Pair)] == [
            type(getattr(wanted, field.name)) for field in fields(Pair)
        ]


@always
@given(PAIRS)
def test_what_is_told_and_the_snapshot_come_back_with_their_names(pair: Pair) -> None:
    back = pairs.of_item(put_items(pair)[0])
    assert [type(told) for told in back.told] == [Told] * len(pair.told)
    was, came = pair.snapshot, back.snapshot
    assert came is None or came.lead_revision == was.lead_revision  # type: ignore[union-attr]


@always
@given(PAIRS)
def test_what_has_changed_in_a_market_tells_the_pair_as_it_then_was(pair: Pair) -> None:
    table = MemoryTable()
    changed = stored(table, replace(pair, version=0), pair)
    assert list(pairs.changes(table, MARKET, pair.changed_at)) == [changed]


def test_two_changes_of_one_moment_stay_two_and_come_in_order() -> None:
    table, pair, history = MemoryTable(), FRESH, list[Pair]()
    for status, at in (("PENDING", 5000), ("REJECTED", 5000), ("PENDING", 6000)):
        new = replace(pair, status=status, changed_at=at)  # type: ignore[arg-type]
        pair = stored(table, pair, new)
        history.append(pair)
    assert list(pairs.changes(table, MARKET, 5000)) == history
    assert list(pairs.changes(table, MARKET, 10**12)) == []


def test_the_pairs_that_are_tried_have_every_field_a_pair_has() -> None:
    tried = set[str]()

    @always
    @given(PAIRS)
    def every(pair: Pair) -> None:
        tried.update(
            field.name
            for field in fields(Pair)
            if getattr(pair, field.name) != getattr(FRESH, field.name)
        )

    every()
    assert tried == {field.name for field in fields(Pair)} - {"lead_id", "property_id"}


def test_a_record_and_its_mirror_say_the_same_under_their_own_keys() -> None:
    record, mirror = put_items(OPENED)
    assert (record.pop("PK"), record.pop("SK"), record.pop("entity")) == (
        *keys.pair(LEAD, PROPERTY),
        "PAIR",
    )
    assert (mirror.pop("PK"), mirror.pop("SK"), mirror.pop("entity")) == (
        *keys.mirror(LEAD, PROPERTY),
        "MIRROR",
    )
    assert record == mirror


def test_only_what_differs_from_an_unknown_pair_is_written() -> None:
    assert loads(put_items(FRESH)[0]["d"]) == {}
    assert loads(put_items(OPENED)[0]["d"]) == {
        "lead_action": "LIKE",
        "offer_lead": 50,
        "awaiting": "PROPERTY",
        "status": "PENDING",
    }


def test_a_share_of_nothing_is_a_share() -> None:
    assert (
        pairs.of_item(put_items(replace(FRESH, offer_lead=0, agreed_share=0))[0]).agreed_share == 0
    )


def test_an_object_finds_its_pairs_by_the_id_of_the_other() -> None:
    table = MemoryTable()
    pair = stored(table, FRESH, OPENED)
    table.transact([said.message(table, pair, "LEAD", "привет")])
    assert pairs.of_posting(table, "LEAD", LEAD) == {PROPERTY: pair}
    assert pairs.of_posting(table, "PROPERTY", PROPERTY) == {LEAD: pair}
    assert pairs.of_posting(table, "LEAD", PROPERTY) == {}


@pytest.mark.parametrize("known", [0, 1, 3])
def test_a_change_of_what_has_changed_since_it_was_read_is_refused_whole(known: int) -> None:
    table, pair = MemoryTable(), FRESH
    for _ in range(2):
        pair = stored(table, pair, OPENED)
    before = list(table.items())
    with pytest.raises(ConditionFailed):
        table.transact(pairs.writes(table, replace(pair, version=known), FRESH, MARKET))
    with pytest.raises(ConditionFailed):
        table.transact([pairs.unchanged(table, replace(pair, version=known))])
    assert list(table.items()) == before
    table.transact([pairs.unchanged(table, pair)])


def test_both_objects_count_a_match_while_it_is_pending_accepted_or_completed() -> None:
    table, pair, seen = MemoryTable(), FRESH, list[tuple[int, int]]()
    statuses: list[Any] = [
        None,
        "PENDING",
        "PENDING",
        "ACCEPTED",
        "REJECTED",
        "REJECTED",
        "PENDING",
        "COMPLETED",
    ]
    for status in statuses:
        pair = stored(table, pair, replace(pair, status=status))
        seen.append(counts(table))
    assert seen == [(each, each) for each in (0, 1, 1, 1, 0, 0, 1, 1)]


def test_a_message_is_replaced_and_taken_back_for_its_side_alone() -> None:
    table = MemoryTable()

    def texts() -> list[Any]:
        items = [table.get(keys.message(LEAD, PROPERTY, side)) for side in ("LEAD", "PROPERTY")]
        return [item and item["text"] for item in items]

    table.transact(
        [
            said.message(table, OPENED, "LEAD", "первое"),
            said.message(table, OPENED, "PROPERTY", "ответ"),
        ]
    )
    table.transact([said.message(table, OPENED, "LEAD", "второе")])
    assert texts() == ["второе", "ответ"]
    table.transact([said.message(table, OPENED, "LEAD", None)])
    assert texts() == [None, "ответ"]
