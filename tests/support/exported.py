"""An export, joined of its parts."""

from typing import Any

from tests.client import Client

Json = dict[str, Any]

LISTS = ("leads", "properties", "matches", "messages", "decisions", "notifications", "blocks")
MEMBERS = {"exported_at", "profile", *LISTS, "next"}
MOST_PARTS = 2_000


def exported(who: Client) -> tuple[Json, int]:
    """All lists and the profile, each row as often as it came, and in how many parts."""
    whole: Json = {name: [] for name in LISTS}
    query: dict[str, str] = {}
    for parts in range(1, MOST_PARTS):
        part = who.get("/me/export", **query).needs(200)
        assert part.keys() == MEMBERS
        joined(whole, part)
        if part["next"] is None:
            return whole, parts
        query = {"after": part["next"]}
    raise AssertionError("it has no end")


def joined(whole: Json, part: Json) -> None:
    """Add a part to what there is."""
    for name in LISTS:
        whole[name] += part[name]
    whole["profile"] = part["profile"]
