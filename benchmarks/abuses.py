"""What one realtor can cost all others: each abuse that was measured on the first build, again."""

from collections.abc import Sequence
from random import Random

from tests import account  # noqa: F401 - the environment, before any function is imported

# isort: split

from benchmarks.report import Section, publish
from cobroke.clock import DAY_MS
from cobroke.domain.deals.pair import PairIds
from cobroke.domain.errors import RateLimited
from cobroke.domain.fair_use import FIRST_LOOK, QUOTAS
from cobroke.domain.paging import Page
from cobroke.domain.realtors import Realtor
from cobroke.flows.deals import closing
from cobroke.storage import keys, realtors
from cobroke.storage.matching import registry
from cobroke.storage.postings import postings
from cobroke.storage.postings.own_lists import list_own
from cobroke.telegram.bot_api import Slower
from functions.stream_matching import handler as matching
from tests.builders import a_lead, a_property
from tests.memory_table import MemoryTable
from tests.pump import passes
from tests.support.chat import Chat
from tests.support.contents import content
from tests.support.lossy_city import City, deliver
from tests.support.office import Office
from tests.support.schedule import Schedule
from tests.support.spent import Spent, spent
from tests.support.town import MINUTE, PATTERNS, Town

DEAD, CITIES, CLOSED, ARCHIVED, REVISIONS = 2_000, 300, 300, 400, 10
START = 1_764_000_000_000
PUSHED = {100: "5,050 deliveries", 400: "75,151 deliveries", 1_000: "–"}
"""What they cost the first build, by the number of notices."""
WAITS_S = 600


def main() -> Section:
    return Section(
        "What one realtor can cost",
        "Units are those DynamoDB bills, weighed on the table in memory. The first build's figures "
        "are those that were measured on it then; those of dead pairs and own lists are of this "
        "run: before the stream has followed, and as it read them without kept totals.",
        ("abuse", "the first build", "now"),
        [
            _crawl(),
            *(_pushes(number, first) for number, first in PUSHED.items()),
            _pushes(400, "–", slower_s=3600),
            _pushes(400, "–", read=200),
            *(_dead_pairs(), _revisions(), _cities(), _closing(), _own_lists()),
        ],
    )


def _crawl() -> Sequence[str]:
    """Look at a new revision every second of a day."""
    quota, arrival, looks = QUOTAS["look"], 0, 0
    for now in range(START, START + DAY_MS, 1000):
        try:
            arrival, looks = quota.taken(arrival, FIRST_LOOK, now), looks + 1
        except RateLimited:
            continue
    at_once = quota.at_once // FIRST_LOOK
    now_said = f"{at_once} looks at once, {looks:,} on the first day: then 429"
    return "copying a market by new wishes", "92 % of 22,963 listings in 586 looks", now_said


def _pushes(number: int, first: str, *, slower_s: int = WAITS_S, read: int = 0) -> Sequence[str]:
    """Tell a realtor so often while their chat has to wait, and count what comes of it."""
    with Chat(answers=[Slower(slower_s)]).open() as chat:
        chat.told()
        chat.post.deliver_due()
        ids = [chat.told() for _ in range(number - 1)]
        for an_id in ids[:read]:
            chat.reads(an_id)
        with spent(chat.table) as found:
            chat.post.deliver_all()
    while_it_waits = f"{number:,} notices while a chat waits {slower_s // 60} minutes"
    reads = f", {read} of them read" if read else ""
    tries, units = len(chat.post.tries), found.reads + found.writes
    said = f"{tries} deliveries, {len(chat.received)} message, {units} units for the last"
    return while_it_waits + reads, first, said


def _dead_pairs() -> Sequence[str]:
    office = Office()
    listing = office.posted("PROPERTY")
    _posted_and_disliked(office, listing, DEAD)
    office.now += 40 * DAY_MS  # what has changed in the market is no longer kept
    with_them = _look(office, listing).reads
    office.settle()
    after = _look(office, listing).reads
    said = f"{with_them} units", f"{after} units, as soon as the stream has followed"
    return f"a look beside {DEAD:,} pairs with archived leads", *said


def _posted_and_disliked(office: Office, listing: str, number: int) -> None:
    for _ in range(number):
        lead = office.posted("LEAD")
        office.acts("PROPERTY", PairIds(lead, listing), "DISLIKE")
        office.archives("LEAD", lead)


def _look(office: Office, listing: str) -> Spent:
    office.looks_at("PROPERTY", listing)
    with spent(office.table) as found:
        office.looks_at("PROPERTY", listing)
    return found


def _revisions() -> Sequence[str]:
    one, ten = _followed(1), _followed(REVISIONS)
    said = f"{ten.reads / one.reads:.1f} times one: {ten.reads} units read, {ten.writes} written"
    return f"{REVISIONS} PUTs of a lead in a batch of the stream", f"{REVISIONS} times one", said


def _followed(times: int) -> Spent:
    town = Town()
    anna, *others = town.realtors
    for number in range(30):
        town.posts("PROPERTY", others[number % 3], a_property(price=21_000_000 + number))
    lead = town.posts("LEAD", anna, a_lead())
    position = len(town.table.stream)
    for _ in range(times):
        town.edits("LEAD", lead, a_lead())
    records = [
        record
        for record in town.table.stream[position:]
        if any(passes(record, each) for each in PATTERNS["stream_matching"])
    ]
    with spent(town.table) as found, town.followed():
        matching.handler({"Records": records}, None)
    return found


def _cities() -> Sequence[str]:
    city = City(0)
    lead = city.posts("LEAD", city.realtors[0], a_lead())
    for number in range(CITIES):
        city.now += 6_000
        city.edits("LEAD", lead, a_lead(city=f"Место {number}"))
        deliver(city, Random(0))
    before = len([*registry.markets(city.table)])
    city.now += 30 * MINUTE
    Schedule(city).run()
    after = len([*registry.markets(city.table)])
    said = f"{before} markets in every run, for two days", f"{after} after one run"
    return f"a lead that goes through {CITIES} cities", *said


def _closing() -> Sequence[str]:
    office = Office()
    listing = office.posted("PROPERTY")
    for _ in range(CLOSED):
        office.acts("LEAD", PairIds(office.posted("LEAD"), listing))
    office.archives("PROPERTY", listing)
    stored = postings.load(office.table, "PROPERTY", listing)
    with spent(office.table) as found:
        closing.end_slice(office.table, stored, office.clock, "")
    said = f"{found.calls} calls for {closing.SLICE} of them, then what others wrote meanwhile"
    return "an archive that closes 1,500 matches", "one record, some 4,500 calls, 38 s", said


def _own_lists() -> Sequence[str]:
    table = MemoryTable(page_items=1_000)
    owner = realtors.register(table, Realtor("", "1", "+7")).id
    now = iter(range(START, START + 10**9))
    body = content("LEAD", a_lead())
    for _ in range(ARCHIVED):
        made = postings.create(table, "LEAD", owner, body, lambda: next(now))
        postings.archive(table, "LEAD", owner, made.id, lambda: next(now))
    limits = table.get(keys.limits(owner)) or {}
    costs = []
    for kept in (limits, {name: limits[name] for name in limits if name != "whole"}):
        table.transact([table.put(kept)])
        with spent(table) as found:
            list_own(table, "LEAD", owner, None, Page(1, 1))
        costs.append(found.reads)
    said = f"{costs[1]} units", f"{costs[0]} units"
    return f"GET /leads?limit=1 of {ARCHIVED} archived leads", *said


if __name__ == "__main__":
    publish(main)
