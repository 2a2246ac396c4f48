"""One counterpart of a lead or a property, looked at by itself."""

from cobroke.clock import Clock
from cobroke.domain.deals.pair import PairIds
from cobroke.domain.errors import NotFound, OwnObject
from cobroke.domain.matching.ranking import SIZES
from cobroke.domain.matching.score import LISTED
from cobroke.domain.parted import Parted
from cobroke.domain.postings.kinds import Kind, lead_first, other
from cobroke.flows.matching import looks
from cobroke.flows.matching.page import Loaded
from cobroke.flows.matching.ranking import Seeker, seeking, try_save, up_to_date
from cobroke.flows.matching.recommendations import Recommendation, recommendation
from cobroke.flows.matching.same_flats import Reader, SameFlats
from cobroke.storage import keys
from cobroke.storage.deals import matches
from cobroke.storage.deals.sides import Sides, load
from cobroke.storage.matching import rankings
from cobroke.storage.parting import parted
from cobroke.storage.postings.allowance import Allowance
from cobroke.storage.retry import retry_on_conflict
from cobroke.storage.table import Table


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

    def attempt() -> tuple[Recommendation, Parted]:
        try:
            sides = load(table, pair_ids, owner, kind, beside)
        except OwnObject:
            raise NotFound from None
        apart = parted.of(table, owner, sides.beside)
        if sides.is_barred(apart, kind):
            raise NotFound
        found = _seen_alone(table, sides, kind)
        if allowance:
            allowance.saw(sides.beside.get(allowance.key))
            counted = sides.beside.get(counts_key)
            looks.charge(table, sides.of(kind), counted, clock(), allowance, shown=1)
        return found, apart

    found, apart = retry_on_conflict(table, attempt)
    return _labelled(table, found, Reader(owner, apart), own_id, clock)


def _labelled(
    table: Table, found: Recommendation, reader: Reader, own_id: str, clock: Clock
) -> Recommendation:
    """Return it with who else offers the flat. Which of these the reader's list shows is asked
    where there are any.
    """
    an_id = found.counterpart.id
    labels = SameFlats(table, [found.counterpart])
    told = labels.end(reader).get(an_id)
    if told:
        told = labels.end(reader, _best_ids(table, reader.id, own_id, clock)).get(an_id)
    return found._replace(same_flat=told)


def _best_ids(table: Table, owner: str, lead_id: str, clock: Clock) -> set[str]:
    """Return the ids of all listings that a lead's list shows now; none where the lead is out of
    the market.
    """
    loaded = rankings.load_own(table, "LEAD", owner, lead_id)
    if not loaded.posting.in_market:
        return set()
    kept = loaded.kept
    ranking, worth_keeping = up_to_date(
        table, seeking(table, loaded, clock), kept.ranking if kept else None
    )
    if worth_keeping:
        try_save(table, loaded.posting, ranking, kept, looked_at=kept.looked_at if kept else 0)
    return {row.id for row in ranking.rows[: SIZES.shown]}


def _seen_alone(table: Table, sides: Sides, kind: Kind) -> Recommendation:
    """Return the counterpart as this side sees it. Raises NotFound."""
    seen = matches.seen_by(table, sides, kind)
    own, counterpart = sides.of(kind), seen.sides.of(other(kind))
    found = recommendation(
        own,
        Seeker.of(own, {counterpart.id: sides.pair}),
        Loaded(counterpart, seen.counterpart, seen.message),
    )
    listed = found.evaluation is not None and found.evaluation.score >= LISTED
    if not listed and sides.pair.status is None:
        raise NotFound
    return found
