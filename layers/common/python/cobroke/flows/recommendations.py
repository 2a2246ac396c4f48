"""The best counterparts of a lead or a property, exact at the moment they are asked for."""

import heapq
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, cast

from cobroke.domain.features import Features, LeadFeatures, PropertyFeatures
from cobroke.domain.ids import owner_of
from cobroke.domain.paging import Page
from cobroke.domain.score import LISTED, Evaluation, evaluate, score
from cobroke.storage import keys, markets, objects, realtors
from cobroke.storage.keys import Kind
from cobroke.storage.markets import Entries
from cobroke.storage.objects import StoredObject
from cobroke.storage.realtors import Realtor
from cobroke.storage.table import Table

SHOWN = 100
_TRIES = 5


class Ranked(NamedTuple):
    """A place in the order: as tuples compare, the greater comes first (a newer object's id is greater)."""

    score: int
    id: str


class Recommendation(NamedTuple):
    counterpart: StoredObject
    realtor: Realtor
    evaluation: Evaluation


class _Loaded(NamedTuple):
    counterpart: StoredObject
    realtor: Realtor


class Recommendations(NamedTuple):
    rows: list[Recommendation]
    total: int


def recommend(
    table: Table, own: StoredObject, page: Page, clock: Callable[[], int], most: int = SHOWN
) -> Recommendations:
    """A page of the best `most` of the market as it is now; none for an archived object."""
    if not own.in_market:
        return Recommendations([], 0)
    seeker, watermark = own.content.features, clock()
    entries = markets.read(table, seeker, watermark)
    for _ in range(_TRIES):
        ranked = best(own, entries, most)
        loaded = _load(table, own.kind, page.of(ranked))
        if all(entries[row.counterpart.id].version == row.counterpart.version for row in loaded):
            break
        # A write has overtaken the reading; its change came in the same transaction.
        markets.catch_up(table, seeker, watermark, entries)
    return Recommendations(_rows(seeker, loaded), len(ranked))


def best(own: StoredObject, entries: Entries, most: int) -> list[Ranked]:
    """The order of the law: score, then the newer, then the id; nobody is recommended to himself."""
    seeker, found = own.content.features, []
    for entry in entries.values():
        if entry.features is None or owner_of(entry.id) == own.owner:
            continue
        points = score(*_pair(seeker, entry.features))
        if points is not None and points >= LISTED:
            found.append(Ranked(points, entry.id))
    return heapq.nlargest(most, found)


def _load(table: Table, own_kind: Kind, ranked: Sequence[Ranked]) -> list[_Loaded]:
    """The counterparts of a page and their realtors, as they are now."""
    kind: Kind = "PROPERTY" if own_kind == "LEAD" else "LEAD"
    wanted = [keys.owned(kind, at.id) for at in ranked]
    items = table.get_many(wanted + [keys.realtor(owner_of(at.id)) for at in ranked])
    return [
        _Loaded(objects.of_item(items[key]), realtors.of_item(items[keys.realtor(owner_of(at.id))]))
        for key, at in zip(wanted, ranked, strict=True)
    ]


def _rows(seeker: Features, loaded: Iterable[_Loaded]) -> list[Recommendation]:
    """In the order of what was loaded, so that the score and the data of a row always agree."""
    rows = []
    for counterpart, realtor in loaded:
        evaluation = evaluate(*_pair(seeker, counterpart.content.features))
        if counterpart.in_market and evaluation and evaluation.score >= LISTED:
            rows.append(Recommendation(counterpart, realtor, evaluation))
    return sorted(rows, key=lambda row: (row.evaluation.score, row.counterpart.id), reverse=True)


def _pair(seeker: Features, other: Features) -> tuple[LeadFeatures, PropertyFeatures]:
    """Whichever of the two asks: the lead, then the property."""
    pair = (seeker, other) if isinstance(seeker, LeadFeatures) else (other, seeker)
    return cast("tuple[LeadFeatures, PropertyFeatures]", pair)
