"""The walk of `make drill` on paper: it passes where all holds, and says what does not."""

import jwt
import pytest

from infra.signing_keys import HASH_KEY
from tools.drill.rotation import FIRST, STEPS, NotRotated, Step, Stored, walk


class OnPaper:
    """A stack of which only the keys are there: a token is no more than its header."""

    def __init__(self) -> None:
        self.step = FIRST
        self.versions = dict.fromkeys(self.names((*FIRST.keys, HASH_KEY)), 1)

    def names(self, keys: tuple[str, ...]) -> list[str]:
        return [f"{folder}/{key}" for key in keys for folder in ("private", "public")]

    def deploy(self, step: Step) -> None:
        self.step = step
        for name in self.names(step.keys):
            self.versions.setdefault(name, 1)

    def ask(self, event: str, key: str) -> None: ...

    def stored(self) -> Stored:
        return dict(self.versions)

    def key_id(self, key: str) -> str:
        return f"id of {key}"

    def register(self) -> str:
        return jwt.encode({}, "", algorithm="none", headers={"kid": self.key_id(self.step.signs)})

    def status(self, verb: str, path: str, token: str) -> int:  # noqa: ARG002
        kid = jwt.get_unverified_header(token)["kid"]
        return 404 if kid in map(self.key_id, self.step.keys) else 401


class NeverRetires(OnPaper):
    def status(self, verb: str, path: str, token: str) -> int:
        return 200 if self.step.name == "retire" else super().status(verb, path, token)


class OneFunctionStaysBehind(OnPaper):
    """As in a deploy that publishes and signs at once, before it has come to all functions."""

    def status(self, verb: str, path: str, token: str) -> int:
        if self.step.name != "sign" or "match" not in path:
            return super().status(verb, path, token)
        return 404 if token.startswith(OnPaper().register().partition(".")[0]) else 401


class SignsWithTheOld(OnPaper):
    def register(self) -> str:
        step, self.step = self.step, FIRST
        try:
            return super().register()
        finally:
            self.step = step


class PutsAgain(OnPaper):
    def ask(self, event: str, key: str) -> None:
        if event == "Update":
            self.versions[f"public/{key}"] += 1


class Deletes(OnPaper):
    def ask(self, event: str, key: str) -> None:
        if event == "Delete" and self.step.name == "publish":
            self.versions.pop(f"private/{key}", None)


class HashesAnew(OnPaper):
    def ask(self, event: str, key: str) -> None:
        if (event, key) == ("Create", HASH_KEY):
            self.versions[f"private/{key}"] += 1


class MakesAnotherKey(OnPaper):
    def deploy(self, step: Step) -> None:
        super().deploy(step)
        self.versions.setdefault(f"private/{step.name}", 1)


def test_a_rotation_in_which_all_holds_is_told_step_by_step() -> None:
    told: list[str] = []
    walk(OnPaper(), told.append)
    assert [line.partition(":")[0] for line in told] == [step.name for step in (FIRST, *STEPS)]


@pytest.mark.parametrize(
    ("world", "said"),
    [
        (NeverRetires, "retire: .* answers 200 to a token of 2026-11"),
        (OneFunctionStaysBehind, "sign: matches answers 401 to a token of 2027-02"),
        (SignsWithTheOld, "sign: a new token names id of 2026-11, not the key of 2027-02"),
        (PutsAgain, "the same again: public/2026-11 is not what it was"),
        (Deletes, "publish: private/2026-11 is not what it was"),
        (HashesAnew, f"the same again: private/{HASH_KEY} is not what it was"),
        (MakesAnotherKey, "the same again: 5 parameters are stored instead of 4"),
    ],
)
def test_what_does_not_hold_is_said(world: type[OnPaper], said: str) -> None:
    with pytest.raises(NotRotated, match=said):
        walk(world(), lambda _: None)
