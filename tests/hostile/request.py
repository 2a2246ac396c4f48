"""A hostile request, and what is wrong with the answer to one."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tests.builders import a_lead, a_property
from tests.client import Answer, Client

CANARY = "canary-7q"
"""Stands in what a caller could see again; no answer may hold it."""
BY_CONTRACT = frozenset({200, 201, 400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429, 503})
"""The statuses of the contract's first section."""

type Headers = tuple[tuple[str, str], ...]

BEARER: Headers = (("authorization", "Bearer {token}"),)
JSON: Headers = (("content-type", "application/json"),)


class Hostile(NamedTuple):
    """One request. `body` None: without one; headers are sent as they stand, a name twice too.

    `{lead_id}` and the like stand for ids of the caller's own objects, `{token}` for their token.
    """

    what: str
    status: int
    verb: str
    path: str
    query: str = ""
    headers: Headers = BEARER
    body: bytes | None = None

    def of(self, facts: Mapping[str, str]) -> "Hostile":
        """With the caller's own ids and token in their places."""
        headers = tuple((name, _filled(value, facts)) for name, value in self.headers)
        return self._replace(path=_filled(self.path, facts), headers=headers)


def _filled(text: str, facts: Mapping[str, str]) -> str:
    for name, value in facts.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def facts_of(anna: Client, boris: Client, city: str = "Москва") -> dict[str, str]:
    """What stands in the braces, by name: Anna's token and ids of a lead, a property and a match of
    hers.
    """
    lead, listing = anna.post_lead(a_lead(city=city)), anna.post_property(a_property(city=city))
    theirs = boris.post_property(a_property(city=city))
    path = f"/leads/{lead}/property-recommendations/{theirs}/action"
    return {
        "token": anna.token or "",
        "lead_id": lead,
        "property_id": listing,
        "match_id": anna.post(path, {"action": "LIKE"}).needs(200)["match"]["match_id"],
        "LEAD_ID": lead.upper(),
        "%lead_id": "".join(f"%{ord(letter):02x}" for letter in lead),
        "wide_lead_id": "".join(
            f"%EF%BC%{0x90 + int(one):02X}" if one.isdigit() else one for one in lead
        ),
    }


def faults(answer: Answer, request: Hostile) -> Iterator[str]:
    """What is wrong with an answer, in sentences."""
    if answer.status != request.status:
        yield f"{answer.status} instead of {request.status}: {answer.text[:200]}"
    if answer.status not in BY_CONTRACT:
        yield "a status that the contract does not know"
    if CANARY in f"{answer.text} {dict(answer.headers)}".lower():
        yield "it repeats what was sent"
    if (answer.headers.get("cache-control"), answer.headers.get("x-content-type-options")) != (
        "no-store",
        "nosniff",
    ):
        yield "it may be kept, or taken for something else"
    if answer.status >= 400 and answer.text:
        yield from not_a_problem(answer)
    elif not answer.text and request.verb != "HEAD":
        yield "it says nothing"


def not_a_problem(answer: Answer) -> Iterator[str]:
    if answer.headers["content-type"] != "application/problem+json":
        yield "it is no problem document"
        return
    said = answer.json
    if (
        not {"type", "title", "status", "code", "instance"} <= said.keys()
        or said["status"] != answer.status
    ):
        yield "members of a problem are missing"
    elif said["instance"] != f"urn:req:{answer.headers.get('x-request-id')}":
        yield "its instance is not its X-Request-Id"
