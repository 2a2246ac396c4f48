"""A look at the market is charged before it is read: the first one at a revision of one's own
object is dear, and which was looked at is kept with its counts.
"""

from cobroke.clock import Clock
from cobroke.domain.fair_use import FIRST_LOOK
from cobroke.domain.postings.kinds import Kind
from cobroke.domain.postings.posting import Posting
from cobroke.storage import keys
from cobroke.storage.matching import rankings
from cobroke.storage.matching.rankings import Own
from cobroke.storage.notation import Item
from cobroke.storage.postings import counts
from cobroke.storage.postings.allowance import Allowance
from cobroke.storage.retry import retry_on_conflict
from cobroke.storage.table import Table


def load_own(
    table: Table,
    kind: Kind,
    owner: str,
    own_id: str,
    clock: Clock,
    allowance: Allowance | None,
    shown: int,
    cost: int = 1,
) -> Own:
    """Read the caller's own object with its ranking, and charge a look of `shown` rows at most.
    `cost`: of one that is not the first. Raises NotFound, and RateLimited.
    """
    if allowance is None:
        return rankings.load_own(table, kind, owner, own_id)
    own_keys, counts_key = rankings.own_keys(kind, owner, own_id), keys.counts(kind, own_id)

    def attempt() -> Own:
        items = table.get_many([*own_keys, counts_key, allowance.key])
        found = rankings.own_of(items, own_keys)
        allowance.saw(items.get(allowance.key))
        charge(table, found.posting, items.get(counts_key), clock(), allowance, shown, cost)
        return found

    return retry_on_conflict(table, attempt)


def charge(
    table: Table,
    own: Posting,
    counted: Item | None,
    now: int,
    allowance: Allowance,
    shown: int,
    cost: int = 1,
) -> None:
    """Charge a look at an object's counterparts, given its counts. Raises RateLimited."""
    is_first = counts.is_first_look(counted, own.revision)
    writes = [allowance.charge("look", now, FIRST_LOOK if is_first else cost, shown=shown)]
    if is_first:
        writes.append(counts.looked(table, own.kind, own.id, own.revision))
    table.transact(writes)
