"""Conditions of a request: that a write is over the version its caller read (If-Match), and made
once; that an answer is another than its caller has (If-None-Match).
"""

import hashlib
import re
from typing import NamedTuple

from cobroke.domain.errors import Malformed, PreconditionFailed

_TAG = r'(?:W/)?"[\x21\x23-\x7e]*"'
# RFC 9110, 5.6.1.2: elements may be empty, but not all: such a list would name no version.
_TAGS = re.compile(rf"[ \t,]*{_TAG}(?:[ \t]*,[ \t,]*{_TAG})*[ \t,]*")
_WEAK = "W/"
_KEY = re.compile(r"[\x20-\x7e]{1,255}")


def etag(revision: int) -> str:
    """Write the entity tag of a posting by how many times its owner has written it."""
    return f'"{revision}"'


def weak_etag(*facts: object) -> str:
    """Write the entity tag of an answer by all that it follows from."""
    said = "\0".join(map(str, facts)).encode()
    return f'W/"{hashlib.blake2b(said, digest_size=12).hexdigest()}"'


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
    return IfMatch(_tags(header)) if header is not None else ANY_VERSION


class IfNoneMatch(NamedTuple):
    """The tags of the answers that the caller has; None where any will do."""

    tags: tuple[str, ...] | None = ()

    def has(self, tag: str) -> bool:
        """Return whether this answer is among them. A weak tag fits a strong one."""
        return self.tags is None or tag.removeprefix(_WEAK) in {
            one.removeprefix(_WEAK) for one in self.tags
        }


NO_ANSWER = IfNoneMatch()


def if_none_match(header: str | None) -> IfNoneMatch:
    """Read the header, by RFC 9110, 13.1.2. Raises Malformed."""
    return IfNoneMatch(_tags(header)) if header is not None else NO_ANSWER


def _tags(header: str) -> tuple[str, ...] | None:
    """Read a list of tags; None for `*`. Raises Malformed."""
    if header.strip(" \t") == "*":
        return None
    if not _TAGS.fullmatch(header):
        raise Malformed
    return tuple(re.findall(_TAG, header))


def idempotency_key(header: str | None) -> str | None:
    """Read the header: 1 to 255 printable ASCII characters. Raises Malformed."""
    if header is not None and not _KEY.fullmatch(header):
        raise Malformed
    return header
