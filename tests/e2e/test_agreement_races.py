"""Requests about one pair that meet: replies, record and inboxes are those of one order of the
requests.

A line, as in `LEAD LIKE 60, LEAD archive`, is what one client sends one after the other; the lines
of a race start at once. Which endings are allowed, the domain's own functions say.
"""

import pytest

from cobroke.storage.table import Table
from tests.client import Client
from tests.support.rivals import ROUNDS, SIDES, Rivals


@pytest.fixture
def rivals(stranger: Client, table: Table, a_city: str) -> Rivals:
    return Rivals(stranger, table, a_city)


def test_likes_of_both_at_once_each_doubled_are_one_match_at_the_published_share(
    rivals: Rivals,
) -> None:
    for _ in range(ROUNDS):
        rivals.race("", "LEAD LIKE", "PROPERTY LIKE", "LEAD LIKE", "PROPERTY LIKE")
    for pair in rivals.ended():
        assert (pair.status, pair.agreed_share, pair.counts_as_match) == ("ACCEPTED", 50, True)
        assert sorted(one.to for one in pair.told if one.kind == "CONTACT_SHARED") == [
            "LEAD",
            "PROPERTY",
        ]


def test_a_like_against_a_dislike_ends_as_one_order_of_them(rivals: Rivals) -> None:
    settings = "", "PROPERTY LIKE", "LEAD LIKE 60, PROPERTY LIKE 40", "LEAD LIKE, PROPERTY LIKE"
    for number in range(ROUNDS):
        rivals.race(settings[number // 2 % 4], "LEAD LIKE", "PROPERTY DISLIKE")
    assert not any(pair.contacts_visible for pair in rivals.ended())


def test_nothing_is_accepted_once_an_archive_was_acknowledged_and_nothing_stays_open(
    rivals: Rivals,
) -> None:
    for number in range(ROUNDS):
        setting = ("LEAD LIKE", "", "LEAD LIKE 60, PROPERTY LIKE 40")[number // 2 % 3]
        archiver = SIDES[number // 6 % 2]
        rivals.race(setting, "PROPERTY LIKE 60", f"{archiver} archive, PROPERTY LIKE 60")
    assert not any(pair.status == "PENDING" for pair in rivals.ended())


def test_a_counter_offer_against_a_concession_agrees_on_a_number_that_its_sender_sent(
    rivals: Rivals,
) -> None:
    for number in range(ROUNDS):
        conceded = (60, 50, 45)[number // 2 % 3]
        rivals.race("LEAD LIKE 60, PROPERTY LIKE 40", "LEAD LIKE 50", f"PROPERTY LIKE {conceded}")
    for pair in rivals.ended():
        assert pair.agreed_share in (None, pair.offer_lead, pair.offer_property)


def test_both_complete_at_once_and_both_objects_are_archived(rivals: Rivals) -> None:
    for _ in range(ROUNDS):
        rivals.race("LEAD LIKE, PROPERTY LIKE", "LEAD complete, LEAD complete", "PROPERTY complete")
    assert {pair.status for pair in rivals.ended()} == {"COMPLETED"}


def test_a_withdrawal_against_a_completion_is_the_first_of_them(rivals: Rivals) -> None:
    for _ in range(ROUNDS):
        rivals.race("LEAD LIKE, PROPERTY LIKE", "LEAD DISLIKE", "PROPERTY complete")
    assert {pair.status for pair in rivals.ended()} <= {"REJECTED", "COMPLETED"}
