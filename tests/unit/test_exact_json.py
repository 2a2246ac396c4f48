"""JSON with exact numbers, strict in and exact out."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobroke.domain.errors import Malformed
from cobroke.exact_json import dumps, loads, loads_strictly


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
    ],
)
def test_a_value_is_read_exactly(text: str, value: object) -> None:
    read = loads_strictly(text.encode())
    assert read == value
    assert type(read) is type(value)


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
        b"[" * 200_000,
        b"[1] [2]",
    ],
    ids=lambda body: repr(body[:24]),
)
def test_what_two_readers_could_understand_differently_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        loads_strictly(body)


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_a_number_goes_out_with_the_value_it_came_with(number: Decimal) -> None:
    assert loads(dumps(loads_strictly(str(number).encode()))) == number


def test_letters_leave_as_they_are() -> None:
    assert dumps({"город": "Орёл", "n": Decimal("1.5")}) == '{"город":"Орёл","n":1.5}'


@given(st.binary(max_size=60))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    with suppress(Malformed):
        loads_strictly(body)
