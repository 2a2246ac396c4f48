"""Ids are opaque, sort by age, name their owner and have one spelling."""

from hypothesis import assume, given
from hypothesis import strategies as st

from cobroke.domain import ids

OWNERS = st.binary(min_size=8, max_size=8).map(ids.realtor_id)
TIMES = st.integers(0, 2**48 - 1)
ENTROPY = st.binary(min_size=2, max_size=2)


@given(TIMES, ENTROPY, OWNERS)
def test_an_id_tells_its_owner_and_its_time(time: int, entropy: bytes, owner: str) -> None:
    made = ids.posting_id(time, entropy, owner)
    assert (ids.owner_of(made), ids.created_at(made)) == (owner, time)
    assert ids.is_posting_id(made)
    assert ids.is_realtor_id(owner)
    assert len(made) == 26


@given(TIMES, TIMES, ENTROPY, ENTROPY, OWNERS, OWNERS)
def test_a_newer_id_sorts_later(a: int, b: int, x: bytes, y: bytes, one: str, other: str) -> None:
    assume(a != b)
    older, newer = sorted((a, b))
    assert ids.posting_id(older, x, one) < ids.posting_id(newer, y, other)


def test_an_id_has_one_spelling() -> None:
    good = ids.posting_id(1, b"ab", ids.realtor_id(bytes(8)))
    other_spellings = [
        good.upper(),
        good[:-1] + chr(ord(good[-1]) + 1),
        good + "=",
        good + "\n",
        good[:-1],
        "",
        "é" * 26,
        "٣" * 26,  # what Python reads as digits too
        "-" + good[1:],
        "+" + good[1:],
        "_".join([good[:4], good[5:]]),
        " " + good[1:],
    ]
    assert not any(map(ids.is_posting_id, other_spellings))
