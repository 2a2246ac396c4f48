"""What `make clients` takes for a fault, and what it sends to the mock."""

import json

import httpx
import pytest

from tools.clients import Failed, compiled, generated, linted, requests, run
from tools.openapi import DOCUMENT

WRITTEN = json.loads(DOCUMENT.read_text())


def test_what_a_command_says_is_returned() -> None:
    assert run(["sh", "-c", "echo fine"]) == "fine\n"


@pytest.mark.parametrize("script", ["echo why; exit 1", "echo 'You have 2 warnings.'"])
def test_an_error_and_a_warning_are_faults_and_are_shown(script: str) -> None:
    with pytest.raises(Failed, match=r"why|2 warnings"):
        run(["sh", "-c", script])


def test_five_clients_are_made_and_both_languages_compiled_strictly() -> None:
    assert len(dict(generated())) == 5
    assert {name for name, _ in linted()} == {"Spectral", "Redocly"}
    assert {name for name, _ in compiled()} == {"tsc --strict", "mypy --strict"}


def test_every_example_of_a_body_is_sent_and_every_operation_is_asked() -> None:
    operations = [one for verbs in WRITTEN["paths"].values() for one in verbs.values()]
    bodies = [
        example["value"]
        for one in operations
        for example in one.get("requestBody", {})
        .get("content", {})
        .get("application/json", {})
        .get("examples", {})
        .values()
    ]
    with httpx.Client(base_url="http://127.0.0.1") as http:
        sent = list(requests(http, WRITTEN))
    assert [json.loads(one.content) for one in sent if one.content] == bodies
    without = [one for one in operations if "requestBody" not in one]
    assert len(sent) == len(bodies) + len(without)
    assert not [one for one in sent if "{" in str(one.url)]
