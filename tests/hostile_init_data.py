"""Init_data of Mini Apps that must not verify, as data: reason → name → what is sent.

Each is right, and rightly signed, but for the one thing that it is named for.
"""

import hashlib
import hmac
import json
from urllib.parse import quote

from tests.builders import BOT_TOKEN, init_data
from tests.proofs import DIGITS, NOW, WIDGET_KEY, a_user, hashed, lines_of, of_widget, signed

SIGNATURE = "zL-ucjNyREiHDE8aihFwpfR9aggP2xiAo3NSpfe-p7IbCisNlDKlo7Kb6G4D0Ao2mBrSgEk4maLSdv6MLIlADQ"
PLAIN = signed()
FIELDS = {"auth_date": str(NOW), "query_id": "AAH", "user": a_user()}
LINES = lines_of(**FIELDS)
HASH = hashed(LINES)
SIGNED_TOO = signed(signature=SIGNATURE)
BIG = {"padding": "x" * (8192 - len(signed(padding="")))}
BIG_IN_BYTES = signed(padding="ж" * 4100).replace(quote("ж"), "ж")  # half as many letters
OF_WIDGET = of_widget()
HALF = "\ud800"
THE_USER = quote(a_user(), safe="")
ANOTHER = quote(a_user(id=43), safe="")
DEEP = "[" * 12 + "]" * 12


def with_hash(digest: str) -> str:
    """The plain proof with another hash."""
    return PLAIN.partition("&hash=")[0] + f"&hash={digest}"


HOSTILE: dict[str, dict[str, str]] = {
    "a key is odd": {
        "nothing at all": "",
        "a name without a value": signed(premium="").replace("premium=", "premium"),
        "an empty field at the end": PLAIN + "&",
        "an empty field at the start": "&" + PLAIN,
        "an empty field between": PLAIN.replace("&", "&&", 1),
        "a name in upper case": signed(Note="a"),
        "a name with a digit": signed(note1="a"),
        "a name with a hyphen": signed(**{"chat-type": "a"}),
        "a name with a space": signed(**{"a b": "a"}),
        "no name": signed(**{"": "a"}),
        "a name of 33 letters": signed(**{"k" * 33: "a"}),
        "a name in Cyrillic": signed(имя="a"),
        "a Cyrillic look-alike of a name": signed(auth_dаte="1"),
        "a name percent-encoded": PLAIN.replace("auth_date=", "%61uth_date="),
        "a name with a newline": signed(**{"a\nb": "a"}),
        "a name with a null": signed(**{"a\0": "a"}),
        "hash in upper case": PLAIN.replace("hash=", "HASH="),
        "a question mark before": "?" + PLAIN,
    },
    "a key stands twice": {
        "auth_date twice, the same": f"{PLAIN}&auth_date={NOW}",
        "auth_date twice, the first is right": f"{PLAIN}&auth_date={NOW - 1}",
        "auth_date twice, the last is right": f"auth_date={NOW - 1}&{PLAIN}",
        "user twice, the first is right": f"{PLAIN}&user={ANOTHER}",
        "user twice, the last is right": f"user={ANOTHER}&{PLAIN}",
        "user twice, both signed": PLAIN.partition("&hash=")[0]
        + f"&user={ANOTHER}&hash="
        + hashed("\n".join(sorted([*LINES.split("\n"), f"user={a_user(id=43)}"]))),
        "hash twice, the same": f"{PLAIN}&hash={HASH}",
        "hash twice, the last is right": f"hash={'0' * 64}&{PLAIN}",
        "an unknown field twice": signed(note="a") + "&note=a",
        "a blank field twice": signed(note="") + "&note=",
    },
    "a value has a newline": {
        "a newline in a value": signed(note="a\nb"),
        "a newline in a value, not encoded": signed(note="a\nb").replace("%0A", "\n"),
        "a newline at the end of the hash": PLAIN + "%0A",
        "two fields spliced into one": (
            f"auth_date={NOW}%0Aquery_id%3DAAH&user={THE_USER}&hash={HASH}"
        ),
        "the user spliced into another field": (
            f"auth_date={NOW}&query_id=AAH%0Auser%3D{THE_USER}&hash={HASH}"
        ),
        "a user of several lines": signed(user='{\n"id":42}'),
        "a Windows newline": signed(note="a\r\nb"),
    },
    "not UTF-8": {
        "a byte that is no UTF-8": signed(note="\ufffd").replace("%EF%BF%BD", "%ff"),
        "an overlong slash": signed(note="\ufffd\ufffd").replace("%EF%BF%BD%EF%BF%BD", "%c0%af"),
        "an overlong newline": signed(note="\ufffd\ufffd").replace("%EF%BF%BD%EF%BF%BD", "%c0%8a"),
        "a letter cut short": signed(note="\ufffd").replace("%EF%BF%BD", "%d0"),
        "half of a surrogate pair, encoded": signed(note="\ufffd" * 3).replace(
            "%EF%BF%BD" * 3, "%ed%a0%80"
        ),
        "a surrogate pair in six bytes": signed(note="\ufffd" * 6).replace(
            "%EF%BF%BD" * 6, "%ed%a0%bd%ed%b8%80"
        ),
        "beyond Unicode": signed(note="\ufffd" * 4).replace("%EF%BF%BD" * 4, "%f4%90%80%80"),
        "half of a surrogate pair, not encoded": PLAIN.partition("&hash=")[0]
        + f"&note={HALF}&hash="
        + hashed(lines_of(**FIELDS, note=HALF)),
    },
    "too many fields": {
        "33 fields": signed(
            **{f"note_{chr(97 + n)}": "a" for n in range(26)}, **{f"k_{c}": "a" for c in "abc"}
        ),
        "33 fields, some blank": signed(**{"k" * n: "" for n in range(1, 30)}),
    },
    "too long": {
        "8 KB and a byte": signed(padding=BIG["padding"] + "x"),
        "more than 8 KB in fewer letters": BIG_IN_BYTES,
    },
    "a field is missing": {
        "no hash": PLAIN.partition("&hash=")[0],
        "hash by another name": PLAIN.replace("hash=", "sign="),
        "only a signature": SIGNED_TOO.partition("&hash=")[0],
        "no auth_date": signed(auth_date=None),
        "auth_date by another name": signed(auth_date=None, authdate=str(NOW)),
        "no user": signed(user=None),
        "a receiver instead of the user": signed(user=None, receiver=a_user()),
    },
    "hash has no form": {
        "a blank hash": with_hash(""),
        "a hash in upper case": with_hash(HASH.upper()),
        "a hash with one letter in upper case": with_hash(
            next(HASH.replace(c, c.upper(), 1) for c in "abcdef" if c in HASH)
        ),
        "a hash of 63 digits": with_hash(HASH[:-1]),
        "a hash of 65 digits": with_hash(HASH + "0"),
        "a hash of 32 digits": with_hash(HASH[:32]),
        "a hash with a prefix": with_hash("0x" + HASH),
        "a hash with a space": with_hash(HASH + "%20"),
        "a hash with Arabic digits": with_hash(HASH.translate(DIGITS)),
        "a hash with full-width digits": with_hash("".join(chr(ord(c) + 0xFEE0) for c in HASH)),
        "a hash in base64": with_hash("YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY%3D"),
        "a hash with a letter beyond f": with_hash("g" + HASH[1:]),
    },
    "hash does not fit": {
        "a hash of noughts": with_hash("0" * 64),
        "a hash with a digit changed": with_hash(
            HASH[:-1] + "0123456789abcdef"[(int(HASH[-1], 16) + 1) % 16]
        ),
        "another bot's": init_data(42, bot_token="43:OTHER", auth_date=str(NOW)),
        "of no bot": init_data(42, bot_token="", auth_date=str(NOW)),
        "the widget's key": with_hash(hashed(LINES, WIDGET_KEY)),
        "the widget's whole proof as init_data": "&".join(
            f"{name}={value}" for name, value in OF_WIDGET.items()
        )
        + f"&user={THE_USER}",
        "key and message of the secret swapped": with_hash(
            hashed(LINES, hmac.digest(BOT_TOKEN.encode(), b"WebAppData", "sha256"))
        ),
        "the bot token itself as the key": with_hash(hashed(LINES, BOT_TOKEN.encode())),
        "a hash without a key": with_hash(hashlib.sha256(LINES.encode()).hexdigest()),
        "hash computed without the signature": SIGNED_TOO.partition("&hash=")[0] + f"&hash={HASH}",
        "the signature removed": SIGNED_TOO.replace(f"&signature={SIGNATURE}", ""),
        "the signature changed": SIGNED_TOO.replace("signature=z", "signature=Z"),
        "a field added": PLAIN + "&is_premium=1",
        "a blank field added": PLAIN + "&note=",
        "a field taken out": PLAIN.replace("query_id=AAH&", ""),
        "a field renamed": PLAIN.replace("query_id=", "query_ib="),
        "two values exchanged": signed(note="a", text="b")
        .replace("note=a", "note=b")
        .replace("text=b", "text=a"),
        "a later auth_date": PLAIN.replace(str(NOW), str(NOW + 1)),
        "another's id": PLAIN.replace(THE_USER, ANOTHER),
        "a letter moved from a value to the next": signed(a="x", b="y").replace(
            "a=x&b=y", "a=xy&b="
        ),
        "hash over the fields as they came": with_hash(
            hashed("\n".join(f"{k}={FIELDS[k]}" for k in ("user", "query_id", "auth_date")))
        ),
        "hash over the encoded values": with_hash(hashed(lines_of(**FIELDS | {"user": THE_USER}))),
        "hash over a user decoded twice": signed(user=a_user()).replace(THE_USER, quote(THE_USER)),
        "lines joined with &": with_hash(hashed(LINES.replace("\n", "&"))),
        "a newline after the last line": with_hash(hashed(LINES + "\n")),
        "a plus meant as a plus": signed(note="a+b").replace("%2B", "+"),
        "spaces around the name's value": PLAIN.replace("AAH", "%20AAH"),
        "nothing signed": f"user={THE_USER}&auth_date={NOW}&hash={hashed('')}",
    },
    "auth_date is no time": {
        name: signed(auth_date=value)
        for name, value in {
            "a blank auth_date": "",
            "auth_date with a fraction": f"{NOW}.0",
            "auth_date with an exponent": "1764e6",
            "auth_date below nought": f"-{NOW}",
            "auth_date with a plus": f"+{NOW}",
            "auth_date with a nought before": f"0{NOW}",
            "auth_date with a space": f" {NOW}",
            "auth_date in Arabic digits": str(NOW).translate(DIGITS),
            "auth_date with an underscore": "1_764_000_000",
            "auth_date in hexadecimal": hex(NOW),
            "auth_date of 17 digits": "1" * 17,
            "auth_date as a date": "2025-11-24T16:00:00Z",
        }.items()
    },
    "too old, or ahead of time": {
        "stale by a second": signed(auth_date=str(NOW - 86_401)),
        "31 s ahead": signed(auth_date=str(NOW + 31)),
        "auth_date in milliseconds": signed(auth_date=str(NOW * 1000)),
        "auth_date 1": signed(auth_date="1"),
    },
    "user is not JSON": {
        name: signed(user=value)
        for name, value in {
            "a blank user": "",
            "a user twice encoded": THE_USER,
            "a user cut short": a_user()[:-1],
            "a user with more after it": a_user() + "{}",
            "two ids": '{"id":42,"id":43}',
            "two ids, one of them escaped": '{"id":42,"\\u0069d":43}',
            "two names in what is ignored": '{"id":42,"more":{"a":1,"a":2}}',
            "NaN in what is ignored": '{"id":42,"more":NaN}',
            "infinity in what is ignored": '{"id":42,"more":1e999}',
            "an id of 5,000 digits": '{"id":' + "4" * 5000 + "}",
            "a user 13 deep": '{"id":42,"more":' + DEEP + "}",
            "half of a surrogate pair in a name": '{"id":42,"first_name":"\\ud800"}',
            "a null in a name": '{"id":42,"first_name":"\\u0000"}',
            "single quotes": "{'id':42}",
            "a byte order mark": "\ufeff" + a_user(),
            "an id with a nought before": '{"id":042}',
            "a comment": '{"id":42/**/}',
        }.items()
    },
    "user is no person": {
        name: signed(user=value)
        for name, value in {
            "null for a user": "null",
            "a list": f"[{a_user()}]",
            "a number": "42",
            "JSON in JSON": json.dumps(a_user()),
            "a bot": a_user(is_bot=True),
            "a bot in words": a_user(is_bot="false"),
            "a bot in numbers": a_user(is_bot=0),
            "perhaps a bot": a_user(is_bot=None),
        }.items()
    },
    "id is no integer": {
        name: signed(user=value)
        for name, value in {
            "no id": '{"first_name":"Ivan"}',
            "an id by another name": '{"ID":42}',
            "a text for an id": a_user(id="42"),
            "true for an id": a_user(id=True),
            "a fraction for an id": a_user(id=42.5),
            "null for an id": a_user(id=None),
            "a list for an id": a_user(id=[42]),
        }.items()
    },
    "id out of range": {
        "id 0": signed(user=a_user(id=0)),
        "id -0.0": signed(user='{"id":-0.0}'),
        "id -42": signed(user=a_user(id=-42)),
        "id 2^52": signed(user=a_user(id=2**52)),
        "id 2^64 + 42": signed(user=a_user(id=2**64 + 42)),
    },
}
