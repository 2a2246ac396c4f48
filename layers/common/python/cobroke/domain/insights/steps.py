"""Steps: single changes of a lead with which more listings fit."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Literal, NamedTuple

from cobroke.domain.insights.bounds import (
    greatest_area_min,
    greatest_budget_min,
    least_area_max,
    least_budget_max,
)
from cobroke.domain.insights.near_misses import Added, NearMiss, NearMisses, Numbered
from cobroke.domain.matching.points import of_area, of_budget
from cobroke.domain.matching.top_list import Ranked
from cobroke.domain.postings.features import LeadFeatures
from cobroke.domain.postings.places import Place, PlaceType, normalised, place

type Change = Literal[
    "BUDGET_MAX", "BUDGET_MIN", "AREA_MIN", "AREA_MAX", "ROOMS", "DISTRICT", "METRO_STATION"
]
type Spell = Callable[[Sequence[str], PlaceType], Mapping[str, str]]
"""How listings, by their ids, spell their district or station now; those that are gone are left
out.
"""
type Takes = Callable[[Change, int | str], bool]
"""Whether a PUT of the lead with this one change would be taken."""

ADDED = 1, 5, 10
"""How many more shall fit at least: a bound has a step for each."""
MOST_PLACES = 5
"""Steps that are given."""


class Step(NamedTuple):
    """One change of a lead. `to`: kopecks, hundredths of m², a number of rooms or a name; `best`:
    of those that it adds, scored after it.
    """

    change: Change
    to: int | str
    adds: int
    fitting: int
    best: Ranked


class _Bound(NamedTuple):
    change: Change
    field: str
    of: Numbered
    direction: int
    """1: a step raises it, −1: it lowers it."""
    solve: Callable[[int, int], int]
    """For a number and a credit: the nearest bound with which it has that credit."""


_BOUNDS = (
    _Bound("BUDGET_MAX", "budget_max", "budget", 1, least_budget_max),
    _Bound("BUDGET_MIN", "budget_min", "budget", -1, greatest_budget_min),
    _Bound("AREA_MIN", "area_min", "area", -1, greatest_area_min),
    _Bound("AREA_MAX", "area_max", "area", 1, least_area_max),
)


def widened(lead: LeadFeatures) -> LeadFeatures:
    """Return a lead that sees every listing that a step may add: the market is read for it. No step
    raises a bound above the number of a listing, so none above what a PUT takes.
    """
    return lead._replace(
        budget_min=-(-4 * lead.budget_min // 5),
        budget_max=6 * lead.budget_max // 5,
        area_min=-(-4 * lead.area_min // 5),
        area_max=6 * lead.area_max // 5,
        rooms=frozenset(),
    )


def steps_of_bounds(lead: LeadFeatures, near: NearMisses) -> Iterator[Step]:
    """Yield those of each bound, the smallest first: O(near misses · log of them)."""
    limits = widened(lead)
    for bound in _BOUNDS:
        now, limit = getattr(lead, bound.field), getattr(limits, bound.field)
        # Turned round where lower is wider.
        reached = [
            (bound.direction * bound.solve(miss.number, miss.credit), miss)
            for miss in near.by_number[bound.of]
            if bound.direction * (miss.number - now) > 0
        ]
        within = sorted(each for each in reached if each[0] <= bound.direction * limit)
        yield from _steps_of(bound, lead, near, within)


def _steps_of(
    bound: _Bound, lead: LeadFeatures, near: NearMisses, reached: Sequence[tuple[int, NearMiss]]
) -> Iterator[Step]:
    low, high = lead[4:6] if bound.of == "budget" else lead[6:8]
    points = of_budget if bound.of == "budget" else of_area
    for at in dict.fromkeys(reached[most - 1][0] for most in ADDED if len(reached) >= most):
        to = bound.direction * at
        bounds = (low, to) if bound.direction > 0 else (to, high)
        misses = [miss for _, miss in reached[: bisect_right(reached, at, key=itemgetter(0))]]
        added = [near.ranked(miss, points(*bounds, miss.number)) for miss in misses]
        yield _step(bound.change, to, added, near)


def steps_of_rooms(near: NearMisses) -> Iterator[Step]:
    """Yield those first that add most, of equal ones the smaller number."""
    for count, added in sorted(near.by_rooms.items(), key=lambda each: (-len(each[1]), each[0])):
        yield _step("ROOMS", count, added, near)


def steps_of_places(
    change: Change, of: PlaceType, near: NearMisses, spell: Spell, takes: Takes
) -> Sequence[Step]:
    """Return the best five: those that add most, of equal ones the first by normalised name. Left
    out are those that a PUT would not take, and a place that the newest of its listings has left
    since the market was read.

    `spell` is asked for as many as may be among the five: once, unless some are left out.
    """
    added = near.by_district if of == "district" else near.by_station
    ahead = sorted(added, key=lambda each: -len(added[each]))
    steps: list[Step] = []
    while ahead and len(steps) < MOST_PLACES:
        wanted = MOST_PLACES - len(steps)
        least = len(added[ahead[:wanted][-1]])
        alike = [at for at in ahead if len(added[at]) >= least]
        ahead = ahead[len(alike) :]
        spelled = _spelled({at: added[at] for at in alike}, of, spell)
        spelled.sort(key=lambda each: (-len(each[1]), normalised(each[0], of)))
        steps += [_step(change, name, rows, near) for name, rows in spelled if takes(change, name)]
    return steps[:MOST_PLACES]


def _spelled(
    added: Added[Place], of: PlaceType, spell: Spell
) -> list[tuple[str, Sequence[Ranked]]]:
    """Return each place as the newest of its listings spells it, with what it adds."""
    newest = {max(row.id for row in rows): at for at, rows in added.items()}
    return [
        (name, added[newest[an_id]])
        for an_id, name in spell([*newest], of).items()
        if place(name, of) == newest[an_id]
    ]


def _step(change: Change, to: int | str, added: Sequence[Ranked], near: NearMisses) -> Step:
    return Step(change, to, len(added), near.fitting + len(added), max(added))
