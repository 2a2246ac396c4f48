"""Pages of lists."""

from collections.abc import Sequence
from typing import NamedTuple

DEFAULT_LIMIT = 20
WHOLE_LIST_LIMIT = 1000
"""How many rows a page of one's own list has that is asked for without page and limit."""


class Page(NamedTuple):
    """A run of `limit` rows, the `number`-th from 1."""

    number: int
    limit: int

    @property
    def rows(self) -> range:
        """The rows it holds, counted from 0."""
        return range((self.number - 1) * self.limit, self.number * self.limit)

    def of[Row](self, rows: Sequence[Row]) -> Sequence[Row]:
        return rows[self.rows.start : self.rows.stop]


class Behind(NamedTuple):
    """A run of `limit` ids, newest first, of those that are older than `last`; "" for the newest.
    What comes meanwhile moves none of them.
    """

    last: str
    limit: int

    def of(self, ids: Sequence[str]) -> Sequence[str]:
        """Return those of the run; `ids` come newest first."""
        return [one for one in ids if not self.last or one < self.last][: self.limit]


def asked(page: int | None, limit: int | None) -> Page:
    return Page(page or 1, limit or DEFAULT_LIMIT)


def asked_of_own(page: int | None, limit: int | None) -> Page:
    """Return the page asked for; without page and limit, the whole list."""
    return Page(1, WHOLE_LIST_LIMIT) if page is None and limit is None else asked(page, limit)
