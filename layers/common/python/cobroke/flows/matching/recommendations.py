"""The best counterparts of a lead or a property, exact at the moment they are asked for."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from operator import itemgetter
from typing import NamedTuple

from cobroke.clock import DAY_MS, Clock
from cobroke.domain.deals.pair import Pair, PairIds
from cobroke.domain.deals.resurfacing import Resurfaced
from cobroke.domain.errors import Busy, NotFound, OwnObject
from cobroke.domain.matching.ranking import SIZES, Ranking, Row, Sizes
from cobroke.domain.matching.score import LISTED, Evaluation, evaluate
from cobroke.domain.paging import Page
from cobroke.domain.postings.features import lead_and_listing
from cobroke.domain.postings.kinds import Kind, lead_first, other
from cobroke.domain.postings.posting import Posting
from cobroke.domain.realtors import Realtor
from cobroke.domain.vocabulary import Number
from cobroke.flows.matching import looks
from cobroke.flows.matching.page import Loaded, Reading
from cobroke.flows.matching.ranking import Seeker, refreshed, seeking, try_save, up_to_date
from cobroke.storage import keys
from cobroke.storage.deals import matches
from cobroke.storage.deals.sides import Sides, load
from cobroke.storage.matching import looks as marks
from cobroke.storage.matching.rankings import KeptRanking
from cobroke.storage.parting import parted
from cobroke.storage.postings.allowance import Allowance
from cobroke.storage.realtors import KnownRealtors
from cobroke.storage.retry import retry_on_conflict
from cobroke.storage.table import Table

_TRIES = 10
MARKED_FOR_MS = DAY_MS
"""A look marks its ranking at most so often: the scheduled runs refresh those that are looked at.
"""


class Recommendation(NamedTuple):
    """A counterpart as one side's list shows it, or (see `look_at`) as one side sees it alone."""

    counterpart: Posting
    realtor: Realtor
    evaluation: Evaluation | None
    """None where a knock-out holds or one of the two has left the market; then never in a list."""
    resurfaced: Resurfaced | None
    """What brought a pair back that was disliked or declined."""
    proposed_share: Number
    """The other side's standing number, else the published share."""
    pair: Pair
    """Of version 0 where nobody has acted."""
    message: str | None
    """What the other side says with the LIKE that waits for an answer."""


class Recommendations(NamedTuple):
    """A page of an object's recommendations, and how many there are in all."""

    rows: list[Recommendation]
    total: int


def recommend(
    table: Table,
    kind: Kind,
    owner: str,
    own_id: str,
    page: Page,
    clock: Clock,
    known_realtors: KnownRealtors,
    allowance: Allowance | None = None,
    sizes: Sizes = SIZES,
) -> Recommendations:
    """Return a page of what the market as it is now offers; none for an object that is archived or
    has grown stale. Its realtors are those of 30 s ago at most. Raises NotFound where it is not the
    owner's.
    """
    rows_at_most = len(page.of(range(sizes.shown)))
    found = looks.load_own(table, kind, owner, own_id, clock, allowance, rows_at_most)
    own, known, _ = found
    if not own.in_market:
        return Recommendations([], 0)
    seeker = seeking(table, found, clock)
    kept = known.ranking if known else None
    read = partial(Reading, table, seeker, known_realtors)
    begun = read(page.of(_expected(seeker, kept)[: sizes.shown]))
    ranking, worth_keeping = up_to_date(table, seeker, kept, sizes)
    loaded = begun.end()
    for tries_left in reversed(range(_TRIES)):
        shown = ranking.rows[: sizes.shown]
        paged = page.of(shown)
        loaded |= read([row for row in paged if not _is_there(loaded, row)]).end()
        there = [loaded[row.id] for row in paged if row.id in loaded]
        if not tries_left or [one.counterpart.version for one in there] == [
            row.version for row in paged
        ]:
            break
        # A write has overtaken the reading; its change came in the same transaction. What is loaded
        # already stays.
        ranking = refreshed(table, seeker, ranking, sizes)
    _remember(table, own, ranking, known, clock(), worth_keeping=worth_keeping)
    rows = _rows(own, seeker, there)
    return Recommendations(rows, len(shown) - (len(paged) - len(rows)))


def look_at(
    table: Table,
    kind: Kind,
    owner: str,
    own_id: str,
    other_id: str,
    clock: Clock,
    allowance: Allowance | None = None,
) -> Recommendation:
    """Return one counterpart, whatever place it has. Raises NotFound unless it could be recommended
    by score, market, owners and blocks, or there is a match (under a block one that both agreed
    on); then RateLimited.
    """
    pair_ids = PairIds(*lead_first(kind, own_id, other_id))
    counts_key = keys.counts(kind, own_id)
    beside = [*parted.wanted(owner), *([counts_key, allowance.key] if allowance else ())]

    def attempt() -> Recommendation:
        try:
            sides = load(table, pair_ids, owner, kind, beside)
        except OwnObject:
            raise NotFound from None
        if sides.is_barred(parted.of(table, owner, sides.beside), kind):
            raise NotFound
        found = _seen_alone(table, sides, kind)
        if allowance:
            allowance.saw(sides.beside.get(allowance.key))
            counted = sides.beside.get(counts_key)
            looks.charge(table, sides.of(kind), counted, clock(), allowance, shown=1)
        return found

    return retry_on_conflict(table, attempt)


def _seen_alone(table: Table, sides: Sides, kind: Kind) -> Recommendation:
    """Return the counterpart as this side sees it. Raises NotFound."""
    seen = matches.seen_by(table, sides, kind)
    own, counterpart = sides.of(kind), sides.of(other(kind))
    found = _recommendation(
        own,
        Seeker.of(own, {counterpart.id: sides.pair}),
        Loaded(counterpart, seen.counterpart, seen.message),
    )
    listed = found.evaluation is not None and found.evaluation.score >= LISTED
    if not listed and sides.pair.status is None:
        raise NotFound
    return found


def _remember(
    table: Table,
    own: Posting,
    ranking: Ranking,
    known: KeptRanking | None,
    now: int,
    *,
    worth_keeping: bool,
) -> None:
    """Keep the ranking where that spares later looks something, and once a day that somebody looks
    at it.
    """
    marked = known.looked_at if known else 0
    unmarked = marked <= now - MARKED_FOR_MS
    if unmarked:
        with suppress(Busy):
            marks.mark(table, own.kind, own.content.features.market, own.id, now)
            marked = now
    if unmarked or worth_keeping:
        try_save(table, own, ranking, known, looked_at=marked)


def _is_there(loaded: Mapping[str, Loaded], row: Row) -> bool:
    return row.id in loaded and loaded[row.id].is_as_new_as(row)


def _expected(seeker: Seeker, kept: Ranking | None) -> Sequence[Row]:
    """Return the rows as they are shown where no object has changed since they were kept."""
    return kept.without(seeker.hides).rows if kept and seeker.may_use(kept) else ()


def _rows(own: Posting, seeker: Seeker, loaded: Iterable[Loaded]) -> list[Recommendation]:
    """Return the rows in the order of what was loaded, so that the score and the data of a row
    always agree.
    """
    found = []
    for recommended in map(partial(_recommendation, own, seeker), loaded):
        row = (
            _row(recommended.counterpart, recommended.evaluation)
            if recommended.evaluation
            else None
        )
        if row and row.score >= LISTED and not seeker.hides(row):
            found.append((row, recommended))
    return [recommended for _, recommended in sorted(found, key=itemgetter(0), reverse=True)]


def _recommendation(own: Posting, seeker: Seeker, of: Loaded) -> Recommendation:
    counterpart = of.counterpart
    lead, listing = lead_first(own.kind, own, counterpart)
    both_there = own.in_market and counterpart.in_market
    features = lead_and_listing(own.content.features, counterpart.content.features)
    evaluation = evaluate(*features) if both_there else None
    pair = seeker.pairs.get(counterpart.id) or Pair.untouched(PairIds(lead.id, listing.id))
    offer = pair.offer(other(own.kind)) if pair.counts_as_match else None
    return Recommendation(
        counterpart,
        of.realtor,
        evaluation,
        seeker.resurfaced(_row(counterpart, evaluation)) if evaluation else None,
        listing.content.body["commission_share"] if offer is None else offer,
        pair,
        of.message if pair.asks(own.kind) else None,
    )


def _row(counterpart: Posting, evaluation: Evaluation) -> Row:
    return Row(evaluation.score, counterpart.id, counterpart.version, counterpart.detail)
