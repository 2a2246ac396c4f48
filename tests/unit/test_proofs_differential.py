"""Our verifier against two published ones: every disagreement is one of those named here, each with
its reason.

A disagreement is a proof that one of two takes for somebody and the other does not. What a library
raises, whatever it is, is a refusal.
"""

import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import init_data_py
from hypothesis import given, settings

from cobroke.telegram.proofs import BadProof, verify
from tests import hostile_init_data, hostile_widgets
from tests.builders import BOT_TOKEN, Json
from tests.harmless_proofs import HARMLESS
from tests.proof_strategies import mini_apps, widgets
from tests.proofs import NOW

type Verdict = tuple[str | None, str]
"""Whom the proof proves, or None and why not."""

TAKEN = "taken"

LOOSER = {
    ("init_data_py", "a key is odd"): "it takes any name, percent-encoded too",
    ("init_data_py", "a value has a newline"): "so fields can be spliced",
    ("init_data_py", "not UTF-8"): "it reads U+FFFD for bytes that are none: two texts, one hash",
    ("init_data_py", "too many fields"): "it has no limit",
    ("init_data_py", "too long"): "it has no limit",
    ("init_data_py", "hash has no form"): "it takes upper case; Telegram writes lower",
    ("init_data_py", "auth_date is no time"): "it takes noughts before",
    ("init_data_py", "too old, or ahead of time"): "it has no check of the future",
    ("init_data_py", "user is not JSON"): "it takes the last of two ids, NaN, and what is too deep",
    ("init_data_py", "user is no person"): "it takes a bot",
    ("init_data_py", "id out of range"): "it has no range",
    ("aiogram", "a key is odd"): "it takes any name, percent-encoded too",
    ("aiogram", "a key stands twice"): "it takes the last",
    ("aiogram", "a value has a newline"): "so fields can be spliced",
    ("aiogram", "not UTF-8"): "it reads U+FFFD for bytes that are none: two texts, one hash",
    ("aiogram", "too many fields"): "it has no limit",
    ("aiogram", "too long"): "it has no limit",
    ("aiogram", "hash does not fit"): "it overlooks blank fields, so that one can be added",
    ("aiogram", "auth_date is no time"): "it reads fractions, signs, spaces and ISO dates",
    ("aiogram", "too old, or ahead of time"): "it has no check of freshness",
    ("aiogram", "user is not JSON"): "it takes the last of two ids, NaN, and what is too deep",
    ("aiogram", "user is no person"): "it takes a bot",
    ("aiogram", "id is no integer"): "it makes one of a text or a boolean",
    ("aiogram", "id out of range"): "it has no range",
    ("aiogram's widget", "a field is unknown"): "it hashes whatever it is given",
    ("aiogram's widget", "a field is missing"): "it asks for the hash alone",
    (
        "aiogram's widget",
        "a value is neither text nor integer",
    ): "it hashes Python's text of any value",
    ("aiogram's widget", "a value has a newline"): "so fields can be spliced",
    ("aiogram's widget", "too long"): "it has no limit",
    (
        "aiogram's widget",
        "hash does not fit",
    ): "it hashes Python's text of a null, which counts as absent",
    ("aiogram's widget", "auth_date is no time"): "it does not read auth_date",
    ("aiogram's widget", "too old, or ahead of time"): "it has no check of freshness",
    ("aiogram's widget", "id is no integer"): "it does not read the id",
    ("aiogram's widget", "id out of range"): "it does not read the id",
}
"""(library, the reason of ours) → why the library takes what we refuse."""

STRICTER = {
    ("init_data_py", "MissingFieldError"): "it wants first_name in a user; we want the id",
    (
        "init_data_py",
        "MalformedFieldError",
    ): "it reads every field that it knows, and 42.0 is no integer to it",
    ("aiogram", "ValueError"): "it overlooks blank fields, which were signed",
    ("aiogram", "ValidationError"): "it wants first_name, and a user that begins with {",
    ("aiogram", "JSONDecodeError"): "it reads every value in brackets as JSON",
    ("aiogram's widget", "False"): "it hashes a null, which was not signed",
}
"""(library, what it raises) → why it refuses what we take."""


def ours(sent: Json) -> Verdict:
    try:
        return verify(sent, BOT_TOKEN, NOW).telegram_id, TAKEN
    except BadProof as why:
        return None, str(why)


def by_init_data_py(text: str) -> Verdict:
    return _of_user(
        init_data_py.validate_by_hash(text, BOT_TOKEN, now=datetime.fromtimestamp(NOW, UTC)).user
    )


def by_aiogram(text: str) -> Verdict:
    return _of_user(_aiogram("web_app").safe_parse_webapp_init_data(BOT_TOKEN, text).user)


def by_aiograms_widget(sent: Json) -> Verdict:
    fits = _aiogram("auth_widget").check_integrity(BOT_TOKEN, sent)
    return (str(sent.get("id")), TAKEN) if fits else (None, "False")


def _of_user(user: Any) -> Verdict:
    return (str(user.id), TAKEN) if user else (None, "no user")


def _asked(ask: Callable[[Any], Verdict], proof: Any) -> Verdict:
    try:
        return ask(proof)
    except Exception as why:  # noqa: BLE001
        return None, type(why).__name__


def _aiogram(module: str) -> Any:
    """Imported here: it takes two seconds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return __import__(f"aiogram.utils.{module}", fromlist=["*"])


LIBRARIES: dict[str, tuple[Callable[[Any], Verdict], bool]] = {
    "init_data_py": (by_init_data_py, False),
    "aiogram": (by_aiogram, False),
    "aiogram's widget": (by_aiograms_widget, True),
}
"""Name → what it says, and whether of widgets."""


def disagreements(sent: Json) -> Iterator[tuple[str, str]]:
    """The keys, of LOOSER or STRICTER, that this proof shows."""
    us, reason = ours(sent)
    for name, (ask, of_widgets) in LIBRARIES.items():
        if of_widgets != isinstance(sent.get("init_data"), str):
            them, error = _asked(ask, sent if of_widgets else sent["init_data"])
            if them is None and us is not None:
                yield name, error
            elif them != us:
                assert us is None, f"{name} takes it for {them}, we for {us}"
                yield name, reason


def written_proofs() -> Iterator[Json]:
    for rows in hostile_init_data.HOSTILE.values():
        yield from ({"init_data": text} for text in rows.values())
    for objects in hostile_widgets.HOSTILE.values():
        yield from objects.values()
    yield from (sent for sent, _ in HARMLESS.values())


def test_every_named_disagreement_is_real_and_no_other_is_in_the_written_proofs() -> None:
    shown = {key for sent in written_proofs() for key in disagreements(sent)}
    assert shown == LOOSER.keys() | STRICTER.keys()


often = settings(derandomize=True, database=None, deadline=None, max_examples=1200)


@often
@given(mini_apps())
def test_init_data_is_taken_or_refused_as_the_libraries_do_but_for_what_is_named(text: str) -> None:
    assert set(disagreements({"init_data": text})) <= LOOSER.keys() | STRICTER.keys()


@often
@given(widgets())
def test_a_widget_is_taken_or_refused_as_the_library_does_but_for_what_is_named(sent: Json) -> None:
    assert set(disagreements(sent)) <= LOOSER.keys() | STRICTER.keys()
