"""A scheduled run does what the stream has lost, once, and nothing over what was not lost."""

from collections import Counter
from copy import deepcopy
from random import Random
from typing import Any
from unittest.mock import patch

import pytest

from cobroke.clock import DAY_MS
from cobroke.domain.deals.pair import PairIds, Side
from cobroke.domain.ids import owner_of
from cobroke.flows import following
from cobroke.flows.matching.ranking import Seeker, up_to_date
from cobroke.flows.notices.alerts import alert
from cobroke.flows.schedule import rematch
from cobroke.storage import keys
from cobroke.storage.deals import pairs
from cobroke.storage.matching import looks, rankings, registry
from cobroke.storage.matching.rankings import KeptRanking
from cobroke.storage.postings import posting, postings
from cobroke.storage.schedule.agenda import SHARDS
from tests.builders import a_lead, a_property
from tests.support.contents import MOSCOW
from tests.support.lossy_city import LOST, SEEDS, City, a_day, deliver, writing
from tests.support.schedule import Schedule
from tests.support.town import MINUTE, SIDES, START, Town, pumps


@pytest.fixture(autouse=True)
def aws() -> None:
    """No account: the table is in memory."""


@pytest.mark.parametrize("seed", SEEDS)
def test_after_one_run_all_that_the_stream_has_lost_is_there_and_nothing_twice(seed: int) -> None:
    city, clean = a_day(seed)
    Schedule(city).run()
    deliver(city, Random(seed), LOST)
    assert city.state == clean.state


@pytest.mark.parametrize("seed", SEEDS)
def test_a_second_run_over_all_of_it_writes_nothing_but_how_far_it_came_and_its_report(
    seed: int,
) -> None:
    city, _ = a_day(seed)
    schedule = Schedule(city)
    schedule.run()
    deliver(city, Random(seed), LOST)
    there = list(registry.markets(city.table))
    for market in there:
        city.table.forget(keys.followed(market))
    with writing(city) as written:
        did = schedule.run()
    assert Counter(written) == {"FOLLOWED": len(there), "RUN": len(there) + SHARDS}
    assert {name for name, count in did.items() if count} == {"objects"}


def test_the_losses_are_of_every_kind_and_a_run_counts_them() -> None:
    lost, did = Counter[str](), Counter[str]()
    for seed in range(4 * len(SEEDS)):
        city, clean = a_day(seed)
        alerts = _counterparts(clean) - _counterparts(city)
        told = (clean.pair_notices - city.pair_notices).total()
        closed = sum(city.matches[pair] != outcome for pair, outcome in clean.matches.items())
        done = Schedule(city).run()
        assert (done["alerts"], done["told"], done["closed"]) == (alerts, told, closed)
        lost, did = lost + Counter(alerts=alerts, told=told, closed=closed), did + done
    assert min(lost[kind] for kind in ("alerts", "told", "closed")) >= 5, lost
    assert did["objects"] > 100


def _counterparts(world: Town) -> int:
    """Of how many alerts tell, in all."""
    return sum(count * times for (_, _, count, _), times in world.alerted().items())


@pytest.mark.parametrize("seed", SEEDS[:6])
def test_day_after_day_with_notices_read_between_the_runs_catch_up_with_the_stream(
    seed: int,
) -> None:
    city = City(seed)
    for _ in range(4):
        city.now += DAY_MS // 3
        city.lives(25)
        clean = deepcopy(city)
        deliver(clean, Random(seed))
        deliver(city, Random(seed), LOST)
        audited(city)
        Schedule(city).run()
        deliver(city, Random(seed), LOST)
        assert city.state == clean.state
        city.reads_all(city.rng.choice(city.realtors))


def audited(city: City) -> None:
    """Make known, as the audit does, a market of which every record was lost."""
    there = {
        postings.load(city.table, kind, an_id).content.features.market
        for an_id, kind in city.there.items()
    }
    for market in there - set(registry.markets(city.table)):
        registry.remember(city.table, market, set(), city.now)


def repaired(world: Town, kind: Side, posting_id: str) -> None:
    """A write that is not its owner's and changes nothing they see."""
    old = postings.load(world.table, kind, posting_id)
    world.table.transact(posting.writes(world.table, old, old.changed(world.clock())))


class Scene:
    """Anna's lead and a dozen offers for it; the stream is delivered."""

    def __init__(self, offers: int = 12) -> None:
        self.world = City(0)
        self.anna, self.boris, *_ = self.world.realtors
        self.lead = self.world.posts("LEAD", self.anna, a_lead())
        self.offers = [self.offered(21_000_000 + number) for number in range(offers)]
        self.settle()
        self.schedule = Schedule(self.world)

    def offered(self, price: int) -> str:
        return self.world.posts("PROPERTY", self.boris, a_property(price=price))

    def settle(self) -> None:
        deliver(self.world, Random(0))

    def told(self) -> list[tuple[Any, ...]]:
        return sorted(self.world.alerted())

    def looks_at(self, posting_id: str, kind: Side = "LEAD") -> list[str]:
        return self.world.looks_at(kind, posting_id)

    def kept(self, posting_id: str, kind: Side = "LEAD") -> KeptRanking:
        _, kept, _ = rankings.load_own(self.world.table, kind, owner_of(posting_id), posting_id)
        assert kept is not None
        return kept


def test_a_run_over_unchanged_objects_alerts_nobody() -> None:
    scene = Scene()
    told = scene.told()
    scene.world.now += 30 * MINUTE
    assert scene.schedule.run()["objects"] == 13
    assert scene.told() == told


def test_a_run_alerts_nobody_of_a_vacancy_a_repair_or_what_has_grown_stale() -> None:
    scene = Scene()
    told = scene.told()
    shown = scene.looks_at(scene.lead)
    for listing in shown[:4]:
        scene.world.acts("LEAD", PairIds(scene.lead, listing), "DISLIKE")
    for listing in shown[8:]:
        repaired(scene.world, "PROPERTY", listing)
    for listing in shown[4:6]:
        scene.world.archives("PROPERTY", listing)
    stale_at = postings.load(scene.world.table, "PROPERTY", shown[6]).stale_at or 0
    assert postings.grow_stale(scene.world.table, "PROPERTY", shown[6], lambda: stale_at)
    deliver(scene.world, Random(0), lost=1)
    did = scene.schedule.run()
    assert (did["alerts"], did["objects"]) == (0, 13)
    assert scene.told() == told


def test_a_repair_does_not_hide_what_its_owners_write_still_owes() -> None:
    scene = Scene(offers=0)
    listing = scene.offered(21_000_000)
    repaired(scene.world, "PROPERTY", listing)
    deliver(scene.world, Random(0), lost=1)
    assert scene.schedule.run()["alerts"] == 1
    assert [count for _, _, count, _ in scene.told()] == [1]


def test_what_its_owner_writes_while_a_run_is_on_is_alerted_as_it_then_is() -> None:
    """The run has read the market before: only what comes after may say that the newer write is
    done.
    """
    scene = Scene(offers=0)
    first, second = scene.offered(60_000_000), scene.offered(60_000_000)
    deliver(scene.world, Random(0), lost=1)
    written: list[str] = []

    def meanwhile(*arguments: Any) -> int:
        told = alert(*arguments)
        if not written and arguments[2].kind == "PROPERTY":
            written.append(second if arguments[2].id == first else first)
            scene.world.edits("PROPERTY", written[0], a_property())
        return told

    with patch.object(following, "alert", meanwhile):
        scene.schedule.run()
    scene.settle()
    scene.schedule.run()
    assert [best for *_, best in scene.told()] == [((written[0], 100),)]


def test_what_was_written_between_a_runs_leads_and_its_listings_is_alerted_as_it_then_is() -> None:
    scene = Scene(offers=0)
    listing = scene.offered(60_000_000)
    scene.settle()
    scene.world.edits("LEAD", scene.lead, a_lead())
    deliver(scene.world, Random(0), lost=1)
    written: list[str] = []

    def meanwhile(*arguments: Any) -> int:
        if not written and arguments[2].kind == "LEAD":
            arguments[1].get("PROPERTY", MOSCOW)
            written.append(listing)
            scene.world.edits("PROPERTY", listing, a_property())
            deliver(scene.world, Random(0), lost=1)
        return alert(*arguments)

    with patch.object(following, "alert", meanwhile):
        scene.schedule.run()
    assert written == [listing]
    assert [best for *_, best in scene.told()] == [((listing, 100),)]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """So few changes make a ranking dear."""
    monkeypatch.setattr(rematch, "FAR_BEHIND", 5)
    return 5


def behind(scene: Scene, changes: int, *, price: int = 60_000_000) -> None:
    """Let an hour go by, in which `changes` listings come to market."""
    scene.world.now += 60 * MINUTE
    for _ in range(changes):
        scene.offered(price)
    scene.settle()


def test_a_ranking_that_is_looked_at_and_far_behind_is_refreshed_to_what_a_fresh_read_finds(
    few: int,
) -> None:
    scene = Scene()
    scene.looks_at(scene.lead)
    before = scene.kept(scene.lead)
    behind(scene, few, price=18_000_000)
    assert scene.schedule.run()["refreshed"] == 1
    kept = scene.kept(scene.lead)
    own = postings.load(scene.world.table, "LEAD", scene.lead)
    paired = pairs.of_posting(scene.world.table, "LEAD", scene.lead)
    fresh = up_to_date(
        scene.world.table, Seeker.of(own, paired, as_of=scene.world.clock()), None
    ).ranking
    assert (kept.ranking.rows, kept.ranking.cut, kept.ranking.seen) == (
        fresh.rows,
        fresh.cut,
        fresh.seen,
    )
    assert len(kept.ranking.rows) == 12 + few
    assert kept.looked_at == before.looked_at, "a run is no look"
    assert kept.ranking.watermark > before.ranking.watermark


def test_a_listings_ranking_is_refreshed_too(few: int) -> None:
    scene = Scene()
    scene.looks_at(scene.offers[0], "PROPERTY")
    scene.world.now += 60 * MINUTE
    for _ in range(few):
        scene.world.posts("LEAD", scene.anna, a_lead())
    scene.settle()
    assert scene.schedule.run()["refreshed"] == 1
    assert len(scene.kept(scene.offers[0], "PROPERTY").ranking.rows) == 1 + few


def test_a_ranking_that_is_hardly_behind_is_left_as_it_is(few: int) -> None:
    scene = Scene()
    scene.looks_at(scene.lead)
    before = scene.kept(scene.lead)
    behind(scene, few - 1, price=18_000_000)
    assert scene.schedule.run()["refreshed"] == 0
    assert scene.kept(scene.lead) == before


def test_a_ranking_that_would_be_the_same_is_not_written(few: int) -> None:
    scene = Scene()
    scene.looks_at(scene.lead)
    before = scene.kept(scene.lead)
    behind(scene, 3 * few)
    with writing(scene.world) as written:
        assert scene.schedule.run()["refreshed"] == 0
    assert scene.kept(scene.lead) == before
    assert "RANKING" not in written


def test_what_nobody_has_looked_at_lately_is_not_refreshed(few: int) -> None:
    scene = Scene()
    scene.looks_at(scene.lead)
    never = scene.world.posts("LEAD", scene.anna, a_lead())
    scene.settle()
    scene.world.now += 4 * DAY_MS
    before = scene.kept(scene.lead), scene.kept(never)
    behind(scene, few, price=18_000_000)
    assert scene.schedule.run()["refreshed"] == 0
    assert (scene.kept(scene.lead), scene.kept(never)) == before


def test_what_is_archived_or_stale_is_not_refreshed(few: int) -> None:
    scene = Scene()
    other = scene.world.posts("LEAD", scene.anna, a_lead())
    scene.settle()
    for lead in (scene.lead, other):
        scene.looks_at(lead)
    scene.world.archives("LEAD", scene.lead)
    stale_at = postings.load(scene.world.table, "LEAD", other).stale_at or 0
    postings.grow_stale(scene.world.table, "LEAD", other, lambda: stale_at)
    behind(scene, few, price=18_000_000)
    assert scene.schedule.run()["refreshed"] == 0


@pytest.mark.parametrize("hours", [0, 1, 23])
def test_a_look_of_the_last_day_is_known_though_its_mark_is_a_day_older(hours: int) -> None:
    """A mark is set at most once in 24 hours: it may be as old as that when the last look comes."""
    scene, start = Scene(), START // DAY_MS * DAY_MS + 2 * DAY_MS
    for at in (start + 23 * 60 * MINUTE, start + (23 + 24) * 60 * MINUTE - 1):
        scene.world.now = at
        scene.looks_at(scene.lead)
    now = scene.world.now + (1 + hours) * 60 * MINUTE
    assert now - scene.world.now <= DAY_MS
    assert looks.looked_at(scene.world.table, "LEAD", MOSCOW, now) == {scene.lead}


def test_the_streams_function_puts_each_market_once() -> None:
    world, deeds = City(5), Random(5)
    for number in range(30):
        city = f"тула #{number % 3}"
        kind = deeds.choice(SIDES)
        body = a_lead(city=city) if kind == "LEAD" else a_property(city=city)
        world.posts(kind, world.realtors[0], body)
    with writing(world) as written, world.followed():
        (matcher, _) = pumps(Random(0), quiet=True)
        for _ in range(2):
            matcher.run(world.table.stream)
    assert Counter(written)["MARKET"] == 3
    assert {market.city for market in registry.markets(world.table)} == {
        f"тула #{number}" for number in range(3)
    }
