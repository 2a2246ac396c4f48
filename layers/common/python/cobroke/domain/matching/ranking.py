"""A ranking: the best counterparts of one object as of a moment, and how changes bring it up to a
later one.

It keeps more rows than are shown, and **the cut**: the place of its last row when the list was last
cut. At the cut and above it the ranking holds every counterpart there is; below it some may be that
it does not hold.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from cobroke.domain import ids
from cobroke.domain.matching.top_list import Ranked, Selection


class Sizes(NamedTuple):
    """How many rows are kept of an object's counterparts, and how many of these are ever shown."""

    kept: int = 200
    shown: int = 100


SIZES = Sizes()

_ROW = struct.Struct(">H16sIQ")
_PLACE = struct.Struct(">H16s")


class Row(NamedTuple):
    """A counterpart in its place, as tuples compare. `detail`: a listing's price in kopecks, a
    lead's revision: what tells, with the score, whether a change has brought a declined pair back.
    """

    score: int
    id: str
    version: int
    detail: int

    @property
    def place(self) -> Ranked:
        return Ranked(self.score, self.id)


@dataclass(frozen=True)
class Ranking:
    """Rows best first, as of `watermark` (ms), for one version of the own object; made from `seen`
    entries, when so many had `returned` to its owner.
    """

    rows: tuple[Row, ...]
    cut: Ranked | None
    watermark: int
    seen: int
    own_version: int
    returned: int = 0

    def holds(self, shown: int) -> bool:
        """Return whether its first `shown` rows are those of the market: below the cut it knows
        nothing.
        """
        return self.cut is None or len(self.rows) >= shown

    def without(self, hidden: Callable[[Row], bool]) -> "Ranking":
        return replace(self, rows=tuple(row for row in self.rows if not hidden(row)))


class Candidate(NamedTuple):
    """A counterpart as a change tells it; None in place of its features: it has left the market."""

    id: str
    version: int
    packed: bytes | None
    detail: int


type Candidates = Mapping[str, Candidate]
"""By id, the newest of each."""
type Select = Callable[[Sequence[Candidate], int], Selection]
"""The best of some candidates, at most as many as asked for, none of them hidden."""


def ranked(
    best: Selection,
    candidates: Candidates,
    watermark: int,
    seen: int,
    own_version: int,
    returned: int = 0,
) -> Ranking:
    """Make the ranking of the best of a whole market, of which `seen` entries had to be read."""
    rows = tuple(_row(place, candidates[place.id]) for place in best.ranked)
    cut = rows[-1].place if best.was_cut else None
    return Ranking(rows, cut, watermark, seen, own_version, returned)


def caught_up(
    ranking: Ranking, changed: Candidates, select: Select, sizes: Sizes, watermark: int
) -> Ranking:
    """Return the ranking as of a later `watermark` (ms), given all that has changed since before
    its own one.
    """
    stay, newer = _parted(ranking.rows, changed)
    best, was_cut = select(newer, sizes.kept)
    rows = stay + [
        _row(place, changed[place.id])
        for place in best
        if ranking.cut is None or place >= ranking.cut
    ]
    rows.sort(reverse=True)
    cut = ranking.cut
    if len(rows) > sizes.kept or (len(rows) == sizes.kept and was_cut):
        rows = rows[: sizes.kept]
        cut = rows[-1].place
    return replace(ranking, rows=tuple(rows), cut=cut, watermark=watermark)


def _parted(rows: Sequence[Row], changed: Candidates) -> tuple[list[Row], list[Candidate]]:
    """Return the rows that no newer version replaces, and the candidates, if still in the market,
    whose own version is not among the rows.
    """
    known = {row.id: row.version for row in rows}
    newer = {
        candidate.id: candidate
        for candidate in changed.values()
        if candidate.version > known.get(candidate.id, 0)
    }
    return [row for row in rows if row.id not in newer], [
        candidate for candidate in newer.values() if candidate.packed is not None
    ]


def _row(place: Ranked, of: Candidate) -> Row:
    return Row(place.score, place.id, of.version, of.detail)


def pack_rows(rows: Sequence[Row]) -> bytes:
    """Pack each row in 30 bytes."""
    return b"".join(
        _ROW.pack(row.score, ids.bytes_of(row.id), row.version, row.detail) for row in rows
    )


def unpack_rows(packed: bytes) -> tuple[Row, ...]:
    return tuple(
        Row(score, ids.spelled(raw), *rest) for score, raw, *rest in _ROW.iter_unpack(packed)
    )


def pack_place(place: Ranked | None) -> bytes | None:
    return None if place is None else _PLACE.pack(place.score, ids.bytes_of(place.id))


def unpack_place(packed: bytes | None) -> Ranked | None:
    if packed is None:
        return None
    score, raw = _PLACE.unpack(packed)
    return Ranked(score, ids.spelled(raw))
