"""The smoke test of a deployed API, tried on the functions in process and on answers that are
wrong.
"""

from collections.abc import Callable
from importlib import import_module

import boto3
import httpx
import pytest

from cobroke.domain.errors import Busy
from cobroke.edge.routes import ROUTES
from tests.account import TABLE
from tests.events import in_process
from tools import smoke

URL = "https://api.example.com/base"
ORIGIN = "https://app.example.com"

type Answers = Callable[[httpx.Request], httpx.Response]


def the_functions(request: httpx.Request) -> httpx.Response:
    path = request.url.path.removeprefix("/base")
    answer = in_process(request.method, path, "", dict(request.headers), request.content or None)
    return httpx.Response(answer.status, headers=dict(answer.headers), text=answer.text)


def the_gateway(request: httpx.Request) -> httpx.Response:
    """It answers preflights by itself."""
    if request.method != "OPTIONS":
        return the_functions(request)
    allowed = {"access-control-allow-origin": ORIGIN} if request.headers["origin"] == ORIGIN else {}
    return httpx.Response(204, headers=allowed)


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What it said, without what the functions logged."""
    return [line for line in capsys.readouterr().out.splitlines() if line[:4] in {"ok  ", "NO  "}]


def tried(answers: Answers, *origins: str) -> bool:
    with httpx.Client(base_url=URL, transport=httpx.MockTransport(answers)) as http:
        return smoke.smoke(http, origins)


def instead(key: str, answer: httpx.Response) -> Answers:
    """The functions, but for one request."""
    return lambda request: (
        answer if key == f"{request.method} {request.url.path}" else the_functions(request)
    )


def test_a_deployed_api_passes_and_says_so_of_every_route(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert tried(the_gateway, ORIGIN)
    said = lines(capsys)
    assert all(line.startswith("ok  ") for line in said)
    guarded = [route for route in ROUTES if not route.public]
    assert [f"ok  {route.key} without a token is a 401" for route in guarded] == [
        line for line in said if "without a token" in line
    ]
    assert len(said) == len(guarded) + 5


def test_a_challenge_may_come_under_the_name_that_the_gateway_gives_it() -> None:
    def renamed(request: httpx.Request) -> httpx.Response:
        answer = the_gateway(request)
        if challenge := answer.headers.pop("www-authenticate", None):
            answer.headers["x-amzn-remapped-www-authenticate"] = challenge
        return answer

    assert tried(renamed, ORIGIN)


def test_no_other_header_may_come_under_another_name(capsys: pytest.CaptureFixture[str]) -> None:
    def renamed(request: httpx.Request) -> httpx.Response:
        answer = the_gateway(request)
        if allowed := answer.headers.pop("allow", None):
            answer.headers["x-amzn-remapped-allow"] = allowed
        return answer

    assert not tried(renamed, ORIGIN)
    (wrong,) = [line for line in lines(capsys) if line.startswith("NO  ")]
    assert "allow is None instead of 'GET'" in wrong


def test_it_writes_nothing() -> None:
    tried(the_gateway, ORIGIN)
    assert boto3.client("dynamodb").scan(TableName=TABLE)["Count"] == 0


def test_without_an_origin_no_preflight_is_asked() -> None:
    asked = []

    def note(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        return the_functions(request)

    assert tried(note)
    assert "OPTIONS" not in asked


@pytest.mark.parametrize(
    ("key", "answer", "said"),
    [
        (
            "GET /base/no-such-path",
            httpx.Response(404, json={"message": "Not Found"}),
            "content-type is",
        ),
        ("DELETE /base/notifications", httpx.Response(404), "404 instead of 405"),
        (
            "DELETE /base/notifications",
            httpx.Response(405, headers={"content-type": "application/problem+json"}),
            "allow is None instead of 'GET'",
        ),
        ("GET /base/me", httpx.Response(200, json={}), "200 instead of 401"),
        (
            "PUT /base/leads/no-such-id",
            httpx.Response(401, headers={"content-type": "application/problem+json"}),
            "www-authenticate is None instead of 'Bearer'",
        ),
        ("POST /base/auth/register", httpx.Response(201, json={}), "201 instead of 422"),
    ],
)
def test_one_wrong_answer_fails_it_and_is_named(
    capsys: pytest.CaptureFixture[str], key: str, answer: httpx.Response, said: str
) -> None:
    assert not tried(instead(key, answer))
    (wrong,) = [line for line in lines(capsys) if line.startswith("NO  ")]
    assert said in wrong


def test_a_bot_token_that_auth_cannot_read_fails_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    auth = import_module("functions.auth.handler")

    def refuse(_: str) -> str:
        raise Busy

    monkeypatch.setattr(auth, "secret", refuse)
    assert not tried(the_functions)
    assert "NO  a forged proof is a 401, so auth reads the bot token: 503 instead of 401" in lines(
        capsys
    )


@pytest.mark.parametrize("origin", ["https://another.example.com", "https://app.example.com:8443"])
def test_a_browser_that_may_not_call_fails_it(
    origin: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not tried(the_gateway, ORIGIN, origin)
    wrong = f"access-control-allow-origin is None instead of {origin!r}"
    assert lines(capsys)[-2:] == [
        f"ok  browsers may call from {ORIGIN}",
        f"NO  browsers may call from {origin}: {wrong}",
    ]


def test_a_url_that_nobody_answers_at_is_said_in_a_sentence() -> None:
    def nobody(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("Name or service not known", request=request)

    with pytest.raises(
        smoke.Unreachable, match=rf"{URL}/ cannot be reached: Name or service not known"
    ):
        tried(nobody)


@pytest.mark.parametrize(
    "arguments", [[], [URL, ORIGIN, "more"], ["api.example.com"], ["http://api.example.com:port"]]
)
def test_wrong_arguments_end_with_a_sentence_and_a_failure(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["smoke", *arguments])
    with pytest.raises(SystemExit) as ended:
        smoke.main()
    assert isinstance(ended.value.code, str)
