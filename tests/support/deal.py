"""One lead and one listing that fit, over HTTP."""

from typing import Any

from tests.builders import Json, a_lead, a_property
from tests.client import Answer, Client


class Deal:
    """Anna's lead and Boris's listing, a perfect pair."""

    def __init__(self, anna: Client, boris: Client) -> None:
        self.anna, self.boris = anna, boris
        self.lead = anna.post_lead(
            a_lead(client_name="Секрет", client_contacts="тел. клиента", notes="тайна")
        )
        self.listing = boris.post_property(a_property(commission_share=50))

    def lead_side(self, action: str = "LIKE", **said: Any) -> Answer:
        path = f"/leads/{self.lead}/property-recommendations/{self.listing}/action"
        return self.anna.post(path, {"action": action, **said})

    def property_side(self, action: str = "LIKE", **said: Any) -> Answer:
        path = f"/properties/{self.listing}/lead-recommendations/{self.lead}/action"
        return self.boris.post(path, {"action": action, **said})

    def seen(self) -> tuple[Json, Json]:
        """The match as both sides list it."""
        (ours,) = self.anna.get(f"/leads/{self.lead}/matches").needs(200)["matches"]
        (theirs,) = self.boris.get(f"/properties/{self.listing}/matches").needs(200)["matches"]
        return ours, theirs

    def counts(self) -> tuple[int, int]:
        lead = self.anna.get(f"/leads/{self.lead}").needs(200)["match_count"]
        listing = self.boris.get(f"/properties/{self.listing}").needs(200)["match_count"]
        assert self.anna.get("/leads").needs(200)["leads"][-1]["match_count"] == lead
        assert self.boris.get("/properties").needs(200)["properties"][-1]["match_count"] == listing
        return lead, listing

    def recommended(self) -> tuple[int, int]:
        return self.anna.properties_for(self.lead)["total"], self.boris.leads_for(self.listing)[
            "total"
        ]
