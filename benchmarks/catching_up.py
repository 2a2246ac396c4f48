"""How much less it takes to catch a ranking up than to read it afresh, in a real city's market."""

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import NamedTuple
from unittest.mock import patch

from benchmarks import market
from benchmarks.dynamodb_local import TABLE, dynamodb_local
from benchmarks.market import Market
from benchmarks.report import Section, publish
from benchmarks.units import counted
from cobroke.clock import now_ms
from cobroke.domain.matching.ranking import SIZES, Ranking
from cobroke.domain.postings.features import Group
from cobroke.domain.postings.kinds import Kind
from cobroke.domain.postings.posting import Content, Posting
from cobroke.edge.models.lead import LeadBody
from cobroke.edge.models.property import PropertyBody
from cobroke.flows.matching.ranking import Seeker, seeking, up_to_date
from cobroke.storage import keys
from cobroke.storage.matching import markets, rankings
from cobroke.storage.matching.rankings import Own
from cobroke.storage.notation import Item
from cobroke.storage.postings import postings
from cobroke.storage.table import Table

SAMPLE, ROUNDS = 24, 3
CHANGES = (1, 10, 100, 1000)
DEEDS = ("new price",) * 8 + ("new", "archived")
"""The changes, in turn."""
HOUR_MS = 3_600_000

type Look = Callable[[], Ranking]


class Kept(NamedTuple):
    """A ranking as it lies in the table, who looks at it, and the units read for it beside its
    object.
    """

    seeker: Seeker
    item: Item
    units: float


class Gain(NamedTuple):
    """How many times more the fresh read takes."""

    cpu: float
    units: float


def measure() -> Section:
    """Rankings are made an hour before the first change, and looked at an hour after the last."""
    made = market.make_market(now_ms() - 4 * HOUR_MS)
    rng = Random(1)
    with dynamodb_local():
        table = Table(TABLE)
        market.load(table, made)
        gc.freeze()  # what was made here is no function's to go through again and again
        kept = [_keep(table, own, now_ms() - 4 * HOUR_MS) for own in _drawn(made, rng)]
        rows = [
            *_measured(table, "a buyer's listings", kept[:SAMPLE], made.properties, rng),
            *_measured(table, "a listing's buyers", kept[SAMPLE:], made.leads, rng),
        ]
    return Section(
        "Catching a ranking up",
        f"{len(made.properties):,} listings and {len(made.leads):,} buyers in one city; "
        "of ten changes eight are new prices, one is a new object, one an archived one. "
        f"What a fresh read takes against catching up, over {SAMPLE} rankings: the median and the "
        "least. Both begin with the object and its pairs read; to read and unpack the kept ranking "
        "counts for catching up. The lists are the same. Goals at 100 changes: 15 × and 20 ×.",
        ("ranking", "changes", "CPU time", "units read", "read afresh all the same"),
        rows,
    )


def _drawn(made: Market, rng: Random) -> list[Posting]:
    """Draw buyers of flats alone, for the others nothing is offered, and listings."""
    leads = [lead for lead in made.leads if lead.content.features.market.group == Group.FLAT]
    return [*rng.sample(leads, SAMPLE), *rng.sample(made.properties, SAMPLE)]


def _keep(table: Table, own: Posting, at: int) -> Kept:
    seeker = seeking(table, Own(own, None, {}), lambda: at)
    rankings.save(table, own, up_to_date(table, seeker, None).ranking, None, looked_at=at)
    with counted(table._client) as used:
        item = table.get(keys.ranking(own.owner, own.kind, own.id))
    assert item  # noqa: S101 - it was saved just now
    return Kept(seeker, item, used.read_units)


def _measured(
    table: Table, name: str, kept: Sequence[Kept], others: Sequence[Posting], rng: Random
) -> list[Sequence[str]]:
    changed, start = rng.sample(others, max(CHANGES)), now_ms() - 3 * HOUR_MS
    rows: list[Sequence[str]] = []
    for done, most in pairwise((0, *CHANGES)):
        for number in range(done, most):
            _change(
                table,
                changed[number],
                DEEDS[number % len(DEEDS)],
                rng,
                start + number * HOUR_MS // max(CHANGES),
            )
        gains = [_gain(table, ranking, start + 2 * HOUR_MS) for ranking in kept]
        rows.append((name, f"{most:,}", *_said(gains)))
    return rows


def _said(gains: Sequence[Gain | None]) -> Sequence[str]:
    caught_up = [gain for gain in gains if gain]
    afresh = f"{len(gains) - len(caught_up)} of {len(gains)}"
    if not caught_up:
        return "–", "–", afresh
    return *(
        f"{statistics.median(gain):.0f} × · {min(gain):.0f} ×"
        for gain in zip(*caught_up, strict=True)
    ), afresh


def _gain(table: Table, kept: Kept, now: int) -> Gain | None:
    """Look both ways in turns: what slows the machine slows both. The first looks are counted and
    not timed. Return None where the ranking was not caught up but read afresh.
    """
    seeker = replace(kept.seeker, as_of=now)
    looks: tuple[Look, Look] = (
        lambda: up_to_date(table, seeker, rankings._of_item(kept.item).ranking).ranking,
        lambda: up_to_date(table, seeker, None).ranking,
    )
    with patch.object(markets, "read", wraps=markets.read) as read:
        caught_up, units = _counted(table, looks[0])
    if read.called:
        return None
    fresh, fresh_units = _counted(table, looks[1])
    # A ranking that was caught up may be shorter: it cannot know what came up from below its cut.
    assert caught_up.holds(SIZES.shown)  # noqa: S101 - else there is nothing to compare
    assert caught_up.rows == fresh.rows[: len(caught_up.rows)]  # noqa: S101
    spent = zip(*([_cpu_seconds(look) for look in looks] for _ in range(ROUNDS)), strict=True)
    seconds, fresh_seconds = map(statistics.median, spent)
    return Gain(fresh_seconds / seconds, fresh_units / (units + kept.units))


def _counted(table: Table, look: Look) -> tuple[Ranking, float]:
    with counted(table._client) as used:
        ranking = look()
    return ranking, used.read_units


def _cpu_seconds(look: Look) -> float:
    start = time.process_time()
    look()
    return time.process_time() - start


def _change(table: Table, stored: Posting, deed: str, rng: Random, at: int) -> None:
    """Let its owner do it, at that time (ms)."""
    repriced = _at_a_new_price(stored.kind, stored.content, rng)
    match deed:
        case "new":
            postings.create(table, stored.kind, stored.owner, repriced, lambda: at)
        case "archived":
            postings.archive(table, stored.kind, stored.owner, stored.id, lambda: at)
        case _:
            postings.replace_content(
                table, stored.kind, stored.owner, stored.id, repriced, lambda: at
            )


def _at_a_new_price(kind: Kind, content: Content, rng: Random) -> Content:
    """Change a price, or both ends of a budget, by a tenth less to a twentieth more."""
    body, percent = deepcopy(content.body), rng.randint(90, 105)
    priced, names = (
        (body["requirements"]["budget"], ("min", "max"))
        if kind == "LEAD"
        else (body["details"], ("price",))
    )
    for name in names:
        priced[name] = priced[name] * percent // 100
    if kind == "LEAD":
        lead = LeadBody.model_validate(body)
        return Content(lead.model_dump(), lead.features())
    listing = PropertyBody.model_validate(body)
    return Content(listing.model_dump(), listing.features())


if __name__ == "__main__":
    publish(measure)
