"""Proofs that strangers forge: each is refused, by the one rule that it breaks; and what only looks
odd verifies.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cobroke.telegram.proofs import BadProof, verify
from tests import hostile_init_data, hostile_widgets
from tests.builders import BOT_TOKEN, Json
from tests.harmless_proofs import HARMLESS
from tests.proofs import MINI_APP_KEY, NOW, WIDGET_KEY, a_user, hashed, signed

MINI_APPS = [
    (name, text, reason)
    for reason, rows in hostile_init_data.HOSTILE.items()
    for name, text in rows.items()
]
WIDGETS = [
    (name, sent, reason)
    for reason, rows in hostile_widgets.HOSTILE.items()
    for name, sent in rows.items()
]
OF_THE_HASH = {"a field is missing", "hash has no form", "hash does not fit"}


@pytest.mark.parametrize(
    ("text", "reason"), [row[1:] for row in MINI_APPS], ids=[row[0] for row in MINI_APPS]
)
def test_hostile_init_data_is_refused_by_the_rule_it_breaks(text: str, reason: str) -> None:
    with pytest.raises(BadProof) as refused:
        verify({"init_data": text}, BOT_TOKEN, NOW)
    assert str(refused.value) == reason


@pytest.mark.parametrize(
    ("sent", "reason"), [row[1:] for row in WIDGETS], ids=[row[0] for row in WIDGETS]
)
def test_a_hostile_widget_is_refused_by_the_rule_it_breaks(sent: Json, reason: str) -> None:
    with pytest.raises(BadProof) as refused:
        verify(sent, BOT_TOKEN, NOW)
    assert str(refused.value) == reason


def test_there_are_many_hostile_proofs_and_each_has_its_own_name() -> None:
    for rows in (MINI_APPS, WIDGETS):
        assert len(rows) == len({name for name, *_ in rows}) >= 50


def _readings(text: str) -> Iterator[tuple[set[str], list[str]]]:
    """The hashes that a careless reader could find, and the lines to be checked against them."""
    parts = [part.partition("=") for part in text.lstrip("?").split("&") if part]
    pairs = [(unquote_plus(name), unquote_plus(value)) for name, _, value in parts]
    hashes = {value.strip() for name, value in pairs if name.lower() == "hash"}
    signed_pairs = [(name, value) for name, value in pairs if name.lower() != "hash"]
    for read in (signed_pairs, dict(signed_pairs).items(), dict(reversed(signed_pairs)).items()):
        yield hashes, [f"{name}={value}" for name, value in read]


def test_hostile_init_data_is_rightly_signed_where_the_hash_is_not_its_fault() -> None:
    """Else the hash would refuse it without the rule that is meant."""
    for name, text, reason in MINI_APPS:
        if reason not in OF_THE_HASH and text:
            right = (
                hashed("\n".join(sorted(lines)), MINI_APP_KEY) in hashes
                for hashes, lines in _readings(text)
            )
            assert any(right), name


def test_a_hostile_widget_is_rightly_signed_where_the_hash_is_not_its_fault() -> None:
    for name, sent, reason in WIDGETS:
        if reason not in OF_THE_HASH:
            lines = sorted(
                f"{key}={value}"
                for key, value in sent.items()
                if key != "hash" and value is not None
            )
            assert hashed("\n".join(lines), WIDGET_KEY) == sent["hash"].strip(), name


@pytest.mark.parametrize(("sent", "telegram_id"), HARMLESS.values(), ids=HARMLESS)
def test_what_only_looks_odd_verifies(sent: Json, telegram_id: str) -> None:
    assert verify(sent, BOT_TOKEN, NOW).telegram_id == telegram_id


@pytest.mark.parametrize(
    ("names", "name", "username"),
    [
        ({"first_name": " Иван ", "last_name": "\tПетров"}, "Иван Петров", None),
        ({"first_name": "Иван", "last_name": " "}, "Иван", None),
        ({"first_name": "", "last_name": "Петров", "username": ""}, "Петров", None),
        ({"first_name": 1, "last_name": None, "username": "ivan"}, None, "ivan"),
        ({"username": 7}, None, None),
        ({"first_name": "%41&amp;"}, "%41&amp;", None),
        (
            {"first_name": "И\u00adван\u202e", "last_name": "Петров\u00a0\u2003Водкин"},
            "Иван Петров Водкин",
            None,
        ),
        ({"first_name": "\u200b", "last_name": "\u2066 \u2069"}, None, None),
    ],
    ids=[
        "both",
        "the first",
        "the last",
        "neither is a text",
        "no username",
        "a text is not decoded",
        "lines",
        "nothing left",
    ],
)
def test_the_names_are_those_that_are_texts(
    names: dict[str, Any], name: str | None, username: str | None
) -> None:
    user = a_user(**{"first_name": None} | names)
    proof = verify({"init_data": signed(user=user)}, BOT_TOKEN, NOW)
    assert proof == ("42", name, username, NOW)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=9)
    | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)
NAMED = st.sampled_from(["init_data", "id", "auth_date", "hash", "first_name", "more"])


@settings(derandomize=True, database=None, deadline=None, max_examples=200)
@given(st.dictionaries(NAMED, JSON, max_size=4) | st.text().map(lambda text: {"init_data": text}))
def test_whatever_is_sent_nothing_but_a_refusal_is_raised(sent: Json) -> None:
    with pytest.raises(BadProof):
        verify(sent, BOT_TOKEN, NOW)
