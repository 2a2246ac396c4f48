"""The formulas of the credits for budget and area, solved for the bounds of the wish and for the
price.

Prices in kopecks, areas in hundredths of m², credits in basis points. All are exact: beside what is
returned, by one, the credit is lower or, where the number is out, there is none.
"""

from cobroke.domain.matching.score import FULL

_AT_THE_EDGE = 2_000
"""The credit of a number that a knock-out just lets pass: one that passes has no less."""


def least_budget_max(price: int, credit: int) -> int:
    """Return the least `budget_max` under which a price has this credit, or more."""
    return -(-8 * FULL * price // (9 * FULL - max(credit, _AT_THE_EDGE)))


def greatest_budget_min(price: int, credit: int) -> int:
    """Return the greatest `budget_min` over which a price has this credit, or more."""
    return 2 * FULL * price // (FULL + max(credit, _AT_THE_EDGE))


def greatest_area_min(area: int, credit: int) -> int:
    """Return the greatest `area_min` over which an area has this credit, or more."""
    return 4 * FULL * area // (3 * FULL + max(credit, _AT_THE_EDGE))


def least_area_max(area: int, credit: int) -> int:
    """Return the least `area_max` under which an area has this credit, or more. The credit is above
    LEAST_AREA, which every greater area has.
    """
    return -(-FULL * area // (2 * FULL - credit))


def cheapest(budget_min: int, credit: int) -> int:
    """Return the lowest price with this credit, or more, below the budget."""
    return -(-(FULL + max(credit, _AT_THE_EDGE)) * budget_min // (2 * FULL))


def dearest(budget_max: int, credit: int) -> int:
    """Return the highest price with this credit, or more, above the budget."""
    return (9 * FULL - max(credit, _AT_THE_EDGE)) * budget_max // (8 * FULL)
