"""Two realtors from the first like to the deal, over HTTP: what each is told, and what they may see
of the other when.
"""

from functools import partial
from typing import Any, NamedTuple

from cobroke.exact_json import dumps
from tests.builders import a_lead, a_property, a_telegram_id, init_data
from tests.client import Answer, Client
from tests.polling import eventually
from tools.emulator import RunningStack

type Json = dict[str, Any]


class Realtor(NamedTuple):
    """A client that keeps all it was answered, each with the path that was asked."""

    client: Client
    heard: list[tuple[str, Answer]]

    def inbox(self, match_id: str) -> list[str]:
        """What this match was told of, by reason or type, in no order."""
        told = self.client.get("/notifications").needs(200)["notifications"]
        of_it = [one for one in told if one["data"].get("match_id") == match_id]
        return sorted(one["data"].get("reason", one["type"]) for one in of_it)

    def is_told(self, match_id: str, what: str) -> bool:
        return what in self.inbox(match_id)


class Deal(NamedTuple):
    """Anna's lead and Boris's listing."""

    anna: Realtor
    boris: Realtor
    lead: str
    listing: str

    @property
    def match_id(self) -> str:
        return self.lead + self.listing

    def lead_side(self, action: str, listing: str = "", **said: Any) -> Answer:
        path = f"/leads/{self.lead}/property-recommendations/{listing or self.listing}/action"
        return self.anna.client.post(path, {"action": action, **said})

    def property_side(self, action: str, listing: str = "", **said: Any) -> Answer:
        path = f"/properties/{listing or self.listing}/lead-recommendations/{self.lead}/action"
        return self.boris.client.post(path, {"action": action, **said})

    def listed(self) -> tuple[Json, Json]:
        """The match in Anna's list and in Boris's, each as it is when asked for alone."""
        whose = (
            (self.anna, f"/leads/{self.lead}/matches"),
            (self.boris, f"/properties/{self.listing}/matches"),
        )
        (ours,), (theirs,) = (who.client.get(path).needs(200)["matches"] for who, path in whose)
        for who, match in ((self.anna, ours), (self.boris, theirs)):
            assert who.client.get(f"/matches/{self.match_id}").needs(200) == match
        return ours, theirs

    def shown(self) -> list[str | None]:
        """Boris's Telegram and phone as Anna sees them, Anna's as Boris does, and the client's
        name.
        """
        ours, theirs = self.listed()
        reached = [
            view["realtor_info"][name] for view in (ours, theirs) for name in ("telegram", "phone")
        ]
        return [*reached, theirs["lead"]["client_name"]]

    def agree(self) -> None:
        self.lead_side("LIKE").needs(200)
        assert self.property_side("LIKE").needs(200)["match"]["status"] == "ACCEPTED"


HIDDEN = [None] * 5


def a_realtor(
    stranger: Client, phone: str, telegram_id: str | None = None, **person: Any
) -> Realtor:
    """Registered with a Mini App's proof."""
    heard = list[tuple[str, Answer]]()

    def listening(verb: str, path: str, *rest: Any) -> Answer:
        answer = stranger.transport(verb, path, *rest)
        heard.append((path, answer))
        return answer

    identity = telegram_id or a_telegram_id()
    proof = init_data(
        int(identity), **({"user": dumps({"id": int(identity), **person})} if person else {})
    )
    new = {"telegram_id": identity, "phone": phone, "telegram_auth_data": {"init_data": proof}}
    return Realtor(Client(listening).registered(**new, email=f"{identity}@mail.example.com"), heard)


def a_deal(stranger: Client, city: str, **lead: Any) -> Deal:
    anna = a_realtor(stranger, "8 (916) 123-45-67")
    boris = a_realtor(stranger, "+44 20 7946 0958", first_name="Борис")
    return Deal(
        anna,
        boris,
        anna.client.post_lead(a_lead(city=city, **lead)),
        boris.client.post_property(a_property(city=city)),
    )


def test_from_the_first_like_both_are_told_until_contacts_lie_in_both_inboxes(
    stranger: Client, a_city: str
) -> None:
    deal = a_deal(stranger, a_city)
    anna, boris, match_id = deal.anna, deal.boris, deal.match_id
    deal.lead_side("LIKE", notes="Покупатель готов").needs(200)
    eventually(lambda: boris.inbox(match_id), ["INTEREST"])
    assert deal.listed()[1]["message_from_counterpart"] == "Покупатель готов"
    deal.property_side("LIKE", proposed_commission=40).needs(200)
    eventually(lambda: anna.inbox(match_id), ["MUTUAL"])
    deal.lead_side("LIKE", proposed_commission=45).needs(200)
    eventually(lambda: boris.inbox(match_id), ["INTEREST", "OFFER"])
    assert (
        deal.property_side("LIKE", proposed_commission=45).needs(200)["match"]["agreed_share"] == 45
    )
    eventually(lambda: anna.inbox(match_id), ["CONTACT_SHARED", "MUTUAL"])
    eventually(lambda: boris.inbox(match_id), ["CONTACT_SHARED", "INTEREST", "OFFER"])
    for realtor in (anna, boris):
        (shared,) = realtor.client.get("/notifications", limit=1).needs(200)["notifications"]
        ids = {"lead_id": deal.lead, "property_id": deal.listing, "match_id": match_id}
        assert (shared["type"], shared["data"], shared["is_read"]) == ("CONTACT_SHARED", ids, False)
        assert shared["created_at"] == deal.listed()[0]["timeline"]["contact_shared_at"]


def test_contacts_are_there_exactly_while_both_agree(stranger: Client, a_city: str) -> None:
    deal = a_deal(stranger, a_city, client_name="Семья Ковалёвых")
    deal.lead_side("LIKE").needs(200)
    assert deal.shown() == HIDDEN
    deal.property_side("LIKE").needs(200)
    boris_id = deal.boris.client.get("/me").needs(200)["telegram_id"]
    open_contacts = [
        f"tg://user?id={boris_id}",
        "+442079460958",
        "@ivan",
        "+79161234567",
        "Семья Ковалёвых",
    ]
    assert deal.shown() == open_contacts
    first_time = deal.listed()[0]["timeline"]["contact_shared_at"]
    deal.property_side("DISLIKE").needs(200)
    assert deal.shown() == HIDDEN
    assert deal.lead_side("LIKE").needs(409)["code"] == "pair_declined"
    deal.property_side("LIKE").needs(200)
    assert deal.shown() == HIDDEN
    deal.lead_side("LIKE").needs(200)
    assert deal.shown() == open_contacts
    assert deal.listed()[0]["timeline"]["contact_shared_at"] == first_time
    told_twice = ["CONTACT_SHARED", "CONTACT_SHARED", "INTEREST", "MUTUAL"]
    for realtor in (deal.anna, deal.boris):
        eventually(partial(realtor.inbox, deal.match_id), told_twice)
    deal.anna.client.post(f"/matches/{deal.match_id}/complete").needs(200)
    assert deal.shown() == open_contacts


def test_a_completion_archives_its_own_object_and_closes_what_else_is_pending(
    stranger: Client, a_city: str
) -> None:
    deal = a_deal(stranger, a_city)
    waiting, agreed = (deal.boris.client.post_property(a_property(city=a_city)) for _ in range(2))
    for listing in (deal.listing, waiting, agreed):
        deal.lead_side("LIKE", listing).needs(200)
    for listing in (deal.listing, agreed):
        deal.property_side("LIKE", listing).needs(200)
    done = deal.anna.client.post(f"/matches/{deal.match_id}/complete").needs(200)
    assert (done["status"], done["commission"]["agreed_share"]) == ("COMPLETED", 50)
    assert deal.lead_side("LIKE", waiting).needs(409)["code"] == "archived"
    assert deal.property_side("LIKE", waiting).needs(409)["code"] == "archived"

    def closings(realtor: Realtor) -> list[tuple[str, str | None]]:
        matches = [
            realtor.client.get(f"/matches/{deal.lead}{listing}").needs(200)
            for listing in (waiting, agreed)
        ]
        return [(match["status"], match["closed_reason"]) for match in matches]

    for realtor in (deal.anna, deal.boris):
        eventually(partial(closings, realtor), [("REJECTED", "OBJECT_CLOSED"), ("ACCEPTED", None)])
    lead = deal.anna.client.get(f"/leads/{deal.lead}").needs(200)
    assert (lead["status"], lead["match_count"]) == ("ARCHIVED", 2)
    counts = [
        deal.boris.client.get(f"/properties/{listing}").needs(200)
        for listing in (deal.listing, waiting, agreed)
    ]
    assert [(one["status"], one["match_count"]) for one in counts] == [
        ("ACTIVE", 1),
        ("ACTIVE", 0),
        ("ACTIVE", 1),
    ]
    assert deal.boris.client.leads_for(waiting)["total"] == 0


class Marks(NamedTuple):
    """Texts that stand nowhere else: what nobody else may ever see, and what only the one who has
    agreed may.
    """

    never: frozenset[str]
    agreed: frozenset[str]

    def found(self, *texts: str) -> set[str]:
        return {mark for mark in self.never | self.agreed for text in texts if mark in text}


OF_ANNA = Marks(
    never=frozenset({"mark-contacts", "mark-notes", "7041992801"}),
    agreed=frozenset({"79995550141", "mark_anna", "mark-client"}),
)
OF_BORIS = Marks(
    never=frozenset({"mark-reason", "7041992802"}), agreed=frozenset({"79995550142", "mark_boris"})
)
NOTHING: list[set[str]] = [set(), set(), set()]


def test_what_is_marked_is_in_no_answer_notice_or_log_where_it_may_not_be(
    stranger: Client, stack: RunningStack, a_city: str
) -> None:
    anna = a_realtor(
        stranger, "+79995550141", "7041992801", first_name="Анна", username="mark_anna"
    )
    boris = a_realtor(
        stranger, "+79995550142", "7041992802", first_name="Борис", username="mark_boris"
    )
    vera = a_realtor(stranger, "+79160000000")
    marked = a_lead(
        city=a_city, client_name="mark-client", client_contacts="mark-contacts", notes="mark-notes"
    )
    deal = Deal(
        anna,
        boris,
        anna.client.post_lead(marked),
        boris.client.post_property(a_property(city=a_city)),
    )
    beside = vera.client.post_property(a_property(city=a_city))
    everyone, read_so_far = (anna, boris, vera), [0, 0, 0]

    def heard() -> list[set[str]]:
        """What Anna, Boris and Vera have heard of others since the last time, when all ask for all
        there is.
        """
        for realtor in everyone:
            for path in _all_to_ask(deal, beside):
                realtor.client.get(path)
        new = [
            [answer.text for _, answer in who.heard[at:]]
            for who, at in zip(everyone, read_so_far, strict=True)
        ]
        read_so_far[:] = [len(realtor.heard) for realtor in everyone]
        return [
            OF_BORIS.found(*new[0]),
            OF_ANNA.found(*new[1]),
            OF_ANNA.found(*new[2]) | OF_BORIS.found(*new[2]),
        ]

    assert heard() == NOTHING
    deal.lead_side("LIKE", proposed_commission=60, notes="Добрый день").needs(200)
    deal.property_side("LIKE", proposed_commission=40).needs(200)
    assert heard() == NOTHING
    _refused(deal, marked)
    deal.lead_side("LIKE", proposed_commission=40).needs(200)
    for realtor in (anna, boris):
        eventually(partial(realtor.is_told, deal.match_id, "CONTACT_SHARED"), wanted=True)
    assert heard() == [OF_BORIS.agreed, OF_ANNA.agreed, set()]
    deal.property_side("DISLIKE", notes="mark-reason").needs(200)
    assert heard() == NOTHING

    answers = [(path, answer) for realtor in everyone for path, answer in realtor.heard]
    own = [answer.text for path, answer in answers if path in {"/me", f"/leads/{deal.lead}"}]
    assert OF_ANNA.found(*own) == (OF_ANNA.never | OF_ANNA.agreed) - {"mark_anna"}
    quiet = [
        answer.text for path, answer in answers if answer.status >= 400 or path == "/notifications"
    ]
    logged = stack.logs()
    assert any(anna.client.get("/me").json["realtor_id"] in line for line in logged)
    for marks in (OF_ANNA, OF_BORIS):
        assert marks.found(*quiet) == marks.found(*logged) == set()


def _all_to_ask(deal: Deal, beside: str) -> list[str]:
    lead, listings = (
        f"/leads/{deal.lead}",
        [f"/properties/{listing}" for listing in (deal.listing, beside)],
    )
    of_listings = [
        path + what for path in listings for what in ("", "/lead-recommendations", "/matches")
    ]
    of_lead = [
        lead,
        f"{lead}/property-recommendations",
        f"{lead}/matches",
        f"/matches/{deal.match_id}",
    ]
    return ["/me", "/leads", "/properties", "/notifications", *of_lead, *of_listings]


def _refused(deal: Deal, marked: Json) -> None:
    """Bodies with marks that are not valid, or prove nothing."""
    lead = f"/leads/{deal.lead}"
    deal.anna.client.put(lead, marked | {"client_contacts": "mark-contacts" * 50}).needs(422)
    deal.anna.client.send("PUT", lead, b'{"notes": "mark-notes",').needs(400)
    deal.boris.client.put(lead, marked).needs(404)
    deal.property_side("DISLIKE", notes="mark-reason" * 400).needs(422)
    forged = init_data(
        7041992801, "43:OTHER", user=dumps({"id": 7041992801, "username": "mark_anna"})
    )
    deal.anna.client.post("/auth/telegram", {"telegram_auth_data": {"init_data": forged}}).needs(
        401
    )
