"""Markets in which nothing stands any more: no run need follow them. Whoever comes to one puts it
again.
"""

from collections.abc import Set

from cobroke.clock import DAY_MS, Clock
from cobroke.domain.postings.features import Market
from cobroke.domain.postings.kinds import KINDS
from cobroke.storage import keys
from cobroke.storage.matching import registry
from cobroke.storage.retry import try_transact
from cobroke.storage.table import Table

QUIET_MS = 2 * DAY_MS
"""The scheduled runs have long followed whatever is older."""


def forget(table: Table, clock: Clock, standing: Set[Market]) -> None:
    """Forget the markets but `standing`, those where an object was found, and those that are not
    quiet. An object that came to stand elsewhere since the pass began has left a change there; one
    that is just coming has its stream record before it: see `registry.forget`.
    """
    for market in {*registry.markets(table)} - standing:
        now = clock()
        if _is_quiet(table, market, now):
            try_transact(table, [registry.forget(table, market, now)])


def _is_quiet(table: Table, market: Market, now: int) -> bool:
    since = keys.moment(now - QUIET_MS)
    partitions = [*(keys.changes(kind, market) for kind in KINDS), keys.pair_changes(market)]
    return not any(
        any(table.query_raw(pk, since, attributes=("SK",), page_limit=1)) for pk in partitions
    )
