"""What a caller makes a write depend on: the version he has read (If-Match), and that it is made
once.
"""

import re
from typing import NamedTuple

from cobroke.domain.errors import Malformed, PreconditionFailed

_TAG = r'(?:W/)?"[\x21\x23-\x7e]*"'
# RFC 9110, 5.6.1.2: elements may be empty. Not all of them: such a list would name no version.
_TAGS = re.compile(rf"[ \t,]*{_TAG}(?:[ \t]*,[ \t,]*{_TAG})*[ \t,]*")
_KEY = re.compile(r"[\x20-\x7e]{1,255}")


def etag(revision: int) -> str:
    """The entity tag of what its owner has written so many times."""
    return f'"{revision}"'


class IfMatch(NamedTuple):
    """The tags that may be written over; None: any, as where nothing was said."""

    tags: tuple[str, ...] | None = None

    def check(self, revision: int) -> None:
        """Weak tags fit nothing: a write needs to know exactly what it replaces."""
        if self.tags is not None and etag(revision) not in self.tags:
            raise PreconditionFailed


ANYTHING = IfMatch()


def if_match(header: str | None) -> IfMatch:
    """RFC 9110, 13.1.1; Malformed where it is none."""
    tags = header if header is not None else "*"
    if tags.strip(" \t") == "*":
        return ANYTHING
    if not _TAGS.fullmatch(tags):
        raise Malformed
    return IfMatch(tuple(re.findall(_TAG, tags)))


def idempotency_key(header: str | None) -> str | None:
    """1 to 255 printable ASCII characters; Malformed where it is none."""
    if header is not None and not _KEY.fullmatch(header):
        raise Malformed
    return header
