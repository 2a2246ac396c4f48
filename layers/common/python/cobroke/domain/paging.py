"""A page of a list."""

from collections.abc import Sequence
from typing import NamedTuple

DEFAULT_LIMIT = 20
WHOLE_LIST_LIMIT = 1000
"""An own list asked for without page and limit is one page of so many."""


class Page(NamedTuple):
    """The `number`-th run of `limit` rows, from 1."""

    number: int
    limit: int

    @property
    def rows(self) -> range:
        """Which rows it holds, counted from 0."""
        return range((self.number - 1) * self.limit, self.number * self.limit)

    def of[Row](self, rows: Sequence[Row]) -> Sequence[Row]:
        return rows[self.rows.start : self.rows.stop]


def asked(page: int | None, limit: int | None) -> Page:
    return Page(page or 1, limit or DEFAULT_LIMIT)


def asked_of_own(page: int | None, limit: int | None) -> Page:
    """Without both, the whole list as one page."""
    return Page(1, WHOLE_LIST_LIMIT) if page is None and limit is None else asked(page, limit)
