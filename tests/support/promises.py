"""A lead among listings, and a listing among leads, through the API: of strangers, of a realtor who
is blocked and of one's own; what was done about some hides them, or lets them wait to come back.
"""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from itertools import count
from random import Random
from typing import Any, NamedTuple

from tests import oracle
from tests.client import Client
from tests.support.near_leads import near_leads
from tests.support.near_market import changed, near_market

type Json = dict[str, Any]

FITS = 80
MOST_PRICE = 10**12


class Realtors(NamedTuple):
    """Who asks, who has most of what they ask for, and whom they block."""

    asks: Client
    stranger: Client
    blocked: Client

    @classmethod
    def registered(cls, stranger: Client) -> "Realtors":
        return cls(*(stranger.registered() for _ in cls._fields))

    def owner(self, rng: Random) -> Client:
        return rng.choices(self, [1, 8, 2])[0]

    def block(self) -> None:
        an_id = self.blocked.get("/me").needs(200)["realtor_id"]
        self.asks.put(f"/realtors/{an_id}/block").needs(200)


class LeadInAMarket:
    def __init__(self, realtors: Realtors, rng: Random, city: str = "") -> None:
        near = near_market(rng, size=40)
        self.who, self._wish = realtors, deepcopy(near.lead)
        self._wish["location"]["city"] = city or self._wish["location"]["city"]
        self.lead = realtors.asks.post_lead({"requirements": self._wish})
        theirs: dict[str, Json] = {}
        for body in near.listings.values():
            body["address"]["city"] = self._wish["location"]["city"]
            owner = realtors.owner(rng)
            an_id = owner.post_property(body)
            if owner is realtors.stranger:
                theirs[an_id] = body
        realtors.block()
        listed = [an_id for an_id, body in theirs.items() if (self._score(body) or 0) >= 5000]
        deeds = (self._wait_to_come_back, self._invite, self._like, self._decline, self._refuse)
        for number, an_id in enumerate(rng.sample(listed, len(listed) // 2)):
            deeds[number % len(deeds)](an_id, theirs[an_id])

    def _score(self, body: Json) -> int | None:
        return oracle.score(self._wish, body)

    def ask(self) -> Json:
        found: Json = self.who.asks.get(f"/leads/{self.lead}/what-if").needs(200)
        return found

    def put(self, step: Json | None = None) -> None:
        """Write the lead as a step has it, or as it was."""
        wish = self._wish
        if step:
            is_bound = step["change"].startswith(("BUDGET", "AREA"))
            to = kopecks(step["to"]) if is_bound else step["to"]
            wish = changed(wish, step["change"], to)
        self.who.asks.put(f"/leads/{self.lead}", {"requirements": wish}).needs(200)

    def shown(self) -> Mapping[str, Any]:
        """The scores of the list."""
        rows = self.who.asks.properties_for(self.lead, limit=100)["recommendations"]
        return {row["property_id"]: row["match_score"] for row in rows}

    def keeps(self, promised: Json) -> None:
        """Do the step, and fail unless what it promises is there, in the list too."""
        before = self.shown()
        self.put(promised)
        asked, shown = self.ask(), self.shown()
        fitting = {an_id: score for an_id, score in shown.items() if score >= FITS}
        assert (asked["fitting"], asked["listed"]) == (promised["fitting"], len(shown))
        assert len(fitting) == promised["fitting"]
        best = promised["best"]
        assert fitting[best["property_id"]] == best["match_score"]
        assert before.get(best["property_id"], 0) < FITS
        self.put()

    def _act(self, an_id: str, action: str) -> None:
        path = f"/leads/{self.lead}/property-recommendations/{an_id}/action"
        self.who.asks.post(path, {"action": action}).needs(200)

    def _answer(self, an_id: str, action: str) -> None:
        path = f"/properties/{an_id}/lead-recommendations/{self.lead}/action"
        self.who.stranger.post(path, {"action": action}).needs(200)

    def _wait_to_come_back(self, an_id: str, body: Json) -> None:
        """Better than at the dislike, and the lead not newer."""
        self._act(an_id, "DISLIKE")
        kind = {name: self._wish[name] for name in ("property_class", "condition")}
        better = body | {"details": body["details"] | kind}
        self.who.stranger.put(f"/properties/{an_id}", better).needs(200)

    def _invite(self, an_id: str, _: Json) -> None:
        self._answer(an_id, "LIKE")

    def _like(self, an_id: str, _: Json) -> None:
        self._act(an_id, "LIKE")

    def _decline(self, an_id: str, _: Json) -> None:
        self._answer(an_id, "LIKE")
        self._act(an_id, "DISLIKE")

    def _refuse(self, an_id: str, _: Json) -> None:
        self._answer(an_id, "DISLIKE")


class ListingInAMarket:
    def __init__(self, realtors: Realtors, rng: Random, city: str = "") -> None:
        near = near_leads(rng, size=30)
        self.who, self._body = realtors, deepcopy(near.listing)
        self._body["address"]["city"] = city or self._body["address"]["city"]
        self.listing = realtors.asks.post_property(self._body)
        for wish in near.leads.values():
            wish["location"]["city"] = self._body["address"]["city"]
            owner = realtors.owner(rng)
            an_id = owner.post_lead({"requirements": wish})
            if owner is realtors.stranger and (oracle.score(wish, self._body) or 0) >= 5000:
                self._act(rng.choice(["nobody", "nobody", "invited", "liked"]), an_id)
        realtors.block()

    def ask(self) -> Json:
        found: Json = self.who.asks.get(f"/properties/{self.listing}/demand").needs(200)
        return found

    def at(self, price: Any) -> Json:
        """What is answered after a PUT of this price."""
        body = self._body | {"details": self._body["details"] | {"price": price}}
        self.who.asks.put(f"/properties/{self.listing}", body).needs(200)
        return self.ask()

    def shown(self) -> list[Any]:
        """The scores of the list."""
        rows = self.who.asks.leads_for(self.listing, limit=100)["recommendations"]
        return [row["match_score"] for row in rows]

    def _act(self, deed: str, an_id: str) -> None:
        ours = f"/properties/{self.listing}/lead-recommendations/{an_id}/action"
        theirs = f"/leads/{an_id}/property-recommendations/{self.listing}/action"
        if deed == "invited":
            self.who.stranger.post(theirs, {"action": "LIKE"}).needs(200)
        elif deed == "liked":
            self.who.asks.post(ours, {"action": "LIKE"}).needs(200)


def promises(
    realtors: Callable[[], Realtors], city: Callable[[int], str] = lambda _: ""
) -> Iterator[tuple[LeadInAMarket, Json]]:
    """Yield steps without end, each with the lead that is promised it; some dislikes wait for the
    PUT.
    """
    for seed in count():
        scene = LeadInAMarket(realtors(), Random(seed), city(seed))
        yield from ((scene, step) for step in scene.ask()["steps"])


def kopecks(price: Any) -> int:
    return int(price * 100)


def ends(curve: list[Json]) -> list[tuple[Any, int]]:
    """Both ends of each stretch that may be a price, and how many buyers are said to be there."""
    found = [(each[end], each["buyers"]) for each in curve for end in ("from", "to")]
    return [(price, buyers) for price, buyers in found if price <= MOST_PRICE]
