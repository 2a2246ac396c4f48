"""The best counterparts of a lead or a property, exact at the moment they are asked for."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple, cast

from cobroke.clock import Clock
from cobroke.domain.errors import Busy
from cobroke.domain.features import Features, LeadFeatures, PropertyFeatures
from cobroke.domain.ids import owner_of
from cobroke.domain.paging import Page
from cobroke.domain.ranking import SIZES, Ranking, Row, Sizes
from cobroke.domain.resurfacing import Resurfaced
from cobroke.domain.score import LISTED, Evaluation, evaluate
from cobroke.flows.ranking import Seeker, again, current, keep
from cobroke.storage import keys, looks, pairs, rankings, realtors, stored_object
from cobroke.storage.keys import Kind
from cobroke.storage.rankings import KeptRanking
from cobroke.storage.realtors import Realtor
from cobroke.storage.stored_object import StoredObject
from cobroke.storage.table import Table

_TRIES = 10
MARKED_FOR_MS = 24 * 3600 * 1000
"""A look marks its ranking at most so often: the scheduled runs refresh those that are looked at."""


class Recommendation(NamedTuple):
    counterpart: StoredObject
    realtor: Realtor
    evaluation: Evaluation
    resurfaced: Resurfaced | None
    """What brought a pair back that was disliked or declined."""


class _Loaded(NamedTuple):
    counterpart: StoredObject
    realtor: Realtor

    def is_before(self, row: Row) -> bool:
        return self.counterpart.version < row.version


class Recommendations(NamedTuple):
    """A page of the recommendations of `own`, and how many there are in all."""

    own: StoredObject
    rows: list[Recommendation]
    total: int


def recommend(
    table: Table, kind: Kind, owner: str, own_id: str, page: Page, clock: Clock, sizes: Sizes = SIZES
) -> Recommendations:
    """Of the market as it is now; none for an archived object, NotFound where it is not the owner's."""
    own, known = rankings.load_own(table, kind, owner, own_id)
    if not own.in_market:
        return Recommendations(own, [], 0)
    seeker = Seeker(own, pairs.of_object(table, kind, own_id))
    ranking, worth_keeping = current(table, seeker, known.ranking if known else None, clock, sizes)
    loaded: dict[str, _Loaded] = {}
    for tries_left in reversed(range(_TRIES)):
        shown = ranking.rows[: sizes.shown]
        paged = page.of(shown)
        loaded |= _load(table, kind, [row for row in paged if row.id not in loaded or loaded[row.id].is_before(row)])
        versions = {an_id: one.counterpart.version for an_id, one in loaded.items()}
        if not tries_left or all(versions.get(row.id) == row.version for row in paged):
            break
        # A write has overtaken the reading; its change came in the same transaction. What is loaded already stays.
        ranking = again(table, seeker, ranking, clock, sizes)
    _remember(table, own, ranking, known, clock(), worth_keeping=worth_keeping)
    rows = _rows(seeker, [loaded[row.id] for row in paged if row.id in loaded])
    return Recommendations(own, rows, len(shown) - (len(paged) - len(rows)))


def _remember(
    table: Table, own: StoredObject, ranking: Ranking, known: KeptRanking | None, now: int, *, worth_keeping: bool
) -> None:
    """Keep the ranking where that spares later looks something, and once a day that somebody looks at it."""
    marked = known.looked_at if known else 0
    unmarked = marked <= now - MARKED_FOR_MS
    if unmarked:
        with suppress(Busy):
            looks.mark(table, own.kind, own.content.features.market, own.id, now)
            marked = now
    if unmarked or worth_keeping:
        keep(table, own, ranking, known, looked_at=marked)


def _load(table: Table, own_kind: Kind, shown: Sequence[Row]) -> dict[str, _Loaded]:
    """The counterparts of a page and their realtors, as they are now. Without those that are just being written: their
    entry or change may be seen before them.
    """
    kind: Kind = "PROPERTY" if own_kind == "LEAD" else "LEAD"
    wanted = [keys.owned(kind, row.id) for row in shown]
    items = table.get_many(wanted + [keys.realtor(owner_of(row.id)) for row in shown])
    return {
        row.id: _Loaded(stored_object.of_item(items[key]), realtors.of_item(items[keys.realtor(owner_of(row.id))]))
        for key, row in zip(wanted, shown, strict=True)
        if key in items
    }


def _rows(seeker: Seeker, loaded: Iterable[_Loaded]) -> list[Recommendation]:
    """In the order of what was loaded, so that the score and the data of a row always agree."""
    rows = []
    for counterpart, realtor in loaded:
        features = counterpart.content.features
        evaluation = evaluate(*_pair(seeker.features, features))
        if not counterpart.in_market or not evaluation or evaluation.score < LISTED:
            continue
        detail = counterpart.revision if isinstance(features, LeadFeatures) else features.price
        row = Row(evaluation.score, counterpart.id, counterpart.version, detail)
        if not seeker.hides(row):
            rows.append(Recommendation(counterpart, realtor, evaluation, seeker.resurfaced(row)))
    return sorted(rows, key=lambda row: (row.evaluation.score, row.counterpart.id), reverse=True)


def _pair(seeker: Features, other: Features) -> tuple[LeadFeatures, PropertyFeatures]:
    """Whichever of the two asks: the lead, then the property."""
    pair = (seeker, other) if isinstance(seeker, LeadFeatures) else (other, seeker)
    return cast("tuple[LeadFeatures, PropertyFeatures]", pair)
