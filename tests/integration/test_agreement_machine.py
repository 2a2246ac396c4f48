"""Two realtors, their objects and a stream that lags, doubles and fails: a search for what must
never be.

AGREEMENT_SEARCH=20 searches so much longer.
"""

import os
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from itertools import count, product
from random import Random
from typing import Any, ClassVar
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from cobroke.domain import errors
from cobroke.domain.deals.negotiation import Outcome
from cobroke.domain.deals.pair import DAY, Action, Pair, PairIds, Side
from cobroke.domain.ids import match_id, owner_of
from cobroke.domain.matching.score import LISTED
from cobroke.domain.postings.kinds import other
from cobroke.domain.postings.posting import Posting
from cobroke.domain.vocabulary import Number
from cobroke.edge.models.matches import lead_match, property_match
from cobroke.flows import following as follower
from cobroke.flows.deals import agreement, closing, saying
from cobroke.flows.deals.closing import Ended
from cobroke.flows.deals.decision import Decision
from cobroke.storage import keys
from cobroke.storage.conditions import PRESENT
from cobroke.storage.deals import matches, pairs, said
from cobroke.storage.deals.sides import load
from cobroke.storage.notation import Item, item_of
from cobroke.storage.notices import notices
from cobroke.storage.postings import postings
from cobroke.storage.postings.counts import match_count
from cobroke.storage.table import Table, Write
from tests.pump import Json, drain
from tests.support.contents import lead, listing
from tests.support.office import Office, Told, following, told_to
from tests.support.table_faults import faulty, never, sometimes
from tests.support.town import SIDES

type Said = tuple[Side, Action, Number | None, str | None]
"""Who does what about a pair, with which number and message."""

SEARCH = int(os.environ.get("AGREEMENT_SEARCH", "1"))
SECRETS = {"client_name": "Секретова", "client_contacts": "тел. клиента", "notes": "тайна"}
REACHED_AT: dict[Side, tuple[str, str]] = {
    "LEAD": ("@boris", "+79000000002"),
    "PROPERTY": ("@anna", "+79000000001"),
}
"""How each side reaches the other, once it may."""
MOST = 3
"""Objects of a kind: those that have left the market stay beside those that came after them."""
PRICE = 18_000_000


def nothing() -> None:
    pass


def ids_in(pair: Pair) -> PairIds:
    return PairIds(pair.lead_id, pair.property_id)


def fresh(ids: PairIds) -> Pair:
    return Pair(lead_id=ids.lead_id, property_id=ids.property_id)


def owed_notices(old: Pair, new: Pair) -> list[tuple[Side, str | None]]:
    """Whom a change tells, and why, by the table of the contract; contacts are shared without a
    reason.
    """

    def offered(pair: Pair, side: Side) -> tuple[Any, ...]:
        return (
            pair.epoch,
            pair.offer(side),
            pair.acted_lead_at if side == "LEAD" else pair.acted_property_at,
        )

    likers = [
        side
        for side in SIDES
        if new.offer(side) is not None and offered(new, side) != offered(old, side)
    ]
    if not likers and old.status == "PENDING" and old.offers_are_equal and old.awaiting:
        likers = [old.awaiting] if new.awaiting != old.awaiting else []
    if not likers or new.status not in {"PENDING", "ACCEPTED"}:
        return []
    (liker,) = likers
    shared: list[tuple[Side, str | None]] = [
        (side, None) for side in SIDES if new.status == "ACCEPTED"
    ]
    if old.status == "PENDING" and old.offer(liker) is not None:
        return shared or [(other(liker), "OFFER")]
    if new.offer(other(liker)) is not None:
        return [(other(liker), "MUTUAL"), *shared]
    last = old.invited_at(other(liker))
    is_told = not last or new.changed_at >= last + 21 * DAY
    return [(other(liker), "INTEREST")] if is_told else []


def check_change(old: Pair, new: Pair) -> None:
    """What holds of any two neighbours in the history of one pair."""
    assert new.version == old.version + 1
    assert new.changed_at >= old.changed_at
    assert old.status != "COMPLETED"
    assert old.contact_shared_at in {None, new.contact_shared_at}
    assert old.created_at in {None, new.created_at}
    assert new.epoch - old.epoch in {0, 1}
    if old.status and old.epoch == new.epoch:
        assert old.offer_lead is None or new.offer_lead <= old.offer_lead  # type: ignore[operator]
        offered = old.offer_property
        assert offered is None or new.offer_property >= offered  # type: ignore[operator]
    if new.negotiation_status == "AGREED":
        assert new.agreed_share in {new.offer_lead, new.offer_property}


SHARES = st.sampled_from([None, None, 50, 45, 55, 40, 60, Decimal("47.5")])
NOTES = st.sampled_from([None, None, "", "привет", "звоните", "ж" * 4000])
WHICH = st.integers(0, 99)
SEEDS = st.integers(0, 9999)
SIDE = st.sampled_from(SIDES)
SAID = st.tuples(SIDE, st.sampled_from(["LIKE", "LIKE", "LIKE", "DISLIKE"]), SHARES, NOTES)
MEANWHILE = SAID | st.sampled_from(["CHEAPER", "LEAD LEAVES", "PROPERTY LEAVES"])
TIMES = st.sampled_from([0, 1000, DAY, 15 * DAY, 31 * DAY])
PRICES = st.sampled_from(
    [PRICE, PRICE * 97 // 100, PRICE * 98 // 100, PRICE * 90 // 100, 60_000_000]
)
WISHES: list[Json] = [
    {},
    {"rooms": [3]},
    {"districts": ["Арбат"]},
    {"budget": {"min": 1, "max": 1_000_000}},
]


class Agreements(RuleBasedStateMachine):
    """`known`: each pair after the last act on it; `said`: what each side's message must be."""

    reached: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.office, self.checked = Office(), 0
        self.table = self.office.table
        self.objects: dict[Side, list[str]] = {"LEAD": [], "PROPERTY": []}
        self.known: dict[PairIds, Pair] = {}
        self.said: dict[tuple[PairIds, Side], str | None] = {}
        self.expected, self.read = Counter[Told](), Counter[Told]()
        self.pauses = patch("cobroke.storage.pauses.time.sleep")
        self.pauses.start()

    def teardown(self) -> None:
        self.pauses.stop()

    @initialize()
    def a_market(self) -> None:
        for kind in (*SIDES, SIDES[1]):
            self.post(kind)

    @rule(which=WHICH, said=SAID)
    def acts(self, which: int, said: Said) -> None:
        self.act(self.one(which), said)

    @rule(which=WHICH, action=st.sampled_from(["LIKE", "DISLIKE"]), share=SHARES, notes=NOTES)
    def awaited_side_answers(
        self, which: int, action: Action, share: Number | None, notes: str | None
    ) -> None:
        waiting = [(ids, pair.awaiting) for ids, pair in self.known.items() if pair.awaiting]
        if waiting:
            ids, side = waiting[which % len(waiting)]
            self.act(ids, (side, action, share, notes))

    @rule(which=WHICH, side=SIDE, notes=NOTES)
    def somebody_changes_his_mind_twice(self, which: int, side: Side, notes: str | None) -> None:
        ids = self.one(which)
        self.act(ids, (side, "DISLIKE", None, notes))
        self.act(ids, (side, "LIKE", None, notes))

    @rule(which=WHICH, side=SIDE)
    def one_likes_what_the_other_has_disliked(self, which: int, side: Side) -> None:
        """Of a new object, while there is room for one."""
        self.replace(side)
        new, known = self.objects[side][-1], self.objects[other(side)]
        there = known[which % len(known)]
        ids = PairIds(new, there) if side == "LEAD" else PairIds(there, new)
        self.act(ids, (other(side), "DISLIKE", None, None))
        self.act(ids, (side, "LIKE", None, None))

    @rule(which=WHICH, said=SAID, meanwhile=MEANWHILE, at=st.integers(0, 3))
    def acts_while_something_happens(
        self, which: int, said: Said, meanwhile: Said | str, at: int
    ) -> None:
        ids = self.one(which)
        self.act(ids, said, {at: lambda: self.happens(ids, meanwhile)})

    @rule(which=WHICH, said=SAID, gone=SIDE)
    def one_leaves_the_market_while_its_pair_is_acted_on(
        self, which: int, said: Said, gone: Side
    ) -> None:
        """Between what is decided on and the write."""
        ids = self.one(which)
        an_id = ids.lead_id if gone == "LEAD" else ids.property_id
        self.act(ids, said, {1: lambda: self.archive(gone, an_id)})

    @rule(which=WHICH, first=SIDE, at=st.integers(0, 1))
    def both_like_at_once(self, which: int, first: Side, at: int) -> None:
        ids = self.one(which)
        sides = load(self.table, ids, self.office.anna, "LEAD")
        published = sides.facts.published_share
        possible = (
            sides.lead.in_market and sides.listing.in_market and (sides.facts.score or 0) >= LISTED
        )
        likes: list[Said] = [(first, "LIKE", None, None), (other(first), "LIKE", None, None)]
        self.act(ids, likes[0], {at: lambda: self.act(ids, likes[1])})
        if sides.pair.version == 0 and possible:
            assert (self.known[ids].status, self.known[ids].agreed_share) == ("ACCEPTED", published)

    @rule(which=WHICH, first=SIDE, shares=st.lists(SHARES, min_size=2, max_size=4))
    def bargain(self, which: int, first: Side, shares: list[Number | None]) -> None:
        ids = self.one(which)
        for side, share in zip((first, other(first)) * 2, shares, strict=False):
            self.act(ids, (side, "LIKE", share, None))

    @rule(which=WHICH, first=SIDE, share=st.sampled_from([50, 55]))
    def they_come_closer_but_not_together(self, which: int, first: Side, share: int) -> None:
        asked: dict[Side, list[int]] = {"LEAD": [60, share], "PROPERTY": [40, 45]}
        ids = self.one(which)
        for side, step in ((first, 0), (other(first), 0), (first, 1)):
            self.act(ids, (side, "LIKE", asked[side][step], None))

    @rule(which=WHICH, price=PRICES, side=SIDE)
    def closed_match_is_taken_up_again(self, which: int, price: int, side: Side) -> None:
        """A month later, and perhaps for less."""
        closed = [ids for ids, pair in self.known.items() if pair.status == "REJECTED"]
        ids = closed[which % len(closed)] if closed else self.one(which)
        self.time_passes(31 * DAY)
        self.edit("PROPERTY", ids.property_id, price=price)
        self.act(ids, (side, "LIKE", None, None))

    @rule(which=WHICH, price=PRICES, share=st.sampled_from([50, 40, 60]))
    def listing_is_edited(self, which: int, price: int, share: int) -> None:
        self.edit("PROPERTY", self.one(which).property_id, price=price, commission_share=share)

    @rule(which=WHICH, wish=st.sampled_from(WISHES))
    def lead_is_edited(self, which: int, wish: Json) -> None:
        self.edit("LEAD", self.one(which).lead_id, **SECRETS, **wish)

    @rule(which=WHICH, kind=SIDE)
    def object_is_archived(self, which: int, kind: Side) -> None:
        ids = self.one(which)
        self.archive(kind, ids.lead_id if kind == "LEAD" else ids.property_id)

    @rule(which=WHICH, side=SIDE)
    def deal_is_completed(self, which: int, side: Side) -> None:
        self.complete(self.agreed(which), side)

    @rule(which=WHICH, side=SIDE)
    def deal_is_completed_beside_an_interest(self, which: int, side: Side) -> None:
        """What is open of the same object closes."""
        ids, others = self.agreed(which), self.objects[other(side)]
        beside = (
            PairIds(ids.lead_id, others[-1])
            if side == "LEAD"
            else PairIds(others[-1], ids.property_id)
        )
        self.act(beside, (side, "LIKE", None, None))
        self.complete(ids, side)
        self.stream_settles(which, faults=False, replay=False)

    def agreed(self, which: int) -> PairIds:
        """A pair that is agreed or completed, if there is one."""
        agreed = [ids for ids, pair in self.known.items() if pair.contacts_visible]
        return agreed[which % len(agreed)] if agreed else self.one(which)

    def complete(self, ids: PairIds, side: Side) -> None:
        before, owner = self.before(ids), self.owner(side)
        try:
            sides, of = agreement.complete(self.table, owner, ids, self.office.clock)
        except (errors.NotFound, errors.NotAccepted):
            assert not before.contacts_visible
            return
        assert before.contacts_visible
        assert (of, sides.pair.status, self.pair(ids).status) == (side, "COMPLETED", "COMPLETED")
        assert self.stored(side, ids[side == "PROPERTY"]).status == "ARCHIVED"
        self.known[ids] = self.pair(ids)
        self.replace(side)

    @rule(ms=TIMES)
    def time_passes(self, ms: int) -> None:
        """What is due expires, as it would by the clock."""
        self.office.now += ms
        for pair in self.known.values():
            closing.close(
                self.table,
                PairIds(pair.lead_id, pair.property_id),
                "EXPIRED",
                lambda: self.office.now,
            )
        self.look_again()

    @rule(seed=SEEDS, faults=st.booleans())
    def stream_passes_in_part(self, seed: int, *, faults: bool) -> None:
        pump, rng = self.office.pump, Random(seed)
        end = rng.randint(pump.position, len(self.table.stream))
        records, pump.rng = self.table.stream[pump.position : end], rng
        with following(self.table), faulty(self.table, sometimes(rng) if faults else never):
            pump.run(records)
        pump.position = end
        self.look_again()

    @rule(seed=SEEDS, faults=st.booleans(), replay=st.booleans())
    def stream_settles(self, seed: int, *, faults: bool, replay: bool) -> None:
        pump, rng = self.office.pump, Random(seed)
        pump.rng, pump.position = rng, 0 if replay else pump.position
        with following(self.table), faulty(self.table, sometimes(rng) if faults else never):
            drain(self.table.stream, pump)
        assert pump.failed == []
        self.look_again()
        self.check_history()
        self.check_what_is_settled()

    @rule(seed=SEEDS)
    def notices_are_read(self, seed: int) -> None:
        rng = Random(seed)
        for side in SIDES:
            for notice, told in told_to(self.table, self.owner(side), unread_only=True):
                if rng.random() < 0.5:
                    notices.read(self.table, told.realtor, notice, 0)
                    self.read[told] += 1

    @invariant()
    def everything_holds(self) -> None:
        self.check_history()
        self.check_records()
        told = self.told()
        assert not told - self.expected
        assert self.told(unread_only=True) + self.read == told
        for ids, pair in self.known.items():
            self.reached[f"{pair.status} {pair.closed_reason}"] += 1
            self.reached["LIKE KEPT"] += pair.keeps_like("LEAD") or pair.keeps_like("PROPERTY")
            self.reached["REOPENED"] += pair.epoch > 1
            self.reached["COUNTERED"] += pair.rounds > 0
            if pair.status:
                self.check_views(ids, pair)

    def check_history(self) -> None:
        """Every change of a pair since the last time, from the stream."""
        for record in self.table.stream[self.checked :]:
            image, old = record["dynamodb"].get("NewImage", {}), record["dynamodb"].get("OldImage")
            if image.get("entity") == {"S": "PAIR"}:
                pair = pairs.of_item(item_of(image))
                before = pairs.of_item(item_of(old)) if old else fresh(ids_in(pair))
                check_change(before, pair)
                for to, reason in owed_notices(before, pair):
                    self.expected[self.a_notice(pair, to, reason)] += 1
        self.checked = len(self.table.stream)

    def a_notice(self, pair: Pair, to: Side, reason: str | None) -> Told:
        ids, kind = ids_in(pair), "NEW_MATCH" if reason else "CONTACT_SHARED"
        return Told(self.owner(to), kind, reason, *ids, match_id(*ids))

    def check_records(self) -> None:
        """Record and mirror are equal, and both objects count what there is; `known` is what is
        stored.
        """
        records, mirrors = self.found("PAIR"), self.found("MIRROR")
        assert [pairs.of_item(item) for item in records] == [
            self.known[ids] for ids in sorted(self.known)
        ]
        said = [
            {(*ids_in(pairs.of_item(one)), one["d"], one["version"]) for one in each}
            for each in (records, mirrors)
        ]
        assert said[0] == said[1]
        assert len(mirrors) == len(records)
        counts = Counter[str]()
        for ids, pair in self.known.items():
            counts.update(
                dict.fromkeys(ids, int(pair.status in {"PENDING", "ACCEPTED", "COMPLETED"}))
            )
        for kind, known in self.objects.items():
            assert [match_count(self.table, kind, each) for each in known] == [
                counts[each] for each in known
            ]

    def check_views(self, ids: PairIds, pair: Pair) -> None:
        visible = pair.status in {"ACCEPTED", "COMPLETED"}
        for side, (name, phone) in REACHED_AT.items():
            sides = load(self.table, ids, self.owner(side), side)
            match = matches.seen_by(self.table, sides, side)
            seen = (lead_match(match) if side == "LEAD" else property_match(match)).model_dump(
                warnings=False
            )
            them = seen["realtor_info"]
            assert (them["telegram"], them["phone"]) == ((name, phone) if visible else (None, None))
            if side == "PROPERTY":
                assert seen["lead"]["client_name"] == (SECRETS["client_name"] if visible else None)
            assert not any(SECRETS[each] in str(seen) for each in ("client_contacts", "notes"))
            assert seen["message_from_counterpart"] == self.said.get((ids, other(side)))

    def check_what_is_settled(self) -> None:
        assert self.told() == self.expected
        for kind, known in self.objects.items():
            for each in known:
                statuses = {
                    pair.status for pair in pairs.of_posting(self.table, kind, each).values()
                }
                is_open = not statuses.isdisjoint({"PENDING", None})
                assert not (is_open and self.stored(kind, each).status == "ARCHIVED")

        kept = {(item["PK"], item["SK"].partition("#")[2]) for item in self.found("PAIR")}
        said = {(item["PK"], item["SK"].split("#")[1]) for item in self.found("MESSAGE")}
        assert said <= kept

    def act(
        self, ids: PairIds, said: Said, meanwhile: dict[int, Callable[[], None]] | None = None
    ) -> None:
        """`meanwhile`: what happens before the calls of the table of those numbers."""
        calls, others = count(), meanwhile or {}
        self.table.between = lambda: others.get(next(calls), nothing)()  # noqa: PLW0108
        try:
            self.office.acts(said[0], ids, *said[1:])
        except errors.Refusal as refusal:
            self.table.between = nothing
            self.check_refusal(ids, refusal)
            return
        self.table.between = nothing
        before, after = self.before(ids), self.pair(ids)
        if after != before and not before.contacts_visible:
            assert self.stored("LEAD", ids.lead_id).in_market
            assert self.stored("PROPERTY", ids.property_id).in_market
        self.hear(ids, before, after, said)
        if after.version:
            self.known[ids] = after

    def check_refusal(self, ids: PairIds, refusal: errors.Refusal) -> None:
        before = self.before(ids)
        assert self.pair(ids) == before
        left = not (
            self.stored("LEAD", ids.lead_id).in_market
            and self.stored("PROPERTY", ids.property_id).in_market
        )
        match refusal:
            case errors.NotFound():
                assert before.version == 0
            case errors.Archived():
                assert left
                assert not before.contacts_visible
            case errors.PairDeclined():
                assert before.status == "REJECTED"
            case errors.MatchClosed():
                assert before.status == "COMPLETED"
            case errors.TermsAgreed():
                assert before.status == "ACCEPTED"
            case _:
                assert isinstance(refusal, errors.NotAConcession | errors.TooManyRounds)
                assert before.status == "PENDING"

    def hear(self, ids: PairIds, before: Pair, after: Pair, said: Said) -> None:
        """A message comes with a LIKE that changes something or is kept; nothing of before counts
        on a clean record.
        """
        side, action, _, notes = said
        changed = after != before
        kept = before.status is None and before.action(side) == "LIKE"
        if after.epoch > before.epoch or after.action(other(side)) == "NONE" != before.action(
            other(side)
        ):
            self.said[ids, side] = self.said[ids, other(side)] = None
        if action == "DISLIKE" and kept:
            self.said[ids, side] = None
        if action == "LIKE" and notes and (changed or kept):
            self.said[ids, side] = notes

    def happens(self, ids: PairIds, what: Said | str) -> None:
        if what == "CHEAPER":
            self.edit("PROPERTY", ids.property_id, price=PRICE * 94 // 100)
        elif what == "LEAD LEAVES":
            self.archive("LEAD", ids.lead_id)
        elif what == "PROPERTY LEAVES":
            self.archive("PROPERTY", ids.property_id)
        else:
            self.act_within(ids, what)  # type: ignore[arg-type]

    def act_within(self, ids: PairIds, said: Said) -> None:
        """What lies between the calls of another act goes on lying there."""
        outer = self.table.between
        self.act(ids, said)
        self.table.between = outer

    def edit(self, kind: Side, posting_id: str, **changes: Any) -> None:
        content = lead(**changes) if kind == "LEAD" else listing(**changes)
        try:
            postings.replace_content(
                self.table, kind, owner_of(posting_id), posting_id, content, self.office.clock
            )
        except errors.Archived:
            assert self.stored(kind, posting_id).status == "ARCHIVED"

    def archive(self, kind: Side, posting_id: str) -> None:
        self.office.archives(kind, posting_id)
        self.replace(kind)

    def replace(self, kind: Side) -> None:
        if len(self.objects[kind]) < MOST:
            self.post(kind)

    def post(self, kind: Side) -> None:
        self.objects[kind].append(self.office.posted(kind, **(SECRETS if kind == "LEAD" else {})))

    def look_again(self) -> None:
        self.known = {ids_in(pair): pair for pair in map(pairs.of_item, self.found("PAIR"))}

    def found(self, entity: str) -> list[Item]:
        return [item for item in self.table.items() if item["entity"] == entity]

    def one(self, which: int) -> PairIds:
        possible = list(product(self.objects["LEAD"], self.objects["PROPERTY"]))
        return PairIds(*possible[which % len(possible)])

    def before(self, ids: PairIds) -> Pair:
        return self.known.get(ids, fresh(ids))

    def pair(self, ids: PairIds) -> Pair:
        item = self.table.get(keys.pair(*ids))
        return pairs.of_item(item) if item else fresh(ids)

    def stored(self, kind: Side, posting_id: str) -> Posting:
        return postings.load_own(self.table, kind, owner_of(posting_id), posting_id)

    def owner(self, side: Side) -> str:
        return self.office.anna if side == "LEAD" else self.office.boris

    def told(self, *, unread_only: bool = False) -> Counter[Told]:
        inboxes = [told_to(self.table, self.owner(side), unread_only=unread_only) for side in SIDES]
        return Counter(told for inbox in inboxes for _, told in inbox)


THE_SEARCH = settings(
    max_examples=120 * SEARCH,
    stateful_step_count=40,
    derandomize=SEARCH == 1,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_nothing_that_two_realtors_do_breaks_what_holds_of_an_agreement() -> None:
    Agreements.reached.clear()
    run_state_machine_as_test(Agreements, settings=THE_SEARCH)
    reasons = ["DECLINED", "WITHDRAWN", "EXPIRED", "OBJECT_ARCHIVED", "OBJECT_CLOSED"]
    states = [f"{status} None" for status in (None, "PENDING", "ACCEPTED", "COMPLETED")]
    states += [*(f"REJECTED {reason}" for reason in reasons), "LIKE KEPT", "REOPENED", "COUNTERED"]
    assert sorted(Agreements.reached) == sorted(states)
    assert min(Agreements.reached.values()) >= 10


def entity_of(write: Write) -> str:
    """Of what it puts; nothing of what it updates."""
    return str(write.get("Put", {"Item": {"entity": {"S": ""}}})["Item"]["entity"]["S"])


def without_mirrors(table: Table, old: Pair, *new: Any) -> list[Write]:
    """As it must not be: the mirror is written once."""
    return [
        write
        for write in WRITES(table, old, *new)
        if not old.version or entity_of(write) != "MIRROR"
    ]


def without_version(table: Table, *change: Any) -> list[Write]:
    record, *others = WRITES(table, *change)
    return [table.put(item_of(record["Put"]["Item"])), *others]


def counting_no_end(table: Table, old: Pair, *new: Any) -> list[Write]:
    return [
        write for write in WRITES(table, old, *new) if not old.counts_as_match or "Put" in write
    ]


def checking_presence(table: Table, stored: Posting) -> Write:
    return table.check(keys.owned(stored.kind, stored.id), when=PRESENT)


def keeping_messages(table: Table, old: Pair, outcome: Outcome, *said: Any) -> list[Write]:
    return MESSAGES(table, old, outcome._replace(starts_anew=False), *said)


def hearing_repeats(
    table: Table, _: Pair, outcome: Outcome, side: Side, decision: Decision, *__: Any
) -> list[Write]:
    return [said.message(table, outcome.pair, side, decision.words)] if decision.words else []


def nobody_told(*_: Any) -> set[Any]:
    """So that the put alone decides; no mistake as long as it has its condition."""
    return set()


def telling_again(table: Table, realtor_id: str, notice: notices.Notice) -> bool:
    """A notice that is there is marked as unread."""
    told = TELL(table, realtor_id, notice)
    table.transact([notices.writes(table, realtor_id, notice)[1]])
    return told


WRITES, MESSAGES, TELL = pairs.writes, saying.writes, notices.put
MISTAKES: dict[str, tuple[Any, str, Any]] = {
    "the mirror is forgotten": (pairs, "writes", without_mirrors),
    "the version is not looked at": (pairs, "writes", without_version),
    "the end of a match is not counted": (pairs, "writes", counting_no_end),
    "the objects may have left the market": (postings, "unchanged", checking_presence),
    "messages of before go on": (saying, "writes", keeping_messages),
    "a repeat replaces the message": (saying, "writes", hearing_repeats),
    "what was read is told again": (notices, "put", telling_again),
    "contacts stay after a withdrawal": (
        Pair,
        "contacts_visible",
        property(lambda pair: pair.agreed_share is not None),
    ),
    "an archive closes nothing": (follower, "end_slice", lambda *_: Ended()),
    "nothing is told": (follower, "tell_of_pair", lambda *_: 0),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_search_finds(mistake: str) -> None:
    quickly = settings(THE_SEARCH, phases=[Phase.generate], report_multiple_bugs=False)
    with (
        patch.object(notices, "already_put", nobody_told),
        patch.object(*MISTAKES[mistake]),
        pytest.raises(AssertionError),
    ):
        run_state_machine_as_test(Agreements, settings=quickly)
