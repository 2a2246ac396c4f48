"""Near the top of whose lists an object stands: asked of what is held in memory, and of the table
only where that cannot tell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cobroke.domain.deals.pair import Pair
from cobroke.domain.ids import owner_of
from cobroke.domain.matching.ranking import Candidate
from cobroke.domain.matching.top_list import Ranked
from cobroke.domain.notices.alert import BEST
from cobroke.domain.parted import FROM_NOBODY, Parted
from cobroke.domain.postings.features import Features, unpack
from cobroke.domain.postings.kinds import other
from cobroke.domain.postings.posting import Posting
from cobroke.flows.matching.ranking import Seeker
from cobroke.storage.deals import pairs
from cobroke.storage.matching.held_markets import HeldMarket, HeldMarkets
from cobroke.storage.table import Table

type Good = Mapping[str, tuple[int, Candidate]]
"""Counterparts by id, each with its score (basis points)."""


@dataclass(frozen=True)
class _Lists:
    """The lists of its counterparts, in the market that the object stands in."""

    market: HeldMarket
    written: Posting
    parted: Mapping[str, Parted]
    """Of whom the owners are, where that is known."""

    def above(self, score: int, candidate: Candidate, most: int) -> int:
        """Return how many stand above the object, `most` at most, if no pair hides any."""
        place, owner = Ranked(score, self.written.id), owner_of(candidate.id)
        apart = self.parted.get(owner, FROM_NOBODY)
        return self.market.above(place, self._features(candidate), owner, most, apart)

    def show(self, candidate: Candidate, paired: Mapping[str, Pair]) -> bool:
        own = self._features(candidate)
        apart = self.parted.get(owner_of(candidate.id), FROM_NOBODY)
        seeker = Seeker(candidate.id, candidate.version, own, candidate.detail, paired, apart)
        best = seeker.select_from(self.market, BEST).ranked
        return any(place.id == self.written.id for place in best)

    def _features(self, candidate: Candidate) -> Features:
        city = self.written.content.features.city
        return unpack(other(self.written.kind), city, candidate.packed or b"")


def showing(table: Table, held: HeldMarkets, written: Posting, good: Good) -> Sequence[str]:
    """Return the ids of those whose look would now show the object in its first rows, in their
    order. Blocks and pairs can only take others out of the way, of the pairs each one of them: of
    whom an owner is parted is asked only where too many stand above without that, how many pairs
    their object has where too many still do, and these are read only where those above are not more
    than they can be.
    """
    kind, features = other(written.kind), written.content.features
    market = held.get(written.kind, features.market)
    market.learn(written)
    below = _below(_Lists(market, written, {}), good)
    apart = held.parted.of(map(owner_of, below))
    lists = _Lists(market, written, {an_id: one for an_id, one in apart.items() if one.raw_ids})
    below = _below(lists, below) if lists.parted else below
    counted = held.pair_counts(kind, features.market, [one for _, one in below.values()])
    hidden = {
        an_id
        for an_id, (score, candidate) in below.items()
        if not counted[an_id]
        or lists.above(score, candidate, BEST + counted[an_id]) == BEST + counted[an_id]
        or not lists.show(candidate, pairs.of_posting(table, kind, an_id))
    }
    return [an_id for an_id in good if an_id not in hidden]


def _below(lists: _Lists, good: Good) -> Good:
    """Return those in whose lists too many stand above it."""
    return {
        an_id: (score, candidate)
        for an_id, (score, candidate) in good.items()
        if lists.above(score, candidate, BEST) == BEST
    }
