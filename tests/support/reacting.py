"""What an act makes of a pair, with what the change owes both sides."""

from typing import NamedTuple

from cobroke.domain.deals.facts import Facts
from cobroke.domain.deals.negotiation import Deed, react
from cobroke.domain.deals.owed import OwedNotice, newly_owed
from cobroke.domain.deals.pair import Pair, Side
from cobroke.domain.vocabulary import Number


class Reacted(NamedTuple):
    pair: Pair
    notices: tuple[OwedNotice, ...]
    starts_anew: bool
    tells_of_interest: bool


def reacted(
    pair: Pair,
    actor: Side,
    action: Deed,
    share: Number | None,
    facts: Facts,
    now: int,
    *,
    may_invite: bool = True,
) -> Reacted:
    outcome = react(pair, actor, action, share, facts, now, may_invite=may_invite)
    notices = newly_owed(outcome.pair, pair)
    return Reacted(outcome.pair, notices, outcome.starts_anew, outcome.tells_of_interest)
