"""What an alert reads of the counterparts: nothing of those in whose lists its cause stands too far
down to be near the top.
"""

import pytest

from cobroke.domain.deals.pair import PairIds
from cobroke.flows.following import posting_stands
from cobroke.storage.postings import postings
from tests.builders import Json, a_lead, a_property
from tests.support.spent import Spent, spent
from tests.support.town import MINUTE, Town

LISTINGS, NEWER = 60, 14


@pytest.fixture(autouse=True)
def aws() -> None:
    """No account: the table is in memory."""


class Crowded(Town):
    """Boris's listings; Anna's lead, that fits all of them as others' that are newer do."""

    def __init__(self) -> None:
        super().__init__()
        self.anna, self.boris, self.clara, _ = self.realtors
        self.listings = [
            self.posts("PROPERTY", self.boris, a_property(price=18_000_000 + number))
            for number in range(LISTINGS)
        ]
        self.lead = self.posts("LEAD", self.anna, wishless())
        self.others = [self.posts("LEAD", self.clara, wishless()) for _ in range(NEWER)]

    def puts(self) -> Spent:
        """What a PUT of the lead costs whoever alerts of it."""
        self.now += 2 * MINUTE
        self.edits("LEAD", self.lead, wishless())
        self.held.expire()
        written = postings.load(self.table, "LEAD", self.lead)
        with spent(self.table) as found:
            self.told = posting_stands(self.table, self.held, written, self.clock)
        return found

    def dislikes(self, listing: str, lead: str) -> None:
        self.acts("PROPERTY", PairIds(lead, listing), "DISLIKE")


def wishless(city: str = "Москва") -> Json:
    area = {"min": 10, "max": 500}
    return a_lead(city=city, districts=[], metro_stations=[], rooms=[], area=area)


@pytest.fixture
def crowded() -> Crowded:
    crowded = Crowded()
    crowded.puts()
    assert crowded.told == 0
    return crowded


def test_a_lead_behind_ten_in_all_lists_reads_nothing_of_its_counterparts_again(
    crowded: Crowded,
) -> None:
    """But what has changed in the market, its own pairs and what it has alerted."""
    assert crowded.puts().reads < 15
    assert crowded.told == 0


def test_a_first_put_asks_each_of_them_once_whether_it_has_pairs() -> None:
    crowded = Crowded()
    market = postings.load(crowded.table, "LEAD", crowded.lead).content.features.market
    crowded.held.get("PROPERTY", market)
    assert LISTINGS < crowded.puts().reads <= LISTINGS + 20


def test_pairs_that_cannot_lift_it_are_not_read(crowded: Crowded) -> None:
    """Four stand in its way in each list, and three are out of it."""
    for listing in crowded.listings:
        for lead in crowded.others[:3]:
            crowded.dislikes(listing, lead)
    found = crowded.puts()
    assert crowded.told == 0
    assert LISTINGS < found.reads < LISTINGS + 30
    assert crowded.puts().reads < 30, "they are counted by now, and their changes read"


def test_what_an_act_has_lifted_is_alerted_though_it_had_no_pairs_before(crowded: Crowded) -> None:
    listing, *_ = crowded.listings
    for number, lead in enumerate(crowded.others[:5]):
        crowded.dislikes(listing, lead)
        crowded.puts()
        assert crowded.told == (number == 4), number
    crowded.puts()
    assert crowded.told == 0


def test_what_stands_in_all_lists_near_the_top_asks_the_ledger_alone() -> None:
    crowded = Crowded()
    for lead in crowded.others:
        crowded.archives("LEAD", lead)
    crowded.puts()
    assert crowded.told == LISTINGS
    assert LISTINGS < crowded.puts().reads <= LISTINGS + 20
    assert crowded.told == 0


def test_who_was_elsewhere_meanwhile_is_counted_again(crowded: Crowded) -> None:
    """What begins in another city leaves its change there."""
    listing, *_ = crowded.listings
    crowded.edits("PROPERTY", listing, a_property(city="Тверь"))
    for lead in crowded.others[:5]:
        crowded.edits("LEAD", lead, wishless(city="Тверь"))
        crowded.dislikes(listing, lead)
        crowded.edits("LEAD", lead, wishless())
    crowded.edits("PROPERTY", listing, a_property(price=18_000_000))
    crowded.puts()
    assert crowded.told == 1
    assert crowded.lead in crowded.looks_at("PROPERTY", listing)[:10]


@pytest.mark.parametrize("lifted", [True, False])
def test_an_object_that_its_market_does_not_hold_as_it_is_now_is_learned(*, lifted: bool) -> None:
    """Of one transaction the entry may be seen after the object."""
    crowded = Crowded()
    for lead in crowded.others[:5]:
        if lifted:
            crowded.dislikes(crowded.listings[0], lead)
        else:
            crowded.archives("LEAD", lead)
    written = postings.load(crowded.table, "LEAD", crowded.lead)
    market = crowded.held.get("LEAD", written.content.features.market)
    market.entries.pop(crowded.lead)
    told = posting_stands(crowded.table, crowded.held, written, crowded.clock)
    assert told == (1 if lifted else LISTINGS)
