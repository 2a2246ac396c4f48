"""The facts of the two objects that a side acts on, and what of them is kept: what a LIKE saw holds
while that has not changed for the worse; what a pair came down to counts once.
"""

from typing import NamedTuple, Self

from cobroke.domain.vocabulary import Number


class SeenListing(NamedTuple):
    """A listing as the lead side's LIKE saw it: a digest of its address and details without the
    price, and the price in kopecks.
    """

    digest: str
    price: int

    def still_holds(self, now: Self) -> bool:
        return now.digest == self.digest and now.price <= self.price


class SeenLead(NamedTuple):
    """A lead as the property side's LIKE saw it: a digest of its requirements, how it pays, and the
    score in basis points (None where the pair cannot be recommended: lower than any).
    """

    digest: str
    payment_method: str
    score: int | None

    def still_holds(self, now: Self) -> bool:
        if now.digest == self.digest:
            return True
        as_good = self.score is None or (now.score is not None and now.score >= self.score)
        return now.payment_method == self.payment_method and as_good


class Facts(NamedTuple):
    """The two objects as they are now: percent, kopecks, revision, basis points (None where the
    pair cannot be recommended); digests of the listing's address and details without the price, and
    of the lead's requirements.
    """

    published_share: Number
    price: int
    lead_revision: int
    score: int | None
    listing: str
    requirements: str
    payment_method: str

    @property
    def seen_listing(self) -> SeenListing:
        return SeenListing(self.listing, self.price)

    @property
    def seen_lead(self) -> SeenLead:
        return SeenLead(self.requirements, self.payment_method, self.score)


class Snapshot(NamedTuple):
    """What a pair came down to: the lowest price and the highest score at any dislike or decline,
    and the lead's revision at the latest.
    """

    price: int
    lead_revision: int
    score: int | None

    def lowered_to(self, facts: Facts) -> Self:
        """Return it after a dislike or decline of these facts."""
        scores = [score for score in (self.score, facts.score) if score is not None]
        return type(self)(
            min(self.price, facts.price), facts.lead_revision, max(scores, default=None)
        )
