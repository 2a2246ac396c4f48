"""What must never be logged: phones, names, e-mails, contacts, proofs and tokens that the suite has
used; and what it has logged, in process and on the emulator.
"""

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

from cobroke.domain.errors import Malformed
from cobroke.domain.ids import is_realtor_id
from cobroke.exact_json import Json, dumps, loads, loads_strictly
from tests.builders import BOT_TOKEN

PERSONAL = {
    "phone",
    "email",
    "client_name",
    "client_contacts",
    "notes",
    "first_name",
    "last_name",
    "username",
}
PROOFS = {"init_data", "hash", "access_token"}
SHORTEST = 6
"""Bytes: what is shorter may stand anywhere by chance."""
_IN_A_PROOF = re.compile(
    r'\b[0-9a-f]{64}\b|(?<="first_name":")[^"]+|(?<="last_name":")[^"]+|(?<="username":")[^"]+'
)
_FORMS: Mapping[str, Callable[[str], object]] = {
    "timestamp": re.compile(r"[\d :,.+TZ-]+").fullmatch,
    "request_id": re.compile(r"[\w=-]+").fullmatch,
    "xray_trace_id": re.compile(r"[\w-]+").fullmatch,
    "realtor_id": is_realtor_id,
    "ms": re.compile(r"\d+(\.\d+)?").fullmatch,
}
"""What differs from line to line, and can hold nothing else."""
_OWN_OF_A_RECORD = {*vars(logging.makeLogRecord({})), "message", "asctime"}

used = {BOT_TOKEN}
logged: set[str] = set()
"""Each line once."""


def remember(headers: Mapping[str, str], body: bytes | str | None, answered: str) -> None:
    """What a request and its answer hold of all that."""
    used.update(
        (value or "").partition(" ")[2]
        for name, value in headers.items()
        if name.lower() == "authorization"
    )
    for text in (body, answered if "access_token" in answered else None):
        with suppress(Malformed):
            used.update(
                _said(
                    loads_strictly(
                        text.encode(errors="replace") if isinstance(text, str) else text or b""
                    )
                )
            )


def _said(document: Json) -> Iterator[str]:
    if isinstance(document, list):
        for member in document:
            yield from _said(member)
    elif isinstance(document, dict):
        for name, value in document.items():
            if isinstance(value, str) and name in PERSONAL | PROOFS:
                yield from (value, *_IN_A_PROOF.findall(unquote(value)))
            else:
                yield from _said(value)


def overhear(record: logging.LogRecord) -> None:
    """What a logger of this process is about to write."""
    said = {name: value for name, value in vars(record).items() if name not in _OWN_OF_A_RECORD}
    note({**said, "message": record.getMessage(), "raised": str(record.exc_info or "")})


def note_line(line: str) -> None:
    """What a function on the emulator has written."""
    note(loads(line) if line.startswith("{") else {"line": line})


def note(said: Mapping[str, Any]) -> None:
    kept = {
        name: value
        for name, value in said.items()
        if not (name in _FORMS and _FORMS[name](str(value)))
    }
    logged.add(dumps({name: str(value) for name, value in kept.items()}))


def leaked(used: Iterable[str], logged: Iterable[str]) -> list[str]:
    """The lines that hold something of it, as it is or as JSON has it."""
    sought = {
        text for one in used if len(one.encode()) >= SHORTEST for text in (one, dumps(one)[1:-1])
    }
    everything = "\n".join(logged)
    found = [text for text in sought if text in everything]
    return [line for line in everything.split("\n") if any(text in line for text in found)]
