"""Texts that are more than texts: names as shown, phone numbers, web addresses."""

import re
import unicodedata
from urllib.parse import urlsplit

_PHONE = re.compile(r"\+?[0-9() -]+")


def shown(text: str) -> str:
    """A name as it is kept: trimmed, in NFC."""
    return unicodedata.normalize("NFC", text.strip())


def phone_number(text: str) -> str | None:
    """`+` and digits, or None where it is no phone number. Without a `+` in front a Russian one is meant."""
    if not 10 <= len(text) <= 32 or not _PHONE.fullmatch(text):
        return None
    digits = re.sub("[^0-9]", "", text)
    if text.startswith("+"):
        return f"+{digits}" if 10 <= len(digits) <= 15 else None
    if len(digits) == 11 and digits[0] in "78":
        return f"+7{digits[1:]}"
    return f"+7{digits}" if len(digits) == 10 else None


def web_address(text: str) -> bool:
    """Whether it is an https URL with a host name: no user, and no IP address in any spelling."""
    if not text.isprintable() or any(sign in text for sign in ' \\"<>`'):
        return False
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if parts.scheme != "https" or not host or "@" in parts.netloc:
        return False
    labels = unicodedata.normalize("NFKC", host).casefold().replace("\u3002", ".").split(".")
    # Browsers read a last label that is a number, decimal or hexadecimal, as the end of an IPv4 address, and some marks
    # in it not at all.
    last = "".join(sign for sign in labels[-1] if not unicodedata.category(sign).startswith("M"))
    named = any(letter.isalpha() for letter in last) and not re.fullmatch("0x[0-9a-f]*", last)
    return named and all(labels) and not re.search(r"[:%\[\]^|]", host)
