"""Why a body is refused: the first byte that breaks a rule, and which. For what the fast reader has
refused.
"""

import json
import re
from collections.abc import Callable
from typing import NoReturn

from cobroke.domain.errors import BodyFault, Malformed, Rule
from cobroke.exact_json import MAX_DEPTH, MAX_NUMBER_LENGTH, exact_number

BOM = b"\xef\xbb\xbf"
_REPLACED = "\ufffd".encode()
_SPACE = re.compile(rb"[ \t\n\r]*")
_HARMLESS = re.compile(rb'(?:[^"\\\x00-\x1f\x7f]++|\\["\\/nrt])*+')
_LOW_HALF = re.compile(rb"\\u[dD][c-fC-F][0-9a-fA-F]{2}")
# As much of a number as there is: what does not end with a digit is none yet.
_NUMBER = re.compile(
    rb"-?(?:(?:0|[1-9][0-9]*)(?:\.(?:[0-9]+(?:[eE][+-]?[0-9]*)?)?|[eE][+-]?[0-9]*)?)?"
)
_NO_NUMBER = re.compile(rb"NaN|-?Infinity")
_WORDS = {b"t": b"true", b"f": b"false", b"n": b"null"}
_CONTROLS = {*range(0x20), 0x7F} - {*b"\t\n\r"}


def first_fault(body: bytes) -> BodyFault | None:
    """Return the fault with the least offset, None where the body is JSON that this API reads."""
    readable = _readable(body)
    fault = None
    try:
        _Reading(body[:readable], len(BOM) if body.startswith(BOM) else 0).document()
    except Malformed as found:
        (fault,) = found.errors
    if readable < len(body) and (fault is None or fault.at == readable):
        return BodyFault("not_utf8", readable)
    return fault


def _readable(body: bytes) -> int:
    """Return how many bytes in front are UTF-8, without U+FFFD."""
    whole = body.partition(_REPLACED)[0]
    try:
        whole.decode()
    except UnicodeDecodeError as broken:
        return broken.start
    return len(whole)


class _Reading:
    """Goes through JSON from the left; Malformed at the first byte that breaks a rule."""

    def __init__(self, body: bytes, start: int) -> None:
        self.body, self.at = body, start

    def document(self) -> None:
        self._value(0)
        self._skip(_SPACE)
        if self._here():
            self._broken()

    def _value(self, depth: int) -> None:
        self._skip(_SPACE)
        match self._here():
            case b'"':
                self._text()
            case b"{":
                names: set[str] = set()
                self._members(b"}", depth + 1, lambda: self._member(names, depth + 1))
            case b"[":
                self._members(b"]", depth + 1, lambda: self._value(depth + 1))
            case b"t" | b"f" | b"n" as first:
                for letter in _WORDS[first]:
                    self._one_of(bytes([letter]))
            case _:
                self._number()

    def _members(self, end: bytes, depth: int, member: Callable[[], None]) -> None:
        if depth > MAX_DEPTH:
            self._broken("depth")
        self.at += 1
        self._skip(_SPACE)
        if self._here() == end:
            self.at += 1
            return
        member()
        while self._next_of(b"," + end) != end:
            member()

    def _member(self, names: set[str], depth: int) -> None:
        self._skip(_SPACE)
        start = self.at
        name = json.loads(self._text().decode())
        if name in names:
            self._broken("repeated_member", start)
        names.add(name)
        self._next_of(b":")
        self._value(depth)

    def _text(self) -> bytes:
        start = self.at
        self._one_of(b'"')
        while True:
            self._skip(_HARMLESS)
            last = self.at
            if self._one_of(b'"\\') == b'"':
                return self.body[start : self.at]
            self._escape(last)

    def _escape(self, start: int) -> None:
        """Read what stands behind a backslash. Raises Malformed where it is harmful."""
        if self._one_of(b'"\\/bfnrtu') != b"u":
            self._broken("character", start)
        for _ in range(4):
            self._one_of(b"0123456789abcdefABCDEF")
        code = int(self.body[self.at - 4 : self.at], 16)
        if code == 0xFFFD:
            self._broken("not_utf8", start)
        first_half = 0xD800 <= code < 0xDC00
        is_lone = not self._skip(_LOW_HALF) if first_half else 0xDC00 <= code < 0xE000
        if is_lone or code in _CONTROLS:
            self._broken("character", start)

    def _number(self) -> None:
        start = self.at
        if _NO_NUMBER.match(self.body, start):
            self._broken("number")
        text = self._skip(_NUMBER)
        is_whole = text[-1:].isdigit()
        if len(text) > MAX_NUMBER_LENGTH or (is_whole and not _is_exact(text.decode())):
            self._broken("number", start)
        if not is_whole:
            self._broken()

    def _here(self) -> bytes:
        """Return one byte, or none at the end."""
        return self.body[self.at : self.at + 1]

    def _skip(self, pattern: re.Pattern[bytes]) -> bytes:
        """Skip what fits the pattern here, if anything does, and return it."""
        found = pattern.match(self.body, self.at)
        text = found[0] if found else b""
        self.at += len(text)
        return text

    def _next_of(self, allowed: bytes) -> bytes:
        self._skip(_SPACE)
        return self._one_of(allowed)

    def _one_of(self, allowed: bytes) -> bytes:
        character = self._here()
        if not character or character not in allowed:
            self._broken()
        self.at += 1
        return character

    def _broken(self, rule: Rule | None = None, at: int | None = None) -> NoReturn:
        at = self.at if at is None else at
        is_control = not _CONTROLS.isdisjoint(self.body[at : at + 1])
        raise Malformed(BodyFault(rule or ("character" if is_control else "not_json"), at))


def _is_exact(number: str) -> bool:
    try:
        exact_number(number)
    except (Malformed, ArithmeticError):
        return False
    return True
