"""A tour of the API against a running stack: every HTTP call is named, and what it gives is shown.

Usage: python -m tools.demo [base url]; without one, that of `make run`.
"""

import random
import sys
import time
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

type Json = dict[str, Any]

API_URL_FILE = Path(".local/api-url")
DISTRICTS = {"Заречье": "Речной вокзал", "Старый город": "Соборная", "Липки": "Липовая аллея", "Холмы": None}
CLASSES = ("ECONOMY", "COMFORT", "BUSINESS")
CONDITIONS = ("ROUGH", "PRE_FINISHING", "FINISHING", "DESIGN")
LISTINGS, LEADS = 36, 12

console = Console()


class Realtor:
    """One of the three: registers, then speaks for himself."""

    def __init__(self, http: httpx.Client, name: str) -> None:
        self._http = http
        self.name = name
        body = {
            "telegram_id": f"demo-{time.time_ns()}",
            "phone": "+7 916 123-45-67",
            "agency_name": f"Агентство {name}",
        }
        self._token = self.call("POST", "/auth/register", body)["access_token"]

    def call(self, verb: str, path: str, body: Json | None = None, *, quiet: bool = False) -> Any:  # noqa: ANN401 - JSON
        if not quiet:
            console.print(f"[dim]{self.name}:[/] [bold cyan]{verb}[/] {path}")
        headers = {"Authorization": f"Bearer {self._token}"} if hasattr(self, "_token") else {}
        answer = self._http.request(verb, path, json=body, headers=headers)
        if answer.is_error:
            sys.exit(f"{verb} {path} answered {answer.status_code}: {answer.text}")
        return answer.json()


def main() -> None:
    with httpx.Client(base_url=_base_url(), timeout=30) as http:
        _tour(http, random.Random(7), f"Вымышленск-{time.time_ns() % 100_000}")  # noqa: S311 - a seeded example


def _tour(http: httpx.Client, chance: random.Random, city: str) -> None:
    console.rule("Three realtors register")
    anna, boris, vera = (Realtor(http, name) for name in ("Анна", "Борис", "Вера"))

    console.rule(f"{LISTINGS} listings and {LEADS} leads of a small city")
    console.print("[dim]Борис, Вера:[/] [bold cyan]POST[/] /properties   [dim]Анна, Вера:[/] [bold cyan]POST[/] /leads")
    listings = [_listing(chance, city) for _ in range(LISTINGS)]
    owners = [(boris, vera)[number % 2] for number in range(LISTINGS)]
    ids = [
        owner.call("POST", "/properties", body, quiet=True)["property_id"]
        for owner, body in zip(owners, listings, strict=True)
    ]
    for number in range(LEADS - 1):
        (anna, vera)[number % 2].call("POST", "/leads", _lead(chance, city), quiet=True)
    lead_id = anna.call("POST", "/leads", _lead(chance, city, "Заречье", 12))["lead_id"]

    console.rule("What Анна sees for her lead")
    path = f"/leads/{lead_id}/property-recommendations?limit=8"
    rows = anna.call("GET", path)["recommendations"]
    _show_properties(rows)

    console.rule("What the owner of the best listing sees for it")
    best = ids.index(rows[0]["property_id"])
    shown = owners[best].call("GET", f"/properties/{ids[best]}/lead-recommendations?limit=5")
    _show_leads(shown["recommendations"])

    console.rule("A price cut moves a listing up")
    cut = next(row for row in reversed(rows) if row["property_data"]["details"]["price"] > 12_000_000)
    at = ids.index(cut["property_id"])
    body = listings[at] | {"details": listings[at]["details"] | {"price": 11_500_000}}
    owners[at].call("PUT", f"/properties/{ids[at]}", body)
    _show_properties(anna.call("GET", path)["recommendations"], marked=ids[at])

    console.rule("An archive takes a listing out")
    owners[best].call("PUT", f"/properties/{ids[best]}/archive")
    after = anna.call("GET", path)["recommendations"]
    _show_properties(after)
    gone = ids[best] not in [row["property_id"] for row in after]
    console.print(f"{ids[best]} is {'no longer' if gone else 'STILL'} recommended.")


def _listing(chance: random.Random, city: str) -> Json:
    district = chance.choice(list(DISTRICTS))
    return {
        "address": {
            "city": city,
            "district": district,
            "street": chance.choice(["Садовая улица", "Лесной переулок", "Береговая улица"]),
            "house_number": str(chance.randint(1, 60)),
            "metro_station": DISTRICTS[district],
        },
        "details": {
            "price": chance.randrange(8_000_000, 16_000_000, 250_000),
            "area": chance.randint(38, 82),
            "rooms": chance.randint(1, 4),
            "floor": chance.randint(1, 9),
            "total_floors": 9,
            "year_built": chance.randint(1960, 2024),
            "property_type": chance.choice(["APARTMENT", "APARTMENT", "APARTMENT", "APARTMENTS"]),
            "property_class": chance.choice(CLASSES),
            "condition": chance.choice(CONDITIONS),
        },
        "commission_share": chance.choice([40, 45, 50]),
    }


def _lead(chance: random.Random, city: str, district: str | None = None, millions: int | None = None) -> Json:
    most = (millions or chance.randint(9, 15)) * 1_000_000
    wished = district or chance.choice(list(DISTRICTS))
    metro = DISTRICTS[wished]
    return {
        "client_name": "Клиент",
        "requirements": {
            "location": {"city": city, "districts": [wished], "metro_stations": [metro] if metro else []},
            "budget": {"min": most - 3_000_000, "max": most},
            "area": {"min": 45, "max": 70},
            "rooms": [2, 3],
            "property_type": "APARTMENT",
            "property_class": "COMFORT",
            "condition": "FINISHING",
            "payment_method": "MORTGAGE",
        },
    }


def _show_properties(rows: list[Json], marked: str = "") -> None:
    table = Table("score", "price, ₽", "m²", "rooms", "district", "share, %", "why not 100", "listing")
    for row in rows:
        address, details = row["property_data"]["address"], row["property_data"]["details"]
        table.add_row(
            f"{row['match_score']:.2f}",
            f"{details['price']:,}".replace(",", " "),
            str(details["area"]),
            str(details["rooms"]),
            address["district"],
            str(row["commission_details"]["proposed_share"]),
            _reasons(row),
            row["property_id"],
            style="bold green" if row["property_id"] == marked else "",
        )
    console.print(table)


def _show_leads(rows: list[Json]) -> None:
    table = Table("score", "budget, ₽", "districts", "agency", "why not 100")
    for row in rows:
        wish = row["lead_data"]["requirements"]
        budget = f"{wish['budget']['min']:,}–{wish['budget']['max']:,}".replace(",", " ")
        districts = ", ".join(wish["location"]["districts"])
        table.add_row(f"{row['match_score']:.2f}", budget, districts, row["realtor_info"]["agency"], _reasons(row))
    console.print(table)


def _reasons(row: Json) -> str:
    wanting = (one for one in row["score_breakdown"] if one["credit"] is not None and one["credit"] < 1)
    return ", ".join(f"{one['criterion']} {one['credit']:.2f}" for one in wanting)


def _base_url() -> str:
    if len(sys.argv) > 1:
        return sys.argv[1].rstrip("/")
    if not API_URL_FILE.exists():
        sys.exit("No running stack: start one with `make run` in another terminal, or name its URL.")
    return API_URL_FILE.read_text().strip()


if __name__ == "__main__":
    main()
