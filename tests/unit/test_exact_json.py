"""JSON with exact numbers, strict in and exact out."""

import hashlib
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobroke.domain.errors import Malformed
from cobroke.exact_json import dumps, fingerprint, loads, loads_strictly


def _named(value: object) -> str:
    return ascii(value)[:28].replace("\\", "/")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2.0", 2),
        ("2e0", 2),
        ("-0.0", 0),
        ("12345678901.23", Decimal("12345678901.23")),
        ("1.10", Decimal("1.1")),
        ("1e30", 10**30),
        ("0.1", Decimal("0.1")),
        ('"a\\tb\\nc"', "a\tb\nc"),
        ("[" * 12 + "]" * 12, [[[[[[[[[[[[]]]]]]]]]]]]),
        ('{"ключ": null}', {"ключ": None}),
        ("0." + "1" * 62, Decimal("0." + "1" * 62)),
        ("9" * 30, 10**30 - 1),
        ("1e-64", Decimal("1e-64")),
    ],
    ids=_named,
)
def test_a_value_is_read_exactly(text: str, value: object) -> None:
    read = loads_strictly(text.encode())
    assert read == value
    assert type(read) is type(value)


def test_lists_and_objects_may_lie_twelve_deep_and_hold_texts_there() -> None:
    for body in (
        "[" * 12 + '"x"' + "]" * 12,
        '{"a":' * 12 + '"x"' + "}" * 12,
        '[{"a":' * 6 + '"x"' + "}]" * 6,
    ):
        assert dumps(loads_strictly(body.encode())) == body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"\xff",
        b"\xef\xbb\xbf{}",
        b'{"a":1,"a":1}',
        b'{"x":{"a":1,"a":2}}',
        b"NaN",
        b"-Infinity",
        b"1e999",
        b"1e31",
        b"-1e31",
        b"1e99999999999999999999",
        b"9" * 65,
        b"1" + b"0" * 29 + b"1",
        b"-1" + b"0" * 30 + b".1",
        b"1e-4000000",
        b"0." + b"1" * 63,
        b"01",
        b"+1",
        b"1.",
        b"'a'",
        b'"\\ud800"',
        b'{"\\udfff":1}',
        b'"\\u0000"',
        b'"\\u007f"',
        b'"\\u001f"',
        b"[" * 13 + b"]" * 13,
        b'{"a":' * 13 + b"1" + b"}" * 13,
        b'[{"a":' * 6 + b"[]" + b"}]" * 6,
        b"[" * 200_000,
        b"[1] [2]",
    ],
    ids=_named,
)
def test_what_two_readers_could_understand_differently_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        loads_strictly(body)


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_a_number_goes_out_with_the_value_it_came_with(number: Decimal) -> None:
    assert loads(dumps(loads_strictly(str(number).encode()))) == number


def test_letters_leave_as_they_are() -> None:
    assert dumps({"город": "Орёл", "n": Decimal("1.5")}) == '{"город":"Орёл","n":1.5}'


def test_a_fingerprint_is_that_of_the_shortest_text_with_its_members_in_order() -> None:
    text = b'{"a":"\\u0451","b":[1,1.5,null,true]}'
    assert (
        fingerprint({"b": [1, Decimal("1.5"), None, True], "a": "ё"})
        == hashlib.sha256(text).hexdigest()
    )


def test_equal_json_has_one_fingerprint_however_it_was_written() -> None:
    one, other = b'{"a":{"x":2,"y":1.50},"b":[]}', b' { "b" : [], "a" : {"y": 15e-1, "x": 2.0} } '
    assert fingerprint(loads_strictly(one)) == fingerprint(loads_strictly(other))
    assert fingerprint(loads_strictly(one)) != fingerprint(loads_strictly(one.replace(b"2", b"3")))


@given(st.binary(max_size=60))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    with suppress(Malformed):
        loads_strictly(body)
