"""What DynamoDB bills for what realtors do most, in a real city's market."""

import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from random import Random

from benchmarks import market
from benchmarks.dynamodb_local import TABLE, dynamodb_local
from benchmarks.market import Market
from benchmarks.report import Section, publish
from benchmarks.units import Used, counted
from cobroke.clock import now_ms
from cobroke.domain.deals.pair import Pair, PairIds, Side
from cobroke.domain.fair_use import FairUse
from cobroke.domain.ids import owner_of
from cobroke.domain.paging import asked
from cobroke.domain.postings.features import Group
from cobroke.domain.postings.posting import Posting
from cobroke.domain.realtors import Realtor
from cobroke.edge.models.insights import takes
from cobroke.flows.deals import agreement, closing
from cobroke.flows.deals.decision import Decision
from cobroke.flows.matching.insights import ask_demand, ask_what_if
from cobroke.flows.matching.recommendations import Recommendations, recommend
from cobroke.flows.notices.telling import tell_of_pair
from cobroke.storage.deals import matches
from cobroke.storage.deals.sides import Sides
from cobroke.storage.matching.held_markets import HeldMarkets
from cobroke.storage.notices import inboxes, notices, pages
from cobroke.storage.notices.notices import Notice
from cobroke.storage.postings import postings
from cobroke.storage.postings.allowance import Allowance, Limiter
from cobroke.storage.realtors import KnownRealtors
from cobroke.storage.table import Table

SAMPLE = 50
LONG_AGO_MS = 3_600_000
FIRST = asked(None, None)
ASK, OFFER, MIDDLE = 50, 40, 45
"""In percent: what a lead asks for, what a listing offers, where they meet."""
GREETING = "A family of four, with the money at hand; they could come and see it on Saturday."

type Action[On] = Callable[[Table, On], object]

_LIMITERS: dict[str, Limiter] = {}
_REMEMBERED = defaultdict[str, KnownRealtors](KnownRealtors)
"""By the function that serves the looks at an object: the next one comes soon after the first."""


def measure() -> Section:
    made = market.make_market(now_ms() - LONG_AGO_MS)
    with dynamodb_local():
        table = Table(TABLE)
        market.load(table, made)
        rows = _measured(table, made, Random(1))
    return Section(
        "What an action consumes",
        f"{len(made.properties):,} listings and {len(made.leads):,} buyers in one city, "
        f"{SAMPLE} actions of each kind: the median and the most. A page has {FIRST.limit} rows, "
        "each LIKE a message. A unit reads 4 KB or writes 1 KB; those of a transaction count "
        "twice. What is not there counts nothing here, and one unit at AWS. A next look comes "
        "within 30 seconds, and has two of its calls at once. A function holds the markets that "
        "it was asked of: its first what-if reads all listings of the city, the first demand after "
        "it all leads.",
        ("action", "units read", "units written", "round trips"),
        rows,
    )


def _measured(table: Table, made: Market, rng: Random) -> list[Sequence[str]]:
    """Measure the looks first: they are to find no changes."""
    flats = [lead for lead in made.leads if lead.content.features.market.group == Group.FLAT]
    drawn, properties = rng.sample(flats, 2 * SAMPLE), rng.sample(made.properties, SAMPLE)
    leads, lost = drawn[:SAMPLE], drawn[SAMPLE:]
    return [
        _row(table, "a first look at a lead's recommendations", _look, leads),
        _row(table, "the next look", _look, leads),
        _row(table, "a first look at a listing's recommendations", _look, properties),
        _row(table, "the next look", _look, properties),
        *_of_answers(table, leads, properties),
        _row(table, "a new lead", _create, leads),
        _row(table, "a new listing", _create, properties),
        _row(table, "a lead written anew", _replace, leads),
        _row(table, "a listing written anew", _replace, properties),
        _row(table, "a lead archived", _archive, lost),
        _row(table, "a listing archived", _archive, properties),
        *_of_matches(table, [ids for lead in leads if (ids := _recommended(table, lead))]),
    ]


def _of_answers(
    table: Table, leads: Sequence[Posting], properties: Sequence[Posting]
) -> list[Sequence[str]]:
    """Count with a function that begins to hold its markets, and with the same later."""
    new = HeldMarkets(table, now_ms)
    what_if, demand = _what_if(new), _demand(new)
    return [
        _row(table, "the first what-if that a function answers", what_if, leads[:1]),
        _row(table, "a later what-if", what_if, leads[1:]),
        _row(table, "the first demand after it", demand, properties[:1]),
        _row(table, "a later demand", demand, properties[1:]),
    ]


def _of_matches(table: Table, recommended: Sequence[Sequence[PairIds]]) -> list[Sequence[str]]:
    """Count with the best listing of each lead, and its page's last. Those between are matches
    already.
    """
    best, worst = [ids[0] for ids in recommended], [ids[-1] for ids in recommended]
    for ids in recommended:
        for pair in ids[1:-1]:
            _begin_a_match(table, pair)
    return [
        _row(table, "a first DISLIKE", _dislike, worst),
        _row(table, "a first LIKE", _like("LEAD", ASK), best),
        _row(table, "its notice", _tell, [_loaded(table, ids).pair for ids in best]),
        _row(table, "the LIKE of the other side", _like("PROPERTY", OFFER), best),
        _row(table, "a counter-offer", _like("LEAD", MIDDLE), best),
        _row(table, "a LIKE that agrees", _like("PROPERTY", MIDDLE), best),
        _row(table, "a page of a lead's matches", _list, best),
        _row(table, "a match", _show, best),
        _row(table, "a page of notifications", _notices, best),
        _row(table, "a notification read", _read, [_newest(table, ids) for ids in best]),
        _row(table, "a deal completed", _complete, best),
        _row(table, "the other matches of its lead closed", _close, best),
    ]


def _row[On](table: Table, name: str, action: Action[On], sample: Sequence[On]) -> Sequence[str]:
    actions = [_used(table, action, on) for on in sample]
    columns = zip(
        *((used.read_units, used.write_units, used.round_trips) for used in actions), strict=True
    )
    return name, *(f"{statistics.median(column):,.0f} · {max(column):,.0f}" for column in columns)


def _used[On](table: Table, action: Action[On], on: On) -> Used:
    with counted(table._client) as used:
        action(table, on)
    return used


def _allowance(table: Table, realtor_id: str) -> Allowance:
    """Make that of who has more than they use here; the function that serves them was asked by them
    before.
    """
    if table.name not in _LIMITERS:
        _LIMITERS[table.name] = Limiter(table, FairUse.of("100", "0"))
    return _LIMITERS[table.name].of(Realtor(realtor_id, "", ""))


def _look(table: Table, own: Posting) -> Recommendations:
    known, allowance = _REMEMBERED[own.id], _allowance(table, own.owner)
    return recommend(table, own.kind, own.owner, own.id, FIRST, now_ms, known, allowance)


def _what_if(held: HeldMarkets) -> Action[Posting]:
    def ask(table: Table, own: Posting) -> object:
        allowance = _allowance(table, own.owner)
        return ask_what_if(table, held, own.owner, own.id, now_ms, takes, allowance)

    return ask


def _demand(held: HeldMarkets) -> Action[Posting]:
    def ask(table: Table, own: Posting) -> object:
        return ask_demand(table, held, own.owner, own.id, now_ms, _allowance(table, own.owner))

    return ask


def _create(table: Table, like: Posting) -> object:
    allowance = _allowance(table, like.owner)
    return postings.create(table, like.kind, like.owner, like.content, now_ms, None, allowance)


def _replace(table: Table, own: Posting) -> object:
    allowance, which = _allowance(table, own.owner), (own.kind, own.owner, own.id)
    return postings.replace_content(table, *which, own.content, now_ms, allowance=allowance)


def _archive(table: Table, own: Posting) -> object:
    allowance, which = _allowance(table, own.owner), (own.kind, own.owner, own.id)
    return postings.archive(table, *which, now_ms, allowance=allowance)


def _recommended(table: Table, lead: Posting) -> list[PairIds]:
    return [PairIds(lead.id, row.counterpart.id) for row in _look(table, lead).rows]


def _begin_a_match(table: Table, ids: PairIds) -> None:
    """Let both sides act and be told, and wait."""
    first = _like("LEAD", ASK)(table, ids)
    tell_of_pair(table, first, None)
    tell_of_pair(table, _like("PROPERTY", OFFER)(table, ids), first)


def _like(side: Side, share: int) -> Callable[[Table, PairIds], Pair]:
    def act(table: Table, ids: PairIds) -> Pair:
        caller = owner_of(ids.lead_id if side == "LEAD" else ids.property_id)
        liked = Decision("LIKE", share, GREETING)
        return agreement.act(table, side, caller, ids, liked, now_ms, _allowance(table, caller))

    return act


def _dislike(table: Table, ids: PairIds) -> Pair:
    caller = owner_of(ids.lead_id)
    disliked = Decision("DISLIKE")
    return agreement.act(table, "LEAD", caller, ids, disliked, now_ms, _allowance(table, caller))


def _tell(table: Table, pair: Pair) -> object:
    return tell_of_pair(table, pair, None)


def _loaded(table: Table, ids: PairIds) -> Sides:
    return agreement.load_match(table, owner_of(ids.lead_id), ids)[0]


def _list(table: Table, ids: PairIds) -> object:
    own = postings.load_own(table, "LEAD", owner_of(ids.lead_id), ids.lead_id)
    return matches.list_of(table, own, None, FIRST)


def _show(table: Table, ids: PairIds) -> object:
    return matches.seen_by(table, _loaded(table, ids), "LEAD")


def _notices(table: Table, ids: PairIds) -> list[Notice]:
    return pages.page_of(
        table,
        inboxes.load(table, owner_of(ids.lead_id)),
        FIRST,
        now_ms() // 1000,
        unread_only=False,
    )[0]


def _newest(table: Table, ids: PairIds) -> tuple[str, str]:
    return owner_of(ids.lead_id), _notices(table, ids)[0].id


def _read(table: Table, told: tuple[str, str]) -> None:
    notices.read(table, *told, now_ms() // 1000)


def _complete(table: Table, ids: PairIds) -> object:
    caller = owner_of(ids.lead_id)
    sides, side = agreement.complete(table, caller, ids, now_ms, _allowance(table, caller))
    return matches.seen_by(table, sides, side)


def _close(table: Table, ids: PairIds) -> object:
    return closing.end_pairs(table, postings.load(table, "LEAD", ids.lead_id), now_ms).closed


if __name__ == "__main__":
    publish(measure)
