"""Lines, texts, phone numbers and web addresses, as they are kept."""

import posixpath
import re
import unicodedata
from urllib.parse import unquote, urlsplit

_WHITE_SPACE = re.compile("[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
"""As Unicode has it. Python's own classes hold four separators more."""
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LINK = re.compile(r"://|www\.|t\.me/|@", re.IGNORECASE)
_PHONE = re.compile(r"\+?[0-9() -]+")
_BOT_PATH = re.compile("/+(?:file/)?bot[0-9]+:")


def line(text: str) -> str:
    """Return a name as it is kept: in NFC, without format characters, white space as single spaces
    and none at its ends.
    """
    return unicodedata.normalize("NFC", _WHITE_SPACE.sub(" ", _without_format(text)).strip(" "))


def undirected(text: str) -> str:
    """Return a text as it is kept: without direction controls, all else (the joiners of an emoji
    too) as it came.
    """
    return _DIRECTION.sub("", text)


def has_link(text: str) -> bool:
    return _LINK.search(text) is not None


def phone_number(text: str) -> str | None:
    """Return `+` and digits, None where it is no phone number. Without a `+` in front a Russian one
    is meant.
    """
    plain = "".join(map(_on_a_keyboard, _without_format(text)))
    if not 10 <= len(plain) <= 32 or not _PHONE.fullmatch(plain):
        return None
    digits = re.sub("[^0-9]", "", plain)
    if plain.startswith("+") and not re.fullmatch("89[0-9]{9}", digits):
        return f"+{digits}" if 10 <= len(digits) <= 15 else None
    if len(digits) == 11 and digits[0] in "78":
        return f"+7{digits[1:]}"
    return f"+7{digits}" if len(digits) == 10 else None


def holds_bot_token(url: str) -> bool:
    """Return whether a web address is one of Telegram's Bot API, or of a server like it: its path
    begins with the token.
    """
    try:
        parts = urlsplit(url)
        host, path = parts.hostname or "", parts.path
    except ValueError:
        return False
    while (decoded := unquote(path)) != path:
        path = decoded
    of_telegram = _as_browsers_read(unquote(host)).rstrip(".") == "api.telegram.org"
    return of_telegram or _BOT_PATH.match(posixpath.normpath(path)) is not None


def web_address(text: str) -> bool:
    """Return whether it is an https URL with a host name: no user, no IP address however spelt."""
    if not text.isprintable() or any(sign in text for sign in ' \\"<>`'):
        return False
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if parts.scheme != "https" or not host or "@" in parts.netloc:
        return False
    labels = _as_browsers_read(host).split(".")
    # Browsers read an IPv4 address where the last label is a number, decimal or hexadecimal.
    last = labels[-1]
    named = any(map(str.isalpha, last)) and not re.fullmatch("0x[0-9a-f]*", last)
    return named and all(labels) and not re.search(r"[:%\[\]^|]", host)


def _as_browsers_read(host: str) -> str:
    """Return a host in small letters, whatever their width, without the marks nobody reads."""
    plain = unicodedata.normalize("NFKC", host).casefold().replace("\u3002", ".")
    return "".join(sign for sign in plain if not unicodedata.category(sign).startswith("M"))


def _on_a_keyboard(sign: str) -> str:
    """Return any dash as `-`, any white space as a space."""
    if sign == "\u2212" or unicodedata.category(sign) == "Pd":
        return "-"
    return " " if _WHITE_SPACE.match(sign) else sign


def _without_format(text: str) -> str:
    return "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
