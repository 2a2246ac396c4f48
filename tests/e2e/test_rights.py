"""The matrix of rights, walked cell by cell over HTTP, against real objects."""

import itertools
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import pytest

from cobroke.edge.routes import ROUTES, Route
from cobroke.exact_json import dumps
from tests.builders import a_lead, a_property, a_registration, a_telegram_id, init_data
from tests.client import Client
from tests.polling import soon
from tests.rights import CALLERS, ENDINGS, RIGHTS

BUILDERS = 2
_cities = itertools.count(1)


class World(NamedTuple):
    """A realtor with a lead, a property, a match and a notice of it; and counterparts of both
    objects.
    """

    client: Client
    telegram_id: str
    city: str
    ids: Mapping[str, str]
    """By the names in paths; `their_lead_id` and `their_property_id` are the counterparts'."""

    def path(self, route: Route) -> str:
        """The first id of a path is the realtor's own, the second a counterpart's."""
        head, *others = route.path.split("{")
        for number, part in enumerate(others):
            name, _, rest = part.partition("}")
            head += self.ids[f"their_{name}" if number else name] + rest
        return head

    def state(self) -> list[Any]:
        """All that is the realtor's, as they see it."""
        own = [f"/leads/{self.ids['lead_id']}", f"/properties/{self.ids['property_id']}"]
        paths = ["/me", "/leads", "/properties", *own, f"{own[0]}/matches", f"{own[1]}/matches"]
        return [
            self.client.get(path).needs(200)
            for path in (*paths, f"/matches/{self.ids['match_id']}")
        ]


def a_world(
    stranger: Client, *, verified: bool = True, archived: bool = False, told: bool = True
) -> World:
    city, telegram_id = f"права-{next(_cities)}", a_telegram_id()
    proof = {"telegram_auth_data": {"init_data": init_data(int(telegram_id))}} if verified else {}
    realtor, other = stranger.registered(telegram_id=telegram_id, **proof), stranger.registered()
    lead, agreed = realtor.post_lead(a_lead(city=city)), realtor.post_lead(a_lead(city=city))
    listing = realtor.post_property(a_property(city=city))
    their_lead, their_listing = (
        other.post_lead(a_lead(city=city)),
        other.post_property(a_property(city=city)),
    )
    like = {"action": "LIKE"}
    realtor.post(f"/leads/{agreed}/property-recommendations/{their_listing}/action", like).needs(
        200
    )
    match = other.post(
        f"/properties/{their_listing}/lead-recommendations/{agreed}/action", like
    ).needs(200)["match"]
    assert match["status"] == "ACCEPTED"
    if archived:
        realtor.post(f"/leads/{lead}/archive").needs(200)
        realtor.post(f"/leads/{agreed}/archive").needs(200)
        realtor.put(f"/properties/{listing}/archive").needs(200)
    ids = {
        "lead_id": lead,
        "property_id": listing,
        "match_id": match["match_id"],
        "their_lead_id": their_lead,
        "their_property_id": their_listing,
        "notification_id": _a_notice(realtor) if told else "",
        "realtor_id": str(stranger.registered().get("/me").needs(200)["realtor_id"]),
    }
    return World(realtor, telegram_id, city, ids)


def _a_notice(realtor: Client) -> str:
    notices = soon(lambda: realtor.get("/notifications").needs(200)["notifications"])
    assert notices, "no notice of the match"
    return str(notices[0]["id"])


type Worlds = Mapping[str, World]
"""By the caller; what ENDINGS are about, by the caller and `, ended`."""


@pytest.fixture(scope="module")
def worlds(stranger: Client) -> Worlds:
    unverified, ended = {"verified": False}, {"told": False}
    wanted: dict[str, dict[str, bool]] = {
        "untouched": {},
        "owner": {},
        "owner, ended": ended,
        "unverified": unverified,
        "unverified, ended": unverified | ended,
        "archived": {"archived": True},
    }
    with ThreadPoolExecutor(BUILDERS) as pool:
        return dict(
            zip(
                wanted,
                pool.map(lambda facts: a_world(stranger, **facts), wanted.values()),
                strict=True,
            )
        )


@pytest.fixture(scope="module")
def untouched(worlds: Worlds) -> tuple[World, list[Any]]:
    """What those ask of who have no right to it, and its state before they did."""
    world = worlds["untouched"]
    return world, world.state()


@pytest.fixture(scope="module")
def other(stranger: Client) -> tuple[Client, str]:
    telegram_id = a_telegram_id()
    proof = {"init_data": init_data(int(telegram_id))}
    return stranger.registered(telegram_id=telegram_id, telegram_auth_data=proof), telegram_id


def a_body(route: Route, city: str, telegram_id: str) -> Any:
    bodies = {
        "/auth/register": a_registration(telegram_id=telegram_id),
        "/auth/telegram": {"telegram_auth_data": {"init_data": init_data(int(telegram_id))}},
        "/me/pushes": {"pushes": {"enabled": True, "quiet": {"from": "22:00", "to": "08:00"}}},
        "/me": {"phone": "+79161234567"},
    }
    if route.path in bodies:
        return bodies[route.path]
    if route.path.endswith("/action"):
        return {"action": "LIKE"}
    if route.function == "leads":
        return a_lead(city=city)
    return a_property(city=city, house_number="18")  # another's flat is not the world's once more


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("route", ROUTES, ids=[route.key for route in ROUTES])
def test_a_caller_gets_what_is_his_right(
    stranger: Client,
    worlds: Worlds,
    untouched: tuple[World, list[Any]],
    other: tuple[Client, str],
    route: Route,
    caller: str,
) -> None:
    if caller in {"other", "stranger"}:
        world = untouched[0]
        client, telegram_id = other if caller == "other" else (stranger, a_telegram_id())
    else:
        world = worlds[
            f"{caller}, ended" if route.key in ENDINGS and caller != "archived" else caller
        ]
        client, telegram_id = world.client, world.telegram_id
    if (route.key, caller) == ("POST /auth/telegram", "unverified"):
        telegram_id = a_telegram_id()
        stranger.registered(telegram_id=telegram_id)  # a first login ends every token of before
    if route.key in {"POST /auth/logout", "DELETE /me"} and caller != "stranger":
        client = stranger.registered()  # for it ends every token too
    body = dumps(a_body(route, world.city, telegram_id)).encode() if route.takes_body else None
    answer = client.send(route.method, world.path(route), body)
    status, _, code = getattr(RIGHTS[route.key], caller).partition(" ")
    said = answer.needs(int(status))
    assert not code or said["code"] == code
    assert answer.status != 401 or answer.headers["www-authenticate"] == "Bearer"


def test_who_has_no_right_has_changed_nothing(untouched: tuple[World, list[Any]]) -> None:
    world, before = untouched
    assert world.state() == before
    notices = world.client.get("/notifications").needs(200)
    assert notices["unread_count"] == notices["total"] > 0
