"""The ranking of one object as of now: caught up by changes where that is cheaper, else read from
the market afresh.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Self

from cobroke.clock import Clock
from cobroke.domain.deals.pair import Pair
from cobroke.domain.deals.resurfacing import Resurfaced, hidden, is_open, resurfaced
from cobroke.domain.errors import Busy
from cobroke.domain.ids import owner_of
from cobroke.domain.matching.ranking import SIZES, Candidate, Ranking, Row, Sizes, caught_up, ranked
from cobroke.domain.matching.selection import best_leads, best_properties
from cobroke.domain.matching.top_list import Hidden, Selection
from cobroke.domain.parted import FROM_NOBODY, Parted
from cobroke.domain.postings.features import Features
from cobroke.domain.postings.kinds import Kind, lead_first, other
from cobroke.domain.postings.posting import Posting
from cobroke.storage.changes import LONGEST_MS, OVERLAP_MS
from cobroke.storage.deals import pairs
from cobroke.storage.matching import markets, rankings
from cobroke.storage.matching.rankings import KeptRanking, Own
from cobroke.storage.parting import parted
from cobroke.storage.postings import postings
from cobroke.storage.table import Table

if TYPE_CHECKING:
    from cobroke.storage.matching.held_markets import HeldMarket

WORTH_A_FRESH_READ = 5
"""More changes than this part of the entries that a fresh read saw cost more than another one."""
WORTH_SAVING = 300
"""A save costs what reading about 900 changes costs: from this many on they are not read and
replayed at look after look.
"""
LIKE_CHANGES = 30
"""To load a counterpart by itself costs what reading this many changes costs."""


@dataclass(frozen=True)
class Seeker:
    """A lead or listing that looks for counterparts, as its market knows it, its pairs by their
    ids, and of whom its owner is parted, as of a time (ms) or later.
    """

    id: str
    version: int
    features: Features
    detail: int
    pairs: Mapping[str, Pair]
    parted: Parted = FROM_NOBODY
    as_of: int = 0

    @classmethod
    def of(
        cls,
        own: Posting,
        pairs: Mapping[str, Pair],
        parted: Parted = FROM_NOBODY,
        as_of: int = 0,
    ) -> Self:
        return cls(own.id, own.version, own.content.features, own.detail, pairs, parted, as_of)

    @property
    def kind(self) -> Kind:
        return self.features.kind

    @property
    def owner(self) -> str:
        return owner_of(self.id)

    def select(self, candidates: Sequence[Candidate], most: int) -> Selection:
        """Return the best `most` of the candidates that are not hidden."""
        rows = [
            (candidate.id, candidate.packed)
            for candidate in candidates
            if candidate.packed is not None
        ]
        paired = self._paired(candidate for candidate in candidates if candidate.id in self.pairs)
        best = _SELECT[self.kind]
        return best(self.features, self.owner, rows, most, paired, self.parted)

    def select_from(self, market: "HeldMarket", most: int) -> Selection:
        """Return the same of all that stand in a market."""
        there = (market.entries[an_id] for an_id in self.pairs if an_id in market.entries)
        return market.best(self.features, self.owner, most, self._paired(there), self.parted)

    def _paired(self, candidates: Iterable[Candidate]) -> Mapping[str, Hidden]:
        return {candidate.id: partial(self._hides, candidate) for candidate in candidates}

    def _hides(self, candidate: Candidate, score: int, _: bytes) -> bool:
        return self.hides(Row(score, candidate.id, candidate.version, candidate.detail))

    def hides(self, row: Row) -> bool:
        """Return whether the pair with this counterpart, as it now stands, is out of their list."""
        return self.hides_at(row.score, row.id, row.detail)

    def hides_at(self, score: int | None, an_id: str, detail: int) -> bool:
        """Return the same for any score (basis points; None: it is knocked out)."""
        if self.parted.from_owner_of(an_id):
            return True
        pair = self.pairs.get(an_id)
        return pair is not None and hidden(
            pair, self.kind, *self._price_and_revision(detail), score
        )

    def may_use(self, ranking: Ranking) -> bool:
        """Return whether it holds all that it should: it was made for this version of the object,
        and nobody has returned since.
        """
        made_for = ranking.own_version, ranking.returned
        return made_for == (self.version, self.parted.returned)

    def resurfaced(self, row: Row) -> Resurfaced | None:
        pair = self.pairs.get(row.id)
        facts = *self._price_and_revision(row.detail), row.score
        return resurfaced(pair, self.kind, *facts) if pair else None

    def _price_and_revision(self, detail: int) -> tuple[int, int]:
        """Return the price (kopecks) and the lead's revision of the pair with a counterpart of this
        detail, whichever side asks.
        """
        revision, price = lead_first(self.kind, self.detail, detail)
        return price, revision


_SELECT: Mapping[Kind, Callable[..., Selection]] = {
    "LEAD": best_properties,
    "PROPERTY": best_leads,
}


def seeking(table: Table, loaded: Own, clock: Clock) -> Seeker:
    """Make the seeker for an object whose list is made. The time is taken first: it is the list's
    watermark.
    """
    now, own = clock(), loaded.posting
    begun = parted.begin(table, own.owner, loaded.items)
    paired = pairs.of_posting(table, own.kind, own.id)
    return Seeker.of(own, paired, begun(), now)


class UpToDate(NamedTuple):
    """A ranking as of now, and whether keeping it spares later looks more than it costs."""

    ranking: Ranking
    worth_keeping: bool


def up_to_date(
    table: Table, seeker: Seeker, known: Ranking | None, sizes: Sizes = SIZES
) -> UpToDate:
    """Return the ranking as of now. It is read afresh without a ranking, with one of another
    version of the object or from before somebody was unblocked, with one too old for the changes
    that are kept, after too many changes, and when too few rows are left above the cut.
    """
    now = seeker.as_of
    if known and seeker.may_use(known) and known.watermark > now - LONGEST_MS:
        most = known.seen // WORTH_A_FRESH_READ
        changed = markets.changes(table, seeker.features, known.watermark, most)
        if changed is not None:
            back = _back(table, seeker, known)
            read = len(changed) + LIKE_CHANGES * len(back)
            ranking = caught_up(
                known.without(seeker.hides),
                markets.merge(changed, back),
                seeker.select,
                sizes,
                now,
            )
            if ranking.holds(sizes.shown):
                return UpToDate(
                    ranking, read >= WORTH_SAVING and now - known.watermark > OVERLAP_MS
                )
    return UpToDate(_afresh(table, seeker, sizes), worth_keeping=True)


def refreshed(table: Table, seeker: Seeker, ranking: Ranking, sizes: Sizes = SIZES) -> Ranking:
    """Return a ranking of a moment ago as of now: however much has changed since, that is less than
    the market.
    """
    changed = markets.changes(table, seeker.features, ranking.watermark) or {}
    newer = caught_up(ranking.without(seeker.hides), changed, seeker.select, sizes, seeker.as_of)
    return newer if newer.holds(sizes.shown) else _afresh(table, seeker, sizes)


def _back(table: Table, seeker: Seeker, known: Ranking) -> Sequence[Candidate]:
    """Read the counterparts that may be shown though neither object has changed: what has changed
    since is the pair.
    """
    since, there = known.watermark - OVERLAP_MS, {row.id for row in known.rows}
    changed = (
        an_id
        for an_id, pair in seeker.pairs.items()
        if pair.changed_at >= since and an_id not in there
    )
    found = [an_id for an_id in changed if is_open(seeker.pairs[an_id], seeker.kind)]
    loaded = postings.load_many(table, other(seeker.kind), found) if found else {}
    return [markets.candidate(posting, seeker.features.market) for posting in loaded.values()]


def _afresh(table: Table, seeker: Seeker, sizes: Sizes) -> Ranking:
    entries = markets.read(table, seeker.features)
    seen = len(entries)
    changed = markets.changes(table, seeker.features, seeker.as_of) or {}
    markets.merge(entries, changed.values())
    best = seeker.select(list(entries.values()), sizes.kept)
    returned = seeker.parted.returned
    return ranked(best, entries, seeker.as_of, seen, seeker.version, returned)


def try_save(
    table: Table, own: Posting, ranking: Ranking, known: KeptRanking | None, looked_at: int
) -> bool:
    """Save the ranking, and return whether it was: where that fails, or another was faster, a look
    is none the worse.
    """
    try:
        return rankings.save(table, own, ranking, known, looked_at)
    except Busy:
        return False


def prepare_ranking(
    table: Table, kind: Kind, posting_id: str, clock: Clock, sizes: Sizes = SIZES
) -> Posting:
    """Prepare the ranking of an object's present version before somebody looks at it, and return
    the object. Repeatable.
    """
    loaded = rankings.load_own(table, kind, owner_of(posting_id), posting_id)
    own, known, _ = loaded
    if own.in_market and (known is None or known.ranking.own_version != own.version):
        ranking, _ = up_to_date(table, seeking(table, loaded, clock), None, sizes)
        try_save(table, own, ranking, known, looked_at=known.looked_at if known else 0)
    return own
