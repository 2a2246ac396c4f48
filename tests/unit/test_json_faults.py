"""Which rule a body breaks and where: a table, and the fast reader as an oracle."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cobroke.domain.errors import Malformed
from cobroke.edge.bodies import json_of
from cobroke.edge.json_faults import first_fault
from cobroke.exact_json import dumps, loads_strictly
from tests.hostile.broken_bodies import BOM, BROKEN

GOOD = (
    b"{}",
    BOM + b"{}",
    b' \t\r\n[ 1 , -0.5e-3 , true , false , null , "" ] ',
    b'{"a": {"b": 1}, "c": {"b": 1}, "A": 1}',
    b'"\\"\\\\\\/\\n\\r\\t\\u0041\\ud83d\\uDE00\xd0\xb6\xf0\x9f\x98\x80"',
    b'"\\\\ufffd \\u0009\\u000a\\u000D \xef\xbb\xbf"',
    b"1e30",
    b"-" + b"9" * 30,
    b"0." + b"1" * 62,
    b"[" * 12 + b"]" * 12,
    b"0e999999999",
)
PIECES = [
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b" ",
        b"\n",
        b'"',
        b'"a"',
        b'"b":',
        b'"\\u0061"',
        b"true",
        b"null",
        b"nul",
    ),
    *(
        b"1",
        b"0",
        b"-",
        b".",
        b"e",
        b"+",
        b"1e31",
        b"NaN",
        b"-Infinity",
        b"9" * 64,
        b"\\",
        b"\\u",
        b"\\ufffd",
        b"\\b",
    ),
    *(
        b"\\ud83d",
        b"\\ude00",
        b"\\u0000",
        b"\\n",
        b"\x00",
        b"\x7f",
        b"\xff",
        b"\xd0",
        b"\xb6",
        b"\xef\xbf\xbd",
        BOM,
    ),
    *(b"[" * 11, b"]" * 11),
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abй"), inner, max_size=3)
    ),
    max_leaves=8,
)
WRITTEN = VALUES.map(lambda value: dumps(value).encode(errors="surrogatepass"))
often = settings(derandomize=True, database=None, deadline=None, max_examples=600)


@st.composite
def _touched(draw: st.DrawFn) -> bytes:
    body = draw(WRITTEN)
    for _ in range(draw(st.integers(0, 2))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 2)))
        body = body[:start] + draw(st.sampled_from(PIECES) | st.just(b"")) + body[end:]
    return body


BODIES = (
    _touched() | st.lists(st.sampled_from(PIECES), max_size=9).map(b"".join) | st.binary(max_size=9)
)


def _is_taken(body: bytes) -> bool:
    try:
        value = loads_strictly(body.removeprefix(BOM))
    except Malformed:
        return False
    return "\ufffd" not in dumps(value)


@pytest.mark.parametrize(
    "broken", BROKEN, ids=[f"{one.code} {number}" for number, one in enumerate(BROKEN)]
)
def test_the_first_byte_that_breaks_a_rule_is_named(broken: tuple[bytes, str, int]) -> None:
    body, *fault = broken
    found = first_fault(body)
    assert found is not None
    assert list(found) == fault
    assert not _is_taken(body)


@pytest.mark.parametrize("body", GOOD, ids=range(len(GOOD)))
def test_a_body_that_keeps_all_rules_has_no_fault(body: bytes) -> None:
    assert first_fault(body) is None
    assert json_of(body) == loads_strictly(body.removeprefix(BOM))


@often
@given(BODIES)
def test_a_fault_is_found_in_what_is_refused_and_in_nothing_else(body: bytes) -> None:
    assert (first_fault(body) is None) == _is_taken(body)


@often
@given(BODIES)
def test_a_refusal_says_the_fault_that_is_found(body: bytes) -> None:
    if found := first_fault(body):
        with pytest.raises(Malformed) as refused:
            json_of(body)
        assert refused.value.errors == (found,)


@often
@given(BODIES)
def test_nothing_before_the_place_is_at_fault(body: bytes) -> None:
    """What stands before it is whole, or only cut."""
    if found := first_fault(body):
        before = first_fault(body[: found.at])
        assert before is None or before == ("not_json", found.at)


@often
@given(BODIES, st.binary(max_size=3))
def test_the_gateway_that_decodes_moves_no_place(body: bytes, more: bytes) -> None:
    """It puts U+FFFD where the bytes are no UTF-8."""
    sent = body + more
    assert first_fault(sent.decode(errors="replace").encode()) == first_fault(sent)
