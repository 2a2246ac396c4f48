"""Judges what a realtor is shown of their own while nobody writes: objects, their matches, the
notices.
"""

from collections.abc import Iterator
from typing import Any

from cobroke.domain.deals.pair import Pair
from cobroke.domain.ids import match_id
from tests.support.asked import Asked
from tests.support.story import Story


def differences(story: Story, one: Asked) -> Iterator[str]:
    """Of one answer from what is stored."""
    judges = {"objects": _objects, "matches": _matches, "notices": _notices}
    if one.status != 200:
        yield f"refused without a reason: {one}"
        return
    shown, wanted = judges[one.about["shows"]](story, one)
    if shown != wanted:
        yield f"{one} shows {shown} instead of {wanted}"


def _objects(story: Story, one: Asked) -> tuple[Any, Any]:
    kind = one.about["kind"]
    own = sorted(
        an_id
        for an_id, versions in story.objects.items()
        if _is_own(story, one, versions[-1].now, kind)
    )
    wanted = [
        (an_id, story.objects[an_id][-1].now.status, _match_count(story, an_id))
        for an_id in reversed(own)
    ]
    (rows,) = (value for name, value in one.answer.items() if isinstance(value, list))
    shown = [(row[f"{kind.lower()}_id"], row["status"], row["match_count"]) for row in rows]
    return (shown, one.answer["total"]), (wanted, len(wanted))


def _is_own(story: Story, one: Asked, stored: Any, kind: str) -> bool:
    return bool(stored.kind == kind and stored.owner == _realtor(story, one))


def _realtor(story: Story, one: Asked) -> str:
    return str(story.items[f"TELEGRAM#{one.who}", "TELEGRAM"]["realtor_id"])


def _pairs(story: Story, an_id: str) -> list[Pair]:
    return [acts[-1].now for ids, acts in story.pairs.items() if an_id in ids]


def _match_count(story: Story, an_id: str) -> int:
    return sum(pair.status in ("PENDING", "ACCEPTED", "COMPLETED") for pair in _pairs(story, an_id))


def _matches(story: Story, one: Asked) -> tuple[Any, Any]:
    found = [pair for pair in _pairs(story, one.about["id"]) if pair.status]
    newest = sorted(
        ((pair.changed_at, match_id(pair.lead_id, pair.property_id), pair) for pair in found),
        reverse=True,
    )
    wanted = [(an_id, pair.status, pair.agreed_share) for _, an_id, pair in newest]
    rows = one.answer["matches"]
    shown = [(row["match_id"], row["status"], row["commission"]["agreed_share"]) for row in rows]
    return (shown, one.answer["total"]), (wanted[: one.answer["limit"]], len(wanted))


def _notices(story: Story, one: Asked) -> tuple[Any, Any]:
    who = _realtor(story, one)
    told = sorted((sk for pk, sk in story.items if pk == f"NOTICES#{who}"), reverse=True)
    unread = {sk for pk, sk in story.items if pk == f"UNREAD#{who}"}
    wanted = [(notice, notice not in unread) for notice in told][: one.answer["limit"]]
    shown = [(row["id"], row["is_read"]) for row in one.answer["notifications"]]
    return (shown, one.answer["total"], one.answer["unread_count"]), (
        wanted,
        len(told),
        len(unread),
    )
