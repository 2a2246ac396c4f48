"""Leads and properties: what their owners do with them, and time. Each write is one transaction."""

import os
from collections.abc import Iterable

from cobroke.clock import Clock
from cobroke.domain import ids
from cobroke.domain.errors import Archived, NotFound, RateLimited
from cobroke.domain.postings.kinds import Kind
from cobroke.domain.postings.posting import Content, Posting
from cobroke.domain.preconditions import ANY_VERSION, IfMatch
from cobroke.storage import keys
from cobroke.storage.conditions import at_version
from cobroke.storage.postings import flats, limits
from cobroke.storage.postings.allowance import Allowance
from cobroke.storage.postings.idempotency import Idempotency
from cobroke.storage.postings.posting import of_item, writes
from cobroke.storage.retry import Torn, retry_on_conflict
from cobroke.storage.table import ConditionFailed, Table, Write


def create(
    table: Table,
    kind: Kind,
    owner: str,
    content: Content,
    clock: Clock,
    once: Idempotency | None = None,
    allowance: Allowance | None = None,
) -> Posting:
    """Return the new object, or the one that the same request made before. Raises LimitReached
    where there are too many, RateLimited where there is no allowance for it.
    """

    def attempt() -> Posting:
        made = once.made(table, owner, clock() // 1000) if once else None
        if made:
            return _made(table, kind, made)
        seen = flats.see(table, kind, None, content)
        # as late as can be: what catches up by changes allows for no more than OVERLAP_MS until the
        # write commits
        now = clock()
        new_id = ids.posting_id(now, os.urandom(2), owner)
        new = Posting(
            kind, new_id, content, "ACTIVE", version=1, revision=1, changed_at=now, updated_at=now
        )
        marker = [once.mark(table, owner, new_id, now // 1000)] if once else []
        try:
            charge = allowance.take("write", now) if allowance else None
            table.transact(writes(table, None, new, charge, seen) + marker)
        except (ConditionFailed, RateLimited):
            limits.check(table, owner, kind)
            raise
        return new

    return retry_on_conflict(table, attempt)


def _made(table: Table, kind: Kind, posting_id: str) -> Posting:
    """Read what has a marker: it was written with it, though it may be seen a little later."""
    item = table.get(keys.owned(kind, posting_id))
    if item is None:
        raise Torn
    return of_item(item)


def replace_content(
    table: Table,
    kind: Kind,
    owner: str,
    posting_id: str,
    content: Content,
    clock: Clock,
    only_if: IfMatch = ANY_VERSION,
    allowance: Allowance | None = None,
) -> Posting:
    """Put the new body, and return the object. What the body has no member for stays as it is
    stored. Raises NotFound, Archived, PreconditionFailed or RateLimited.
    """

    def attempt() -> Posting:
        old = load_own(table, kind, owner, posting_id)
        if old.status == "ARCHIVED":
            raise Archived
        only_if.check(old.revision)
        whole = content.over(old.content)
        seen = flats.see(table, kind, old, whole)
        now = clock()
        new = old.edited(now, content=whole)
        charge = allowance.take("write", now) if allowance else None
        table.transact(writes(table, old, new, charge, seen))
        return new

    return retry_on_conflict(table, attempt)


def archive(
    table: Table,
    kind: Kind,
    owner: str,
    posting_id: str,
    clock: Clock,
    only_if: IfMatch = ANY_VERSION,
    allowance: Allowance | None = None,
) -> Posting:
    """Archive it, and return it. Repeatable: what is archived stays as it is, for nothing. Raises
    NotFound, PreconditionFailed or RateLimited.
    """

    def attempt() -> Posting:
        old = load_own(table, kind, owner, posting_id)
        if old.status == "ARCHIVED":
            return old
        only_if.check(old.revision)
        seen = flats.see(table, kind, old, None)
        now = clock()
        new = old.archived(now, "OBJECT_ARCHIVED")
        charge = allowance.take("write", now) if allowance else None
        table.transact(writes(table, old, new, charge, seen))
        return new

    return retry_on_conflict(table, attempt)


def grow_stale(table: Table, kind: Kind, posting_id: str, clock: Clock) -> bool:
    """Take it out of the market, and return True, if its owner has not written it for 60 days."""

    def attempt() -> bool:
        old = load(table, kind, posting_id)
        if not old.in_market or (old.stale_at or 0) > clock():
            return False
        seen = flats.see(table, kind, old, None)
        table.transact(writes(table, old, old.changed(clock(), stale=True), seen=seen))
        return True

    return retry_on_conflict(table, attempt)


def unchanged(table: Table, stored: Posting) -> Write:
    """Make the check that nobody has written it since it was read."""
    return table.check(keys.owned(stored.kind, stored.id), when=at_version(stored.version))


def load(table: Table, kind: Kind, posting_id: str) -> Posting:
    """Read anybody's object: its id says where it lies."""
    return load_own(table, kind, ids.owner_of(posting_id), posting_id)


def load_many(table: Table, kind: Kind, posting_ids: Iterable[str]) -> dict[str, Posting]:
    """Read the objects that there are, many in one call, by their ids."""
    found = map(
        of_item, table.get_many(keys.owned(kind, posting_id) for posting_id in posting_ids).values()
    )
    return {stored.id: stored for stored in found}


def load_own(table: Table, kind: Kind, owner: str, posting_id: str) -> Posting:
    """Read the caller's own object; raise NotFound, after the same work, where it is absent or
    somebody else's.
    """
    item = table.get(keys.owned_by(owner, kind, posting_id))
    if item is None:
        raise NotFound
    return of_item(item)


def load_own_with_matches(
    table: Table, kind: Kind, owner: str, posting_id: str
) -> tuple[Posting, int]:
    """Read as `load_own`, and in the same call how many of its matches are not REJECTED."""
    own, counts = keys.owned_by(owner, kind, posting_id), keys.counts(kind, posting_id)
    items = table.get_many([own, counts])
    if own not in items:
        raise NotFound
    return of_item(items[own]), items[counts]["matches"] if counts in items else 0
