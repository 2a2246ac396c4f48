"""Two realtors agree: each act on a pair is one transaction over the pair, both counts, and what it
was decided on.
"""

from functools import partial
from typing import NamedTuple

from cobroke.clock import Clock
from cobroke.domain.deals import negotiation
from cobroke.domain.deals.pair import Action, Pair, PairIds, Side
from cobroke.domain.errors import Archived, NotFound
from cobroke.domain.ids import owner_of
from cobroke.domain.matching.score import LISTED
from cobroke.domain.parted import Parted
from cobroke.domain.postings.kinds import other
from cobroke.domain.vocabulary import Number
from cobroke.storage.deals import pairs
from cobroke.storage.deals.matches import Sides, load
from cobroke.storage.parting import parted
from cobroke.storage.postings import limits, posting, postings
from cobroke.storage.postings.allowance import Allowance
from cobroke.storage.retry import retry_on_conflict
from cobroke.storage.table import Key, Table, Write


class Decision(NamedTuple):
    """What a realtor decides about a pair, the commission they propose, and what they say with a
    LIKE.
    """

    action: Action
    share: Number | None = None
    message: str | None = None


def act(
    table: Table,
    side: Side,
    caller: str,
    pair_ids: PairIds,
    decision: Decision,
    clock: Clock,
    allowance: Allowance | None = None,
) -> Pair:
    """Return the pair after the decision of `side`, whose object must be the caller's. Raises the
    refusals in the order of the contract.
    """

    def attempt() -> Pair:
        sides = _load(table, pair_ids, caller, side, allowance, *parted.wanted(caller))
        apart = parted.of(table, caller, sides.beside)
        _must_be_possible(sides, side, apart)
        now = clock()
        outcome = negotiation.react(
            sides.pair, side, decision.action, decision.share, sides.facts, now
        )
        writes = _record(table, sides, outcome.pair) + _messages(
            table, sides.pair, outcome, side, decision, now
        )
        if writes:
            writes.append(parted.unchanged(table, caller, apart))
            table.transact(writes + _charged(table, caller, allowance, now, outcome))
        return outcome.pair

    return retry_on_conflict(table, attempt)


def complete(
    table: Table,
    caller: str,
    pair_ids: PairIds,
    clock: Clock,
    allowance: Allowance | None = None,
) -> tuple[Sides, Side]:
    """Complete the deal: the match is COMPLETED, and the caller's own object leaves the market.
    Return both objects with the pair, and the caller's side. Raises NotFound, NotAccepted or
    RateLimited. Repeatable.
    """

    def attempt() -> tuple[Sides, Side]:
        sides, side = load_match(table, caller, pair_ids, allowance)
        own, done = sides.of(side), negotiation.complete(sides.pair, side, clock())
        writes = (
            pairs.writes(table, sides.pair, done, sides.market) if done is not sides.pair else []
        )
        gone = own.archived(clock(), "OBJECT_CLOSED") if own.status == "ACTIVE" else own
        if not writes and gone is own:
            return sides, side
        charge = allowance.take("write", clock(), acted=1) if allowance else None
        if gone is not own:
            writes += posting.writes(table, own, gone, charge)
        elif charge:
            writes.append(limits.write(table, caller, charge))
        table.transact(writes)
        return sides.having(side, gone)._replace(pair=done), side

    return retry_on_conflict(table, attempt)


def load_match(
    table: Table, caller: str, pair_ids: PairIds, allowance: Allowance | None = None
) -> tuple[Sides, Side]:
    """Return a match of the caller's and their side of it. Raises NotFound."""
    owners = [owner_of(posting_id) for posting_id in pair_ids]
    if owners.count(caller) != 1:
        raise NotFound
    side: Side = "LEAD" if owners[0] == caller else "PROPERTY"
    sides = _load(table, pair_ids, caller, side, allowance)
    if sides.pair.status is None:
        raise NotFound
    return sides, side


def _load(
    table: Table,
    pair_ids: PairIds,
    caller: str,
    side: Side,
    allowance: Allowance | None,
    *beside: Key,
) -> Sides:
    """Read a pair, and what the caller may still do, in one call."""
    of_allowance = [allowance.key] if allowance else []
    sides = load(table, pair_ids, caller, side, [*beside, *of_allowance])
    if allowance:
        allowance.saw(sides.beside.get(allowance.key))
    return sides


def _must_be_possible(sides: Sides, side: Side, apart: Parted) -> None:
    """Raise Archived or NotFound where the pair may not be acted on. One that both agreed on knows
    its rules alone; any other needs both objects, no block, and a reason to be.
    """
    if sides.pair.contacts_visible:
        return
    if sides.is_barred(apart, side):
        raise NotFound
    recorded = sides.pair.version > 0
    own, others = sides.of(side), sides.of(other(side))
    if "ARCHIVED" in (own.status, others.status):
        raise Archived if recorded or own.status == "ARCHIVED" else NotFound
    if not recorded and (sides.live_score or 0) < LISTED:
        raise NotFound


def _record(table: Table, sides: Sides, new: Pair) -> list[Write]:
    """Make the writes of the change, on condition that what it was decided on still holds."""
    if new is sides.pair:
        return []
    decided_on = () if sides.pair.contacts_visible else (sides.lead, sides.listing)
    return pairs.writes(table, sides.pair, new, sides.market) + [
        postings.unchanged(table, own) for own in decided_on
    ]


def _charged(
    table: Table,
    caller: str,
    allowance: Allowance | None,
    now: int,
    outcome: negotiation.Outcome,
) -> list[Write]:
    """Make the write of what an act is charged for: an invitation, or a change. Raises
    RateLimited.
    """
    if allowance is None:
        return []
    take = allowance.invite if outcome.invites else partial(allowance.take, "write")
    return [limits.write(table, caller, take(now, acted=1))]


def _messages(
    table: Table,
    old: Pair,
    outcome: negotiation.Outcome,
    side: Side,
    decision: Decision,
    now: int,
) -> list[Write]:
    """Make the writes of the messages. One comes with a LIKE that changes something, or is kept; on
    a clean record none of before counts.
    """
    said = decision.message if decision.action == "LIKE" else None
    changed = outcome.pair is not old
    if outcome.starts_anew:
        return [
            pairs.message(table, outcome.pair, side, said, now),
            pairs.message(table, outcome.pair, other(side), None),
        ]
    if changed and decision.action == "DISLIKE" and old.keeps_like(side):
        return [pairs.message(table, outcome.pair, side, None)]
    if not said or not (changed or old.keeps_like(side)):
        return []
    return [pairs.message(table, outcome.pair, side, said, now)] + (
        [] if changed else [pairs.unchanged(table, old)]
    )
