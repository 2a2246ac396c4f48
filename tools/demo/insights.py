"""What the market answers: a lead that finds too little, and a listing at other prices."""

import random
from copy import deepcopy

from rich.table import Table

from tools.demo.city import a_lead
from tools.demo.realtor import Realtor
from tools.demo.tables import Json, console

WIDTH = 40
"""Of the longest bar."""


def ask_what_if(buyers: Realtor, chance: random.Random, city: str) -> None:
    console.rule("A lead that finds too little: what must change?")
    body = a_lead(chance, city, "Липки", 10)
    lead = buyers.call("POST", "/leads", body, quiet=True)["lead_id"]
    question = f"/leads/{lead}/what-if"
    asked = buyers.call("GET", question)
    _show_steps(asked)
    if not asked["steps"]:
        return
    step = max(asked["steps"], key=lambda each: int(each["adds"]))
    buyers.call("PUT", f"/leads/{lead}", _after(body, step))
    fitting = buyers.call("GET", question)["fitting"]
    kept = "as promised" if fitting == step["fitting"] else f"NOT the {step['fitting']} promised"
    console.print(f"{step['change']} to {step['to']}: now {fitting} fit, {kept}.")


def ask_demand(sellers: Realtor, listing: str) -> None:
    console.rule("And how many buyers at which price?")
    asked = sellers.call("GET", f"/properties/{listing}/demand")
    curve = asked["price_curve"]
    most = max(each["buyers"] for each in curve)
    table = Table("from, ₽", "to, ₽", "buyers", title=f"{asked['buyers']} at today's price")
    for each in curve:
        bar = "█" * (each["buyers"] * min(WIDTH // max(most, 1), 4))
        table.add_row(_price(each["from"]), _price(each["to"]), f"{bar} {each['buyers']}")
    console.print(table)


def _show_steps(asked: Json) -> None:
    table = Table("change", "to", "adds", "then fit", title=f"{asked['fitting']} fit now")
    for step in asked["steps"]:
        to = step["to"] if isinstance(step["to"], str) else _price(step["to"])
        table.add_row(step["change"], to, f"+{step['adds']}", str(step["fitting"]))
    console.print(table)


def _after(body: Json, step: Json) -> Json:
    """Return the lead with one step done."""
    changed = deepcopy(body)
    wish, to = changed["requirements"], step["to"]
    lists = {
        "ROOMS": wish["rooms"],
        "DISTRICT": wish["location"]["districts"],
        "METRO_STATION": wish["location"]["metro_stations"],
    }
    if step["change"] in lists:
        lists[step["change"]].append(to)
    else:
        bounds, end = step["change"].lower().split("_")
        wish[bounds][end] = to
    return changed


def _price(roubles: float) -> str:
    return f"{roubles:,}".replace(",", " ")
