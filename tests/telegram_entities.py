"""What Telegram makes of a message: its HTML, and what it finds in a text by itself.

After https://core.telegram.org/bots/api#formatting-options. What is found is wider here than there:
a doubt is a find.
"""

import re
from html import unescape
from typing import NamedTuple

_TAGS = {"b": "bold", "code": "code", "a": "text_link", "pre": "pre", "i": "italic"}
_MARKUP = re.compile(r"<(/?)(\w+)[^>]*>|<")
_FOUND = {
    "mention": re.compile(r"(?<!\w)@\w{2,32}"),
    "hashtag": re.compile(r"#\w+"),
    "cashtag": re.compile(r"\$[A-Z0-9]{1,8}"),
    "bot_command": re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}"),
    "email": re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"),
    "url": re.compile(
        r"(?i)\b\w+://\S+|\b[\w-]+(\.[\w-]+)*\.[^\W\d_]{2,}(/\S*)?|\b\d{1,3}(\.\d{1,3}){3}"
    ),
    "phone_number": re.compile(r"(?<!\d)\+?\d(?:[\s()-]{0,3}\d){8,14}(?!\d)"),
    "bank_card_number": re.compile(r"(?<!\d)\d(?:[\s-]?\d){12,18}(?!\d)"),
}
_CLOSED = {"code", "pre"}
"""In these there are no others."""


class Entity(NamedTuple):
    kind: str
    text: str


class Unparsable(Exception):
    """The message would be refused."""


class _Span(NamedTuple):
    kind: str
    start: int
    end: int


def entities(html: str) -> list[Entity]:
    """Of a message sent with parse_mode HTML: what it marks, then what Telegram finds by itself."""
    text, marked = _parsed(html)
    closed = [span for span in marked if span.kind in _CLOSED]
    found = [span for span in _found(text) if not any(_meet(span, one) for one in closed)]
    return [Entity(span.kind, text[span.start : span.end]) for span in marked + found]


def _parsed(html: str) -> tuple[str, list[_Span]]:
    text, at, marked, opened = "", 0, list[_Span](), list[tuple[str, int]]()
    for tag in _MARKUP.finditer(html):
        text, at = text + unescape(html[at : tag.start()]), tag.end()
        if tag[2] not in _TAGS:
            raise Unparsable(tag[0])
        if not tag[1]:
            opened.append((tag[2], len(text)))
        elif not opened or opened[-1][0] != tag[2]:
            raise Unparsable(tag[0])
        else:
            marked.append(_Span(_TAGS[tag[2]], opened.pop()[1], len(text)))
    if opened:
        raise Unparsable(opened)
    return text + unescape(html[at:]), marked


def _found(text: str) -> list[_Span]:
    return [
        _Span(kind, *match.span())
        for kind, pattern in _FOUND.items()
        for match in pattern.finditer(text)
    ]


def _meet(one: _Span, other: _Span) -> bool:
    return one.start < other.end and other.start < one.end
