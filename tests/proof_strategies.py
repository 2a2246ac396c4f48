"""Proofs for Hypothesis: as Telegram makes them, with odd contents, and touched on their way."""

from decimal import Decimal
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

from cobroke.exact_json import dumps
from tests.builders import Json
from tests.proofs import DIGITS, MINI_APP_KEY, NOW, WIDGET_KEY, hashed, without

TEXTS = st.text(max_size=8) | st.sampled_from(
    ["", "Иван", "a\nb", "100%", "a+b", "a=b&c", "[x]", "{}", "\ufffd", "%41"]
)
TIMES = st.sampled_from([NOW - 3_600, NOW, NOW + 30])
LIMITS = [str(NOW + seconds) for seconds in (-86_401, -86_400, -3_601, 31)]
ODD_TIMES = st.sampled_from(
    [*LIMITS, "", "0", "-1", f"0{NOW}", f"{NOW}.0", f" {NOW}", str(NOW).translate(DIGITS), "9" * 19]
)
IDS = st.integers(1, 2**52 - 1)
ODD_IDS: st.SearchStrategy[Any] = st.sampled_from(
    [0, -1, 2**52, 2**64, "42", "042", " 42", "", True, None, [42], Decimal("42.5")]
)
NAMES = st.sampled_from(
    ["query_id", "chat_type", "chat_instance", "start_param", "signature", "note"]
)
ODD_NAMES = st.sampled_from(["Note", "a1", "a b", "имя", "k" * 33, ""])
MOST = 4
"""How many of five proofs are plain in one respect."""


def _mostly[T](usual: st.SearchStrategy[T], odd: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    return st.integers(0, MOST).flatmap(lambda number: usual if number < MOST else odd)


@st.composite
def _users(draw: st.DrawFn) -> str:
    user: Json = {"id": draw(_mostly(IDS, ODD_IDS)), "first_name": draw(TEXTS)}
    user |= draw(
        st.dictionaries(
            st.sampled_from(["last_name", "username", "language_code"]), TEXTS, max_size=2
        )
    )
    user |= draw(
        _mostly(
            st.just({}),
            st.sampled_from([{"is_bot": True}, {"is_bot": False}, {"first_name": None}]),
        )
    )
    text = dumps(user)
    odd = [
        text[:-1],
        text + " ",
        " " + text,
        f"[{text}]",
        quote(text),
        text[:-1] + ',"id":7}',
        "null",
        "",
    ]
    return draw(_mostly(st.just(text), st.sampled_from(odd)))


@st.composite
def mini_apps(draw: st.DrawFn) -> str:
    """Init_data: signed over its lines, written in one of the ways there are, perhaps touched."""
    extra = draw(st.dictionaries(_mostly(NAMES, ODD_NAMES), TEXTS, max_size=3))
    fields = {"auth_date": draw(_mostly(TIMES.map(str), ODD_TIMES)), "user": draw(_users())} | extra
    for name in draw(
        _mostly(st.just([]), st.lists(st.sampled_from(["auth_date", "user"]), max_size=1))
    ):
        del fields[name]
    digest = hashed(
        "\n".join(sorted(f"{name}={value}" for name, value in fields.items())), MINI_APP_KEY
    )
    safe = draw(st.sampled_from(["", "/:", "{}[],:", "абв"]))
    pairs = [(name, quote(value, safe=safe)) for name, value in fields.items()] + [("hash", digest)]
    parts = draw(st.permutations([f"{name}={value}" for name, value in pairs]))
    return draw(st.just("&".join(parts)) | _touched(parts))


@st.composite
def _touched(draw: st.DrawFn, parts: list[str]) -> str:
    one, other = draw(st.sampled_from(parts)), draw(st.sampled_from(parts))
    whole = "&".join(parts)
    place = draw(st.integers(0, len(whole)))
    return draw(
        st.sampled_from(
            [
                f"{whole}&{one}",
                f"{one.partition('=')[0]}=1&{whole}",
                f"{whole}&note=",
                f"{whole}&",
                "&".join(part for part in parts if part != one),
                whole.replace(f"{one}&{other}", f"{one}%0A{quote(other)}"),
                whole.replace("%20", "+"),
                whole.replace("%EF%BF%BD", "%ff"),
                whole.upper(),
                whole[:place] + whole[place + 1 :],
                whole[:place] + draw(st.sampled_from("a0%&=+\n;")) + whole[place:],
            ]
        )
    )


@st.composite
def widgets(draw: st.DrawFn) -> Json:
    """The Login Widget's object: signed over its lines, and perhaps touched."""
    sent: Json = {"id": draw(_mostly(IDS | IDS.map(str), ODD_IDS)), "first_name": draw(TEXTS)}
    sent["auth_date"] = draw(_mostly(TIMES | TIMES.map(str), ODD_TIMES))
    known = st.sampled_from(["last_name", "username", "photo_url"])
    values = _mostly(TEXTS, st.sampled_from([None, True, 7, Decimal("7.5"), ["x"]]))
    sent |= draw(st.dictionaries(_mostly(known, ODD_NAMES), values, max_size=3))
    for name in draw(_mostly(st.just([]), st.lists(st.sampled_from(list(sent)), max_size=1))):
        del sent[name]
    lines = sorted(f"{name}={value}" for name, value in sent.items() if value is not None)
    sent["hash"] = hashed("\n".join(lines), WIDGET_KEY)
    one = draw(st.sampled_from(list(sent)))
    touched: list[Json] = [
        without(sent, one),
        sent | {one: "1"},
        sent | {"username": ""},
        sent | {one: None},
        sent | {"hash": sent["hash"].upper()},
        sent | {"hash": hashed("\n".join(lines))},
    ]
    return draw(_mostly(st.just(sent), st.sampled_from(touched)))
