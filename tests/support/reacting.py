"""What an act makes of a pair, with what the change owes both sides."""

from typing import NamedTuple

from cobroke.domain.deals.negotiation import react
from cobroke.domain.deals.pair import Action, Facts, OwedNotice, Pair, Side, newly_owed
from cobroke.domain.vocabulary import Number


class Reacted(NamedTuple):
    pair: Pair
    notices: tuple[OwedNotice, ...]
    starts_anew: bool


def reacted(
    pair: Pair, actor: Side, action: Action, share: Number | None, facts: Facts, now: int
) -> Reacted:
    outcome = react(pair, actor, action, share, facts, now)
    return Reacted(outcome.pair, newly_owed(outcome.pair, pair), outcome.starts_anew)
