"""A posting: a lead or a property, as its owner wrote it and as time has left it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

from cobroke.domain import ids
from cobroke.domain.postings.features import Features, LeadFeatures
from cobroke.domain.postings.kinds import Kind
from cobroke.domain.vocabulary import ArchivedFor, PostingStatus

FRESH_FOR_MS = 60 * 24 * 3600 * 1000
"""A posting that its owner does not write for this time grows stale."""

FIRST_REVISION = 1

UNLISTED: Mapping[Kind, frozenset[str]] = {
    "LEAD": frozenset({"client_contacts", "notes"}),
    "PROPERTY": frozenset({"photos", "description"}),
}
"""What the owner's lists do not give back of a body."""


class Content(NamedTuple):
    """What an owner writes: the body as it is shown again, and what the score knows of it."""

    body: dict[str, Any]
    features: Features

    def over(self, old: Self) -> Self:
        """Take over the members of the old body that it has none for."""
        return self._replace(body=old.body | self.body)


def stale_at(status: PostingStatus, updated_at: int) -> int | None:
    """Return when (ms) it grows stale, or did; None once archived."""
    return updated_at + FRESH_FOR_MS if status == "ACTIVE" else None


def nameless(kind: Kind, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body without what one knows a house or people by: what is left of it for the other
    side of a match where its owner is gone, or the two are parted.
    """
    if kind == "LEAD":
        wishes = {**body["requirements"], "additional_requirements": None}
        unknown = dict.fromkeys(("client_name", "client_contacts", "notes"))
        return {**body, **unknown, "requirements": wishes}
    address = {**body["address"], "street": None, "house_number": None}
    return {**body, "address": address, "photos": [], "description": None}


@dataclass(frozen=True)
class Posting:
    """A lead or property. `version` counts every write of its market entry, `revision` its owner's;
    times in ms since 1970.
    """

    kind: Kind
    id: str
    content: Content
    status: PostingStatus
    version: int
    revision: int
    changed_at: int
    updated_at: int
    archived_for: ArchivedFor | None = None
    """What becomes of its open matches."""
    stale: bool = False
    """Out of the market, though ACTIVE: its owner has not written it for long."""
    erased: bool = False
    """Archived for good and nameless, since its owner asked to be erased."""

    @property
    def owner(self) -> str:
        return ids.owner_of(self.id)

    @property
    def created_at(self) -> int:
        return ids.created_at(self.id)

    @property
    def in_market(self) -> bool:
        return self.status == "ACTIVE" and not self.stale and not self.erased

    @property
    def stale_at(self) -> int | None:
        return stale_at(self.status, self.updated_at)

    @property
    def price(self) -> int | None:
        """In kopecks; None: a lead has none."""
        features = self.content.features
        return None if isinstance(features, LeadFeatures) else features.price

    @property
    def detail(self) -> int:
        """What ranking rows keep of it: a listing's price in kopecks, a lead's revision."""
        return self.revision if self.price is None else self.price

    @property
    def nameless(self) -> Self:
        """As others are shown it whose owner is erased: out of the market."""
        body = nameless(self.kind, self.content.body)
        return replace(self, content=self.content._replace(body=body), erased=True)

    def changed(self, now: int, **facts: Any) -> Self:  # noqa: ANN401 - its fields
        """Return it as a write of these fields leaves it that is not its owner's: later than the
        last write, whatever the clocks say.
        """
        at = max(now, self.changed_at + 1)
        return replace(self, **facts, version=self.version + 1, changed_at=at)

    def edited(self, now: int, **facts: Any) -> Self:  # noqa: ANN401 - its fields
        """Return it as its owner's write leaves it: fresh again."""
        later = self.changed(now, stale=False, **facts)
        return replace(later, revision=self.revision + 1, updated_at=later.changed_at)

    def archived(self, now: int, reason: ArchivedFor) -> Self:
        return self.edited(now, status="ARCHIVED", archived_for=reason)

    def anonymous(self, now: int) -> Self:
        """Return it as it is left where its owner is erased: archived, and nobody to be known by
        it.
        """
        there = self.archived(now, "OBJECT_ARCHIVED") if self.status == "ACTIVE" else self
        return there.nameless.changed(now)

    def emptied(self, now: int) -> Self:
        """Return it without a body: what stays of an object that nobody else has agreed on."""
        return self.changed(now, content=self.content._replace(body={}))
