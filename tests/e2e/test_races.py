"""Writes that meet: whatever the order, object, market entry and changes agree."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from cobroke.domain.matching.market import SHELVES
from cobroke.domain.postings.features import Group, Market
from cobroke.domain.postings.kinds import KINDS
from cobroke.storage import keys
from cobroke.storage.postings import postings
from cobroke.storage.table import Table
from tests.builders import a_lead, a_property, a_telegram_id
from tests.client import Client

ROUNDS = 50


def _entries(table: Table, city: str) -> list[tuple[str, str, int]]:
    """Every market entry of a city's flats: partition, sort key, version."""
    market = Market(city, Group.FLAT)
    partitions = [
        keys.market_shelf(kind, market, shelf) for kind in KINDS for shelf in SHELVES[kind]
    ]
    return [(pk, item["SK"], item["version"]) for pk in partitions for item in table.query(pk)]


def test_two_edits_at_once_end_in_one_order(stranger: Client, table: Table, a_city: str) -> None:
    anna, boris = stranger.registered(), stranger.registered()
    other_city = f"{a_city}-2"
    lead = anna.post_lead(a_lead(city=a_city, rooms=[]))
    listing = boris.post_property(a_property(city=a_city))
    with ThreadPoolExecutor(2) as pool:
        for number in range(ROUNDS):
            one = a_property(city=a_city, price=15_000_000 + number, rooms=number % 4)
            other = a_property(
                city=other_city if number % 3 == 0 else a_city, price=19_000_000 - number
            )
            answers = list(
                pool.map(
                    lambda body: boris.put(f"/properties/{listing}", body).needs(200), (one, other)
                )
            )
            now = boris.get(f"/properties/{listing}").needs(200)
            assert now in answers
            stored = postings.load_own(
                table, "PROPERTY", keys.owned("PROPERTY", listing)[0].partition("#")[2], listing
            )
            entries = _entries(table, a_city) + _entries(table, other_city)
            pk, sk = keys.market_entry(stored.content.features, listing)
            assert [entry for entry in entries if listing in entry[1]] == [(pk, sk, stored.version)]
            assert stored.version == 2 * number + 3
            shown = [row["property_data"] for row in anna.properties_for(lead)["recommendations"]]
            here = now["address"]["city"] == a_city
            assert [row["details"] for row in shown] == ([now["details"]] if here else [])


def test_an_edit_against_an_archive_leaves_no_entry(
    stranger: Client, table: Table, a_city: str
) -> None:
    boris = stranger.registered()
    with ThreadPoolExecutor(2) as pool:
        for number in range(10):
            listing = boris.post_property(a_property(city=a_city))
            path = f"/properties/{listing}"
            edit = pool.submit(boris.put, path, a_property(city=a_city, price=15_000_000 + number))
            boris.put(f"{path}/archive").needs(200)
            assert edit.result().status in (200, 409)
            assert boris.get(path).needs(200)["status"] == "ARCHIVED"
            assert _entries(table, a_city) == []


def test_one_telegram_id_registered_eight_times_at_once_is_one_realtor(stranger: Client) -> None:
    for _ in range(5):
        telegram_id = a_telegram_id()
        with ThreadPoolExecutor(8) as pool:
            body = {"telegram_id": telegram_id, "phone": "89161234567"}
            answers = list(
                pool.map(
                    lambda _, body=body: stranger.post("/auth/register", body).status, range(8)
                )
            )
        assert sorted(answers) == [201] + [409] * 7


def _saying(client: Client, name: str, value: str) -> Client:
    return Client(client.transport, client.token, {name: value})


def test_twenty_creates_at_once_stop_at_a_thousand(
    stranger: Client, table: Table, a_city: str
) -> None:
    for _ in range(5):
        anna = stranger.registered()
        pk, sk = keys.limits(anna.get("/me").needs(200)["realtor_id"])
        table.transact([table.put({"PK": pk, "SK": sk, "entity": "LIMITS", "leads": 995})])
        with ThreadPoolExecutor(20) as pool:
            answers = list(
                pool.map(lambda _, anna=anna: anna.post("/leads", a_lead(city=a_city)), range(20))
            )
        assert sorted(answer.status for answer in answers) == [201] * 5 + [429] * 15
        assert {answer.json["code"] for answer in answers if answer.status == 429} == {
            "limit_reached"
        }
        assert anna.get("/leads").needs(200)["total"] == 5
        assert (table.get((pk, sk)) or {})["leads"] == 1000


def test_one_create_asked_for_eight_times_at_once_is_made_once(
    stranger: Client, a_city: str
) -> None:
    anna = stranger.registered()
    for number in range(5):
        keyed = _saying(anna, "idempotency-key", f"at once {number}")
        with ThreadPoolExecutor(8) as pool:
            answers = list(
                pool.map(lambda _, keyed=keyed: keyed.post("/leads", a_lead(city=a_city)), range(8))
            )
        assert [answer.status for answer in answers] == [201] * 8
        assert len({(answer.text, answer.headers["etag"]) for answer in answers}) == 1
        assert anna.get("/leads").needs(200)["total"] == number + 1


def test_of_two_bodies_under_one_key_at_once_one_is_made(stranger: Client, a_city: str) -> None:
    anna, bodies = stranger.registered(), (a_lead(city=a_city), a_lead(city=a_city, rooms=[1]))
    for number in range(5):
        keyed = _saying(anna, "idempotency-key", f"two bodies {number}")
        with ThreadPoolExecutor(8) as pool:
            statuses = list(
                pool.map(
                    lambda one, keyed=keyed: keyed.post("/leads", bodies[one % 2]).status, range(8)
                )
            )
        assert {tuple(statuses[::2]), tuple(statuses[1::2])} == {(201,) * 4, (422,) * 4}
        assert anna.get("/leads").needs(200)["total"] == number + 1


@pytest.mark.parametrize("noun", ["leads", "properties"])
def test_of_two_writes_over_one_version_one_is_refused(
    stranger: Client, a_city: str, noun: str
) -> None:
    anna, body = (
        stranger.registered(),
        a_lead(city=a_city) if noun == "leads" else a_property(city=a_city),
    )
    path = f"/{noun}/{anna.post_lead(body) if noun == 'leads' else anna.post_property(body)}"
    with ThreadPoolExecutor(2) as pool:
        for number in range(10):
            fits = _saying(anna, "if-match", anna.get(path).headers["etag"])
            bodies = [
                body | {"notes": text, "description": text}
                for text in (f"{number}", f"{number}, too")
            ]
            answers = list(pool.map(lambda one, fits=fits: fits.put(path, one), bodies))
            won, lost = sorted(answers, key=lambda answer: answer.status)
            assert (won.status, lost.status) == (200, 412)
            assert lost.json["code"] == "precondition_failed"
            now = anna.get(path)
            assert (now.json, now.headers["etag"]) == (won.json, won.headers["etag"])
