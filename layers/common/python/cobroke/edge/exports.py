"""Parts of an export: as much as fits one answer, and the cursor by which the next one begins."""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pydantic import BaseModel

from cobroke.domain.errors import FieldError, Invalid
from cobroke.edge.models.blocks import blocked_realtor
from cobroke.edge.models.decisions import own_decision
from cobroke.edge.models.export import own_message
from cobroke.edge.models.notifications import notification
from cobroke.edge.models.own_matches import own_match
from cobroke.edge.own_lists import lead_view, property_view
from cobroke.exact_json import Json, dumps
from cobroke.flows.own.export import OwnObject, Place, Step
from cobroke.storage.deals.matches import OwnPair
from cobroke.storage.notices.notices import Notice

_LISTS = ("leads", "properties", "matches", "messages", "decisions", "notifications", "blocks")
_DIGEST_BYTES = 8


class Bounds(NamedTuple):
    """What a part holds at most."""

    size: int = 4_000_000
    """In bytes. In base64, as a long answer leaves, it is below the 6 MB of a function's answer."""
    steps: int = 200
    """Things found: each may cost three calls, and there are 11 s for all."""


BOUNDS = Bounds()


def cursor_of(realtor_id: str, place: Place) -> str:
    """Write where the next part of this realtor's export begins. Whoever makes one up reads their
    own all the same: it names a place among what is theirs.
    """
    said = ".".join(place).encode()
    digest = hashlib.blake2b(said, digest_size=_DIGEST_BYTES, key=realtor_id.encode()).digest()
    return base64.urlsafe_b64encode(digest + said).decode().rstrip("=")


def place_of(realtor_id: str, cursor: str | None) -> Place:
    """Return where the part begins; without a cursor, the beginning. Raises Invalid where it is not
    one of this realtor's.
    """
    if cursor is None:
        return Place()
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        place = Place(*raw[_DIGEST_BYTES:].decode().split("."))  # type: ignore[arg-type]
        is_ours = cursor_of(realtor_id, place) == cursor
    except (ValueError, TypeError):
        is_ours = False
    if not is_ours:
        raise Invalid(FieldError("/after", "cursor", "Must be the `next` of a part of this export"))
    return place


def part(realtor_id: str, head: Json, steps: Iterable[Step], bounds: Bounds = BOUNDS) -> str:
    """Write a part, JSON: `head` are its first members, and there is at least one step in it, if
    there is any.
    """
    lists: dict[str, list[str]] = {name: [] for name in _LISTS}
    left = bounds.size - len(_text(head, lists, cursor_of(realtor_id, _LONGEST)).encode())
    place, taken = None, 0
    for step in steps:
        rows = [(name, dumps(row.model_dump(warnings=False))) for name, row in _rows(step)]
        left -= sum(len(text.encode()) + 1 for _, text in rows)
        if place and (left < 0 or taken == bounds.steps):
            return _text(head, lists, cursor_of(realtor_id, place))
        for name, text in rows:
            lists[name].append(text)
        place, taken = step.place, taken + 1
    return _text(head, lists, None)


_LONGEST = Place("PROPERTY", "0" * 26, "0" * 26)


def _text(head: Json, lists: dict[str, list[str]], cursor: str | None) -> str:
    rows = (f'"{name}":[{",".join(texts)}]' for name, texts in lists.items())
    return f'{dumps(head)[:-1]},{",".join(rows)},"next":{dumps(cursor)}}}'


def _rows(step: Step) -> Iterator[tuple[str, BaseModel]]:
    """Yield what is shown of it, each with the list in which it stands."""
    match step.found:
        case OwnObject(posting, matches) if posting.kind == "LEAD":
            yield "leads", lead_view(posting, matches)
        case OwnObject(posting, matches):
            yield "properties", property_view(posting, matches)
        case OwnPair() as pair:
            found = {
                "matches": own_match(pair.view) if pair.view.sides.pair.status else None,
                "messages": own_message(pair),
                "decisions": own_decision(pair) if pair.act else None,
            }
            yield from ((name, row) for name, row in found.items() if row)
        case Notice() as notice:
            yield "notifications", notification(notice)
        case blocked:
            yield "blocks", blocked_realtor(blocked)
