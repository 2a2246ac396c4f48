"""Two realtors agree: each act on a pair is one transaction over the pair, both counts, and what it
was decided on.
"""

from functools import partial

from cobroke.clock import Clock
from cobroke.domain.deals import negotiation
from cobroke.domain.deals.pair import Pair, PairIds, Side
from cobroke.domain.errors import Archived, NotFound
from cobroke.domain.ids import owner_of
from cobroke.domain.matching.score import LISTED
from cobroke.domain.parted import Parted
from cobroke.domain.postings.kinds import other
from cobroke.flows.deals import saying
from cobroke.flows.deals.decision import Decision
from cobroke.storage import keys
from cobroke.storage.deals import acquaintances, pairs
from cobroke.storage.deals.acquaintances import Acquaintance
from cobroke.storage.deals.said import note_in
from cobroke.storage.deals.sides import Sides, load
from cobroke.storage.parting import parted
from cobroke.storage.postings import flats, limits, posting, postings
from cobroke.storage.postings.allowance import Allowance
from cobroke.storage.retry import retry_on_conflict
from cobroke.storage.table import Key, Table, Write


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

    stranger, note = Acquaintance.across(pair_ids, side), keys.note(*pair_ids, side)

    def attempt() -> Pair:
        beside = stranger.keys if decision.deed == "LIKE" else (note,)
        sides = _load(table, pair_ids, caller, side, allowance, *parted.wanted(caller), *beside)
        apart = parted.of(table, caller, sides.beside)
        _must_be_possible(sides, side, apart)
        now, known = clock(), stranger.seen(sides.beside)
        may_invite = allowance is None or known.may_invite(allowance.to_strangers, now)
        said = decision.deed, decision.share
        outcome = negotiation.react(
            sides.pair, side, *said, sides.facts, now, may_invite=may_invite
        )
        noted = note_in(sides.beside.get(note))
        writes = _record(table, sides, outcome.pair) + saying.writes(
            table, sides.pair, outcome, side, decision, noted, now
        )
        if writes:
            writes.append(parted.unchanged(table, caller, apart))
            table.transact(writes + _charged(table, known, allowance, now, outcome))
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
        own = sides.of(side)
        seen = flats.see(table, side, own, None)
        done = negotiation.complete(sides.pair, side, clock())
        writes = (
            pairs.writes(table, sides.pair, done, sides.market) if done is not sides.pair else []
        )
        gone = own.archived(clock(), "OBJECT_CLOSED") if own.status == "ACTIVE" else own
        if not writes and gone is own:
            return sides, side
        charge = allowance.take("write", clock(), acted=1) if allowance else None
        if gone is not own:
            writes += posting.writes(table, own, gone, charge, seen)
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
    """Read a pair, what the caller may still do, and what else is asked for, in one call."""
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
    known: Acquaintance,
    allowance: Allowance | None,
    now: int,
    outcome: negotiation.Outcome,
) -> list[Write]:
    """Make the writes of what an act is charged for: an invitation, or a change; and of what a
    stranger is told. Raises RateLimited.
    """
    if allowance is None:
        return []
    take = allowance.invite if outcome.invites else partial(allowance.take, "write")
    told = outcome.tells_of_interest
    return [
        limits.write(table, known.inviting, take(now, acted=1)),
        *(acquaintances.told(table, known, allowance.to_strangers, now) if told else ()),
    ]
