"""The best counterparts of a lead or a property, exact at the moment they are asked for."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from operator import itemgetter
from typing import NamedTuple

from cobroke.clock import DAY_MS, Clock
from cobroke.domain.deals.pair import Pair, PairIds
from cobroke.domain.deals.resurfacing import Resurfaced
from cobroke.domain.errors import Busy
from cobroke.domain.matching.ranking import SIZES, Ranking, Row, Sizes
from cobroke.domain.matching.score import LISTED, Evaluation, evaluate
from cobroke.domain.paging import Page
from cobroke.domain.postings.features import lead_and_listing
from cobroke.domain.postings.flats import SameFlat
from cobroke.domain.postings.kinds import Kind, lead_first, other
from cobroke.domain.postings.posting import Posting
from cobroke.domain.realtors import Realtor
from cobroke.domain.vocabulary import Number
from cobroke.flows.matching import looks
from cobroke.flows.matching.page import Loaded, Reading
from cobroke.flows.matching.ranking import Seeker, refreshed, seeking, try_save, up_to_date
from cobroke.flows.matching.same_flats import Reader, SameFlats
from cobroke.storage.matching import looks as marks
from cobroke.storage.matching.rankings import KeptRanking
from cobroke.storage.postings.allowance import Allowance
from cobroke.storage.realtors import KnownRealtors
from cobroke.storage.table import Table

_TRIES = 10
MARKED_FOR_MS = DAY_MS
"""A look marks its ranking at most so often: the scheduled runs refresh those that are looked at.
"""


class Recommendation(NamedTuple):
    """A counterpart as one side's list shows it, or (see `one_pair`) as one side sees it alone."""

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
    same_flat: SameFlat | None = None
    """Who else offers the flat, where the counterpart is a listing."""


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
    labels = SameFlats(table, (one.counterpart for one in there))
    _remember(table, own, ranking, known, clock(), worth_keeping=worth_keeping)
    rows = _rows(own, seeker, there)
    total = len(shown) - (len(paged) - len(rows))
    told = labels.end(Reader(owner, seeker.parted), {row.id for row in shown})
    return Recommendations(
        [row._replace(same_flat=told.get(row.counterpart.id)) for row in rows], total
    )


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
    for recommended in map(partial(recommendation, own, seeker), loaded):
        row = (
            _row(recommended.counterpart, recommended.evaluation)
            if recommended.evaluation
            else None
        )
        if row and row.score >= LISTED and not seeker.hides(row):
            found.append((row, recommended))
    return [recommended for _, recommended in sorted(found, key=itemgetter(0), reverse=True)]


def recommendation(own: Posting, seeker: Seeker, of: Loaded) -> Recommendation:
    """Return a counterpart as it was read, as the seeker's side sees it."""
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
