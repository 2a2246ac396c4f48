"""Answers of the API, shown as tables in the terminal."""

import sys
from typing import Any

from rich.console import Console
from rich.table import Table

type Json = dict[str, Any]

console = Console(width=None if sys.stdout.isatty() else 120)


def show_properties(rows: list[Json], marked: str = "") -> None:
    table = Table(
        "score", "price, ₽", "m²", "rooms", "district", "share, %", "why not 100", "listing"
    )
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


def show_leads(rows: list[Json]) -> None:
    table = Table("score", "budget, ₽", "districts", "agency", "why not 100")
    for row in rows:
        wish = row["lead_data"]["requirements"]
        budget = f"{wish['budget']['min']:,}–{wish['budget']['max']:,}".replace(",", " ")
        districts = ", ".join(wish["location"]["districts"])
        table.add_row(
            f"{row['match_score']:.2f}",
            budget,
            districts,
            row["realtor_info"]["agency"],
            _reasons(row),
        )
    console.print(table)


def _reasons(row: Json) -> str:
    stated = [part for part in row["score_breakdown"] if part["credit"] is not None]
    return ", ".join(
        f"{part['criterion']} {part['credit']:.2f}" for part in stated if part["credit"] < 1
    )


def show_timeline(match: Json) -> None:
    """Print where a match stands, and how it came there."""
    table = Table(title=f"match {match['match_id'][:8]}…", show_header=False)
    commission, realtor = match["commission"], match["realtor_info"]
    table.add_row("opened", match["timeline"]["created_at"])
    table.add_row("contacts shared", match["timeline"]["contact_shared_at"] or "not yet")
    table.add_row(
        "status", match["status"] + (f", awaiting {match['awaiting']}" if match["awaiting"] else "")
    )
    table.add_row("lead's side asks, %", str(commission["proposed_by_lead"]))
    table.add_row("property's side offers, %", str(commission["proposed_by_property"]))
    table.add_row("agreed, %", str(commission["agreed_share"] or "not yet"))
    table.add_row("message", match["message_from_counterpart"] or "")
    table.add_row("the other realtor", f"{realtor['agency']}: {realtor['phone'] or 'phone hidden'}")
    console.print(table)


def show_notices(name: str, answer: Json) -> None:
    table = Table(
        "when", "type", "title", "message", title=f"{name}: {answer['unread_count']} unread"
    )
    for notice in answer["notifications"]:
        kind = notice["data"].get("reason", notice["type"])
        table.add_row(notice["created_at"][11:19], kind, notice["title"], notice["message"])
    console.print(table)
