"""The page of the contract, as its function's folder is deployed."""

import base64
import gzip
import importlib.util
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from cobroke.edge.routes import PAGES, ROUTES
from infra.docs_page import CONTRACT, build_docs_page
from tests.events import an_event
from tests.infra.conftest import Template

type Get = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Get:
    folder = tmp_path_factory.mktemp("docs")
    build_docs_page(folder)
    spec = importlib.util.spec_from_file_location("docs_as_deployed", folder / "handler.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def ask(path: str, verb: str = "GET", **headers: str) -> dict[str, Any]:
        answer: dict[str, Any] = module.handler(an_event(verb, path, "", headers, None), None)
        return answer

    return ask


def test_the_page_and_its_files_are_public_kept_and_typed(ask: Get) -> None:
    page = ask("/docs")
    assert page["headers"]["Content-Type"] == "text/html; charset=utf-8"
    files = re.findall(r'(?:src|href)="(docs/[^"]+)"', page["body"])
    assert len(files) == 4
    for path in ["/docs", "/openapi.json", *(f"/{file}" for file in files)]:
        answer = ask(path)
        assert answer["statusCode"] == 200, path
        assert answer["headers"]["Cache-Control"] == "public, max-age=300"
        assert answer["headers"]["X-Content-Type-Options"] == "nosniff"
        assert answer["headers"]["X-Request-Id"]
    kinds = {ask(f"/{file}")["headers"]["Content-Type"].partition(";")[0] for file in files}
    assert kinds == {"text/css", "text/javascript"}


def test_nothing_comes_from_another_host(ask: Get) -> None:
    """Addresses are relative: the page lies under another path on the emulator than on AWS."""
    page = ask("/docs")
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page["body"])
    assert {address for address in addresses if re.match(r"\w+:|/", address)} == {"data:,"}
    assert "http" not in ask("/docs/page.js")["body"]
    policy = page["headers"]["Content-Security-Policy"].split("; ")
    assert policy[0] == "default-src 'none'"
    allowed = {word for rule in policy[1:] for word in rule.split()[1:]}
    assert allowed == {"'self'", "'none'", "data:"}
    assert "style=" not in page["body"]
    assert "<script>" not in page["body"]


def test_the_contract_is_served_as_it_is_with_the_address_it_was_read_at(ask: Get) -> None:
    served, written = json.loads(ask("/openapi.json")["body"]), json.loads(CONTRACT.read_text())
    assert [server["url"] for server in served.pop("servers")] == ["."]
    del written["servers"]
    del written["info"]["license"]["identifier"]
    assert served == written


@pytest.mark.parametrize("path", ["/docs", "/docs/swagger-ui-bundle.js", "/openapi.json"])
def test_a_file_is_packed_for_who_can_unpack_it(ask: Get, path: str) -> None:
    plain, packed = ask(path), ask(path, **{"accept-encoding": "br, gzip"})
    assert packed["headers"] == plain["headers"] | {
        "Content-Encoding": "gzip",
        "X-Request-Id": packed["headers"]["X-Request-Id"],
    }
    assert plain["headers"]["Vary"] == "Accept-Encoding"
    assert packed["isBase64Encoded"]
    assert gzip.decompress(base64.b64decode(packed["body"])).decode() == plain["body"]


@pytest.mark.parametrize(
    "path", ["/docs/", "/docs/handler.py", "/docs/../handler.py", "/docs/docs.html", "/openapi"]
)
def test_what_is_not_there_is_a_problem(ask: Get, path: str) -> None:
    answer = ask(path)
    assert answer["statusCode"] == 404
    assert answer["headers"]["Cache-Control"] == "no-store"
    assert json.loads(answer["body"])["code"] == "not_found"


@pytest.mark.parametrize("path", ["/docs", "/docs/page.js", "/openapi.json"])
def test_only_get_is_answered(ask: Get, path: str) -> None:
    for verb in ("POST", "PUT", "DELETE", "HEAD"):
        answer = ask(path, verb)
        assert (answer["statusCode"], answer["headers"]["Allow"]) == (405, "GET")
        assert answer["headers"]["Cache-Control"] == "no-store"
    assert ask(path, "OPTIONS")["statusCode"] == 204


def test_a_stage_has_the_page_or_nothing_of_it(templates: dict[str, Template]) -> None:
    served = {
        stage: {
            route["Properties"]["RouteKey"]
            for route in template.all("AWS::ApiGatewayV2::Route").values()
        }
        - {route.key for route in ROUTES}
        - {"$default", "ANY /auth/{proxy+}"}
        for stage, template in templates.items()
    }
    pages = {f"ANY {page.path}" for page in PAGES}
    assert served == {"local": pages, "dev": pages, "prod": set()}
    assert {stage for stage, one in templates.items() if "docs" in one.functions()} == {
        "local",
        "dev",
    }


def test_its_function_may_only_log(templates: dict[str, Template]) -> None:
    actions = [one["Action"] for one in templates["dev"].statements("docs")]
    assert actions == [["logs:CreateLogStream", "logs:PutLogEvents"]]
