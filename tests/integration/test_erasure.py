"""A realtor is erased: nothing of them is left in the table, whatever comes in between, and what
others have agreed on with them stays.
"""

from random import Random

import pytest

from cobroke.domain.deals.pair import Side
from cobroke.domain.errors import NotFound, Unauthorized
from cobroke.domain.postings.kinds import other
from cobroke.domain.realtors import Contacts, Realtor
from cobroke.flows.deals import agreement, blocks
from cobroke.flows.erasing.fates import FATES
from cobroke.flows.matching.one_pair import look_at
from cobroke.flows.own.profile import put_contacts
from cobroke.storage import entities
from cobroke.storage.erasing import jobs
from cobroke.storage.parting import parted
from cobroke.storage.postings import counts
from tests.pump import drain
from tests.support.leaving import CANARIES, Leaving, has_left, her, holding, naming
from tests.support.town import SIDES, pumps

FEW = ("PENDING by him", "ACCEPTED", "kept")


@pytest.fixture(autouse=True)
def aws() -> None:
    """No account: the table is in memory."""


@pytest.fixture
def town() -> Leaving:
    town = Leaving()
    town.lives()
    return town


NAMING_NOBODY = {name for name, fate in FATES.items() if fate == "not theirs"} | {
    *("TELEGRAM", "GONE", "CLOSING", "FLAT")
}
"""What is kept of a realtor names them elsewhere than in its keys, or they have none."""


def test_of_each_kind_of_item_it_is_known_what_becomes_of_it() -> None:
    assert set(FATES) == {one.name for one in entities.ENTITIES}


def test_nothing_of_hers_is_left(town: Leaving) -> None:
    there = {item["entity"] for item in naming(town.table.items(), town.anna)}
    assert {*FATES} - there == NAMING_NOBODY
    assert len(holding(town.table.items(), *CANARIES)) > 50
    town.leaves()
    town.works()
    assert holding(town.table.items(), *CANARIES) == []
    assert town.audits() == {}
    assert has_left(town)
    assert [*jobs.all_of(town.table)] == []
    assert not parted.load(town.table, town.boris).raw_ids


@pytest.mark.parametrize("kind", SIDES)
def test_what_both_have_agreed_on_stays_and_names_nobody(town: Leaving, kind: Side) -> None:
    town.leaves()
    for _ in range(2):
        for name in ("ACCEPTED", "COMPLETED"):
            (match,) = town.theirs(kind, name)
            assert match.sides.pair.status == name
            assert match.nameless
            assert match.counterpart == Realtor(
                town.anna, "", "", erased_at=match.counterpart.erased_at, token_version=2, version=3
            )
            assert match.message is None
        town.works()
    stored = match.sides.of(kind)
    assert stored.content.body == stored.content.body | ANONYMOUS[kind]
    assert stored.content.features.city == "москва"


ANONYMOUS: dict[Side, dict[str, object]] = {
    "LEAD": {"client_name": None, "client_contacts": None, "notes": None},
    "PROPERTY": {"photos": [], "description": None},
}


@pytest.mark.parametrize("kind", SIDES)
def test_every_other_match_is_gone_and_counted_no_more(town: Leaving, kind: Side) -> None:
    town.leaves()
    town.works()
    for name, ids in town.pairs[kind].items():
        is_kept = name in {"ACCEPTED", "COMPLETED"}
        assert [one.sides.pair.status for one in town.theirs(kind, name)] == [name] * is_kept
        theirs = ids.property_id if kind == "LEAD" else ids.lead_id
        assert counts.match_count(town.table, other(kind), theirs) == is_kept


@pytest.mark.parametrize("kind", SIDES)
@pytest.mark.parametrize("behind", [True, False])
def test_what_stays_may_be_completed_or_withdrawn(town: Leaving, kind: Side, behind: bool) -> None:
    ids, done = town.pairs[kind]["ACCEPTED"], town.pairs[kind]["COMPLETED"]
    town.leaves()
    if behind:
        town.works()
    agreement.complete(town.table, town.boris, done, town.clock)
    assert town.acts(other(kind), ids, "DISLIKE").status == "REJECTED"
    town.works()
    assert [one.sides.pair.status for one in town.theirs(kind, "ACCEPTED")] == ["REJECTED"]
    with pytest.raises(NotFound):
        town.acts(other(kind), ids)
    assert town.audits() == {}
    assert has_left(town)


def test_from_the_request_on_she_is_as_one_who_is_blocked(town: Leaving) -> None:
    fresh = town.posts("PROPERTY", town.boris, {**her("PROPERTY"), "photos": []})
    hers = [ids.lead_id for ids in town.pairs["LEAD"].values()]
    assert town.looks_at("PROPERTY", fresh)
    town.leaves()
    assert not {*hers} & {*town.looks_at("PROPERTY", fresh)}
    for name, ids in town.pairs["LEAD"].items():
        if name not in {"ACCEPTED", "COMPLETED"}:
            with pytest.raises(NotFound):
                town.acts("PROPERTY", ids)
            with pytest.raises(NotFound):
                look_at(
                    town.table, "PROPERTY", town.boris, ids.property_id, ids.lead_id, town.clock
                )
    with pytest.raises(NotFound):
        blocks.block(town.table, town.boris, town.anna, town.clock)
    assert [one.realtor.id for one in blocks.blocked_by(town.table, town.clara)] == []


def test_nobody_is_told_and_she_is_told_nothing(town: Leaving) -> None:
    told = town.every_notice
    town.leaves()
    town.posts("PROPERTY", town.boris, {**her("PROPERTY"), "photos": []})
    town.works()
    agreement.complete(town.table, town.boris, town.pairs["LEAD"]["ACCEPTED"], town.clock)
    town.follows()
    replay(town)
    assert {one for one in town.every_notice if one[0] != town.anna} == {
        one for one in told if one[0] != town.anna
    }
    assert not [one for one in town.every_notice if one[0] == town.anna]


def replay(town: Leaving) -> None:
    """The stream from its start, to the functions as they are now."""
    with town.followed():
        drain(town.table.stream, *pumps(Random(2), quiet=True))


def test_what_a_token_that_was_still_good_has_written_goes_too(town: Leaving) -> None:
    town.leaves()
    town.follows()
    town.works_on(town.jobs.messages.pop(0))
    town.posts("LEAD", town.anna, her("LEAD"))
    blocks.block(town.table, town.anna, town.boris, town.clock)
    with pytest.raises(Unauthorized):
        put_contacts(town.table, town.anna, Contacts("+79990004242"), town.clock)
    town.works()
    assert town.audits() == {}
    assert has_left(town)
    assert not parted.load(town.table, town.boris).raw_ids


def test_it_is_repeatable(town: Leaving) -> None:
    erased_at = town.leaves()
    town.works()
    items = [one for one in town.table.items() if one["entity"] != "MARKET"]
    assert town.leaves() == erased_at
    town.works()
    assert [one for one in town.table.items() if one["entity"] != "MARKET"] == items
