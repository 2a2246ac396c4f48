"""A tour of the API of a running stack: names every HTTP call, and shows what it gives.

Usage: python -m tools.demo [base url]; without one, that of `make run`.
"""

import random
import time

import httpx

from tools.demo.city import a_lead, a_listing, a_perfect_listing
from tools.demo.insights import ask_demand, ask_what_if
from tools.demo.pushes import show_pushes
from tools.demo.realtor import Realtor
from tools.demo.tables import (
    Json,
    console,
    show_leads,
    show_notices,
    show_properties,
    show_timeline,
)
from tools.stack import api_url

LISTINGS, LEADS = 36, 12


def main() -> None:
    with httpx.Client(base_url=api_url(), timeout=30) as http:
        chance = random.Random(7)  # noqa: S311 - a seeded example
        _tour(http, chance, f"Вымышленск-{time.time_ns() % 100_000}")


def _tour(http: httpx.Client, chance: random.Random, city: str) -> None:
    console.rule("Three realtors register")
    anna, boris, vera = (Realtor(http, name) for name in ("Анна", "Борис", "Вера"))

    console.rule(f"{LISTINGS} listings and {LEADS} leads of a small city")
    console.print(
        "[dim]Борис, Вера:[/] [bold cyan]POST[/] /properties   "
        "[dim]Анна, Вера:[/] [bold cyan]POST[/] /leads"
    )
    listings = [a_listing(chance, city) for _ in range(LISTINGS)]
    owners = [(boris, vera)[number % 2] for number in range(LISTINGS)]
    ids = [
        owner.call("POST", "/properties", body, quiet=True)["property_id"]
        for owner, body in zip(owners, listings, strict=True)
    ]
    for number in range(LEADS - 1):
        (anna, vera)[number % 2].call("POST", "/leads", a_lead(chance, city), quiet=True)
    lead_id = anna.call("POST", "/leads", a_lead(chance, city, "Заречье", 12))["lead_id"]

    console.rule("What Анна sees for her lead")
    path = f"/leads/{lead_id}/property-recommendations?limit=8"
    rows = anna.call("GET", path)["recommendations"]
    show_properties(rows)

    console.rule("What the owner of the best listing sees for it")
    best = ids.index(rows[0]["property_id"])
    shown = owners[best].call("GET", f"/properties/{ids[best]}/lead-recommendations?limit=5")
    show_leads(shown["recommendations"])

    ask_what_if(anna, chance, city)
    ask_demand(owners[best], ids[best])

    console.rule("A price cut moves a listing up")
    cut = next(
        row for row in reversed(rows) if row["property_data"]["details"]["price"] > 12_000_000
    )
    at = ids.index(cut["property_id"])
    body = listings[at] | {"details": listings[at]["details"] | {"price": 11_500_000}}
    owners[at].call("PUT", f"/properties/{ids[at]}", body)
    show_properties(anna.call("GET", path)["recommendations"], marked=ids[at])

    console.rule("An archive takes a listing out")
    owners[best].call("PUT", f"/properties/{ids[best]}/archive")
    after = anna.call("GET", path)["recommendations"]
    show_properties(after)
    gone = ids[best] not in [row["property_id"] for row in after]
    console.print(f"{ids[best]} is {'no longer' if gone else 'STILL'} recommended.")

    _alert(anna, boris, city)
    left = after[0]["property_id"]
    _agree(anna, owners[ids.index(left)], lead_id, left)


def _alert(buyers: Realtor, sellers: Realtor, city: str) -> None:
    console.rule("A new listing alerts the owner of a lead")
    buyers.call("POST", "/notifications/read-all")
    body = a_perfect_listing(city)
    listing = sellers.call("POST", "/properties", body)["property_id"]
    told = buyers.awaits(
        "/notifications?unread_only=true&limit=3", lambda answer: listing in str(answer)
    )
    show_notices(buyers.name, told)
    show_pushes(told)


def _agree(buyers: Realtor, sellers: Realtor, lead_id: str, property_id: str) -> None:
    console.rule("Both like, and bargain about the commission")
    ours = f"/leads/{lead_id}/property-recommendations/{property_id}/action"
    theirs = f"/properties/{property_id}/lead-recommendations/{lead_id}/action"
    liked = {
        "action": "LIKE",
        "proposed_commission": 60,
        "notes": "Покупатель готов смотреть в субботу.",
    }
    match = buyers.call("POST", ours, liked)["match"]["match_id"]
    show_timeline(sellers.call("GET", f"/matches/{match}"))
    sellers.call("POST", theirs, {"action": "LIKE", "proposed_commission": 50})
    buyers.call("POST", ours, {"action": "LIKE", "proposed_commission": 55})

    console.rule("They agree: now, and only now, each sees the other's contacts")
    sellers.call("POST", theirs, {"action": "LIKE", "proposed_commission": 55})
    show_timeline(buyers.call("GET", f"/matches/{match}"))
    show_timeline(sellers.call("GET", f"/matches/{match}"))

    console.rule("What both were told meanwhile")
    for realtor in (buyers, sellers):
        told = realtor.awaits("/notifications?limit=10", _of_agreement)
        show_notices(realtor.name, told)

    console.rule("The deal is done")
    buyers.call("POST", f"/matches/{match}/complete")
    lead = buyers.call("GET", f"/leads/{lead_id}")
    console.print(f"The lead is {lead['status']}, with {lead['match_count']} match.")
    buyers.call("POST", "/notifications/read-all")


def _of_agreement(answer: Json) -> bool:
    return any(notice["type"] == "CONTACT_SHARED" for notice in answer["notifications"])


if __name__ == "__main__":
    main()
