"""Scheduled runs: how far each market was followed, and what each run did."""

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from cobroke.domain.postings.features import Market
from cobroke.storage import entities, keys
from cobroke.storage.changes import CHANGES_KEPT_S, LONGEST_MS
from cobroke.storage.conditions import ABSENT, below
from cobroke.storage.table import Table

KEPT_S = 7 * 24 * 3600


class HowFar(NamedTuple):
    """Up to when (ms) the changes of a market were followed, and whether something has left it
    since it was asked whether anything stands there.
    """

    watermark: int
    left: bool


def how_far(table: Table, market: Market, now: int) -> HowFar:
    """Read how far a market was followed; without a run, as far back as there are changes."""
    item = table.get(keys.followed(market)) or {"watermark": 0}
    return HowFar(max(item["watermark"], now - LONGEST_MS), item.get("left", False))


def follow(table: Table, market: Market, watermark: int, *, left: bool = False) -> None:
    """Keep how far it was followed, as long as the changes since are kept. A slower worker never
    takes back how far another has come.
    """
    expires = watermark // 1000 + CHANGES_KEPT_S
    facts = {"watermark": watermark, "left": left, "expires": expires}
    item = entities.FOLLOWED.at(keys.followed(market), facts)
    table.try_put(item, when=ABSENT | below("watermark", watermark))


def report(table: Table, run: str, part: str, did: Mapping[str, int], now_s: int) -> None:
    """Keep what one part of a run did; done again, it takes the place of the first report."""
    facts = {f"n_{name}": count for name, count in did.items()}
    # a city's name may be longer than a sort key
    digest = hashlib.sha256(part.encode()).hexdigest()
    table.try_put(
        entities.RUN.at((keys.run(run), digest), {"part": part, "expires": now_s + KEPT_S, **facts})
    )


def reports(table: Table, run: str) -> dict[str, dict[str, int]]:
    """Read what each part of a run did."""
    return {
        item["part"]: {name[2:]: count for name, count in item.items() if name.startswith("n_")}
        for item in table.query(keys.run(run))
    }
