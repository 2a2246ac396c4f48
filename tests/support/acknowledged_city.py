"""A city as the API has acknowledged it, and what each list must show of it by the oracle."""

import threading
from decimal import Decimal
from random import Random

from cobroke.exact_json import dumps, loads
from tests import market, oracle
from tests.builders import Json
from tests.client import Client


class AcknowledgedCity:
    """What the API has acknowledged of a market, and the clients who wrote it."""

    def __init__(self, stranger: Client) -> None:
        self.realtors = [stranger.registered() for _ in range(12)]
        self.leads: dict[str, Json] = {}
        self.listings: dict[str, Json] = {}
        self.shown_at_once = 0
        self._lock = threading.Lock()

    def create_lead(self, number: int, body: Json) -> None:
        created = self.realtors[number % 12].post("/leads", body).needs(201)
        self._acknowledged(self.leads, created["lead_id"], number % 12, created["created_at"], body)

    def create_listing(self, number: int, body: Json) -> None:
        created = self.realtors[number % 12].post("/properties", body).needs(201)
        facts = self._acknowledged(
            self.listings, created["property_id"], number % 12, created["created_at"], body
        )
        self.must_show_to_a_lead(facts)

    def edit_listing(self, facts: Json, rng: Random) -> None:
        owner, path = self.realtors[facts["owner"]], f"/properties/{facts['id']}"
        if rng.random() < 0.2:
            owner.put(f"{path}/archive").needs(200)
            facts["status"] = "ARCHIVED"
        else:
            facts["body"] = _as_read(market.edited_listing(rng, facts["body"]))
            owner.put(path, facts["body"]).needs(200)
        self.must_show_to_a_lead(facts)

    def edit_lead(self, facts: Json, rng: Random) -> None:
        owner, path = self.realtors[facts["owner"]], f"/leads/{facts['id']}"
        if rng.random() < 0.2:
            owner.post(f"{path}/archive").needs(200)
            facts["status"] = "ARCHIVED"
        else:
            facts["body"] = _as_read(market.edited_lead(rng, facts["body"]))
            owner.put(path, facts["body"]).needs(200)
        self.must_show_to_a_listing(facts)

    def must_show_to_a_lead(self, listing: Json) -> None:
        scores = ((self._points(lead, listing), lead["id"]) for lead in list(self.leads.values()))
        points, lead_id = max(scores)
        self._must_show(self._best_for_lead(self.leads[lead_id]), "property_id", listing, points)

    def must_show_to_a_listing(self, lead: Json) -> None:
        scores = (
            (self._points(lead, listing), listing["id"]) for listing in list(self.listings.values())
        )
        points, listing_id = max(scores)
        self._must_show(self._best_for_listing(self.listings[listing_id]), "lead_id", lead, points)

    def _must_show(self, answer: Json, name: str, facts: Json, points: int) -> None:
        """In the very next answer: there with its score, or rightly not there."""
        rows = {row[name]: row for row in answer["recommendations"]}
        if facts["status"] == "ARCHIVED" or points < oracle.LISTED_FROM:
            assert facts["id"] not in rows
        elif facts["id"] in rows:
            assert rows[facts["id"]]["match_score"] == Decimal(points).scaleb(-2)
        else:
            last = answer["recommendations"][-1]
            assert len(rows) == 100
            assert (last["match_score"], last[name]) > (Decimal(points).scaleb(-2), facts["id"])
            return
        with self._lock:
            self.shown_at_once += 1

    def _points(self, lead: Json, listing: Json) -> int:
        if lead["owner"] == listing["owner"] or "ARCHIVED" in (lead["status"], listing["status"]):
            return -1
        points = oracle.score(lead["body"]["requirements"], listing["body"])
        return -1 if points is None else points

    def _best_for_lead(self, lead: Json) -> Json:
        best: Json = self.realtors[lead["owner"]].properties_for(lead["id"], limit=100)
        return best

    def _best_for_listing(self, listing: Json) -> Json:
        best: Json = self.realtors[listing["owner"]].leads_for(listing["id"], limit=100)
        return best

    def must_be_exact(self, own: Json) -> None:
        """The whole list equals the independent scorer's: ids, scores, order, total."""
        lead = own["id"] in self.leads
        answer = self._best_for_lead(own) if lead else self._best_for_listing(own)
        side: oracle.Side = "lead" if lead else "listing"
        others, name = (self.listings, "property_id") if lead else (self.leads, "lead_id")
        expected = oracle.recommended(own, others.values(), side=side)
        shown = [
            oracle.Row(row[name], Decimal(row["match_score"])) for row in answer["recommendations"]
        ]
        assert shown == expected.rows
        assert answer["total"] == expected.total

    def must_page(self, lead: Json) -> None:
        """Pages of seven give the whole list, every row once."""
        realtor, whole = self.realtors[lead["owner"]], self._best_for_lead(lead)["recommendations"]
        paged: list[Json] = []
        for number in range(1, len(whole) // 7 + 3):
            paged += realtor.properties_for(lead["id"], page=number, limit=7)["recommendations"]
        assert paged == whole

    def _acknowledged(
        self, kind: dict[str, Json], posting_id: str, owner: int, created_at: str, body: Json
    ) -> Json:
        facts = {
            "id": posting_id,
            "owner": owner,
            "status": "ACTIVE",
            "created_at": created_at,
            "body": _as_read(body),
        }
        with self._lock:
            kind[posting_id] = facts
        return facts


def _as_read(body: Json) -> Json:
    read: Json = loads(dumps(body))
    return read
