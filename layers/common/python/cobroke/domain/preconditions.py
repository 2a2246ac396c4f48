"""Conditions of a write: that it is over the version its caller read (If-Match), and made once."""

import re
from typing import NamedTuple

from cobroke.domain.errors import Malformed, PreconditionFailed

_TAG = r'(?:W/)?"[\x21\x23-\x7e]*"'
# RFC 9110, 5.6.1.2: elements may be empty, but not all: such a list would name no version.
_TAGS = re.compile(rf"[ \t,]*{_TAG}(?:[ \t]*,[ \t,]*{_TAG})*[ \t,]*")
_KEY = re.compile(r"[\x20-\x7e]{1,255}")


def etag(revision: int) -> str:
    """Write the entity tag of a posting by how many times its owner has written it."""
    return f'"{revision}"'


class IfMatch(NamedTuple):
    """The tags that may be written over; None where any may, as when nothing is said."""

    tags: tuple[str, ...] | None = None

    def check(self, revision: int) -> None:
        """Raise PreconditionFailed where none of the tags is the revision's. Weak tags fit nothing:
        a write must know what it replaces.
        """
        if self.tags is not None and etag(revision) not in self.tags:
            raise PreconditionFailed


ANY_VERSION = IfMatch()


def if_match(header: str | None) -> IfMatch:
    """Read the header, by RFC 9110, 13.1.1. Raises Malformed."""
    tags = header if header is not None else "*"
    if tags.strip(" \t") == "*":
        return ANY_VERSION
    if not _TAGS.fullmatch(tags):
        raise Malformed
    return IfMatch(tuple(re.findall(_TAG, tags)))


def idempotency_key(header: str | None) -> str | None:
    """Read the header: 1 to 255 printable ASCII characters. Raises Malformed."""
    if header is not None and not _KEY.fullmatch(header):
        raise Malformed
    return header
