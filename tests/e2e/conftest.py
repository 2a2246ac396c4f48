"""The deployed stack on the emulator, started once for all end-to-end tests, and clients of it over
HTTP.
"""

import itertools
from collections.abc import Iterator, Mapping

import httpx
import pytest

from cobroke.storage.table import Table
from tests import canary, market
from tests.client import Answer, Client
from tests.fake_bot_api import FakeBotApi, fake_bot_api
from tools.emulator import KEYS, REGION, RunningStack, Settings, free_port, running_stack

CONNECTIONS = 32
_cities = itertools.count(1)


@pytest.fixture(scope="session")
def telegram() -> Iterator[FakeBotApi]:
    """Where the stack pushes its notices to: those of realtors who registered with a proof."""
    with fake_bot_api() as api:
        yield api


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, telegram: FakeBotApi) -> Iterator[RunningStack]:
    # A few realtors do here what thousands do; tests/integration/test_fair_use.py has the quotas.
    settings = Settings(telegram_api_url=telegram.url, fair_use="1000")
    with running_stack(free_port(), tmp_path_factory.mktemp("stack"), settings) as running:
        yield running


@pytest.fixture(scope="session")
def stranger(stack: RunningStack) -> Iterator[Client]:
    """Nobody yet: registers, or is refused."""
    limits = httpx.Limits(max_connections=CONNECTIONS)
    with httpx.Client(base_url=stack.base_url, timeout=60, limits=limits, trust_env=False) as http:

        def over_http(
            verb: str, path: str, query: str, headers: Mapping[str, str], body: bytes | None
        ) -> Answer:
            url = f"{path}?{query}" if query else path
            answer = http.request(verb, url, headers=dict(headers), content=body)
            canary.remember(headers, body, answer.text)
            return Answer(
                answer.status_code,
                {name.lower(): value for name, value in answer.headers.items()},
                answer.text,
            )

        yield Client(over_http)


@pytest.fixture(scope="session")
def table(stack: RunningStack) -> Table:
    """The table itself, as its administrator sees it."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("STORE_CLIENT", "boto3")
        environment.setenv("AWS_ENDPOINT_URL_DYNAMODB", stack.endpoint)
        environment.setenv("AWS_ACCESS_KEY_ID", KEYS["aws_access_key_id"])
        environment.setenv("AWS_SECRET_ACCESS_KEY", KEYS["aws_secret_access_key"])
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        return Table(stack.table_name)


@pytest.fixture
def a_city() -> str:
    """A market of the test's own."""
    return f"город-{next(_cities)}"


@pytest.fixture
def made_up_city(monkeypatch: pytest.MonkeyPatch, a_city: str) -> None:
    """The cities of tests.market, as markets of the test's own."""
    for name in ("CITY", "NEXT_CITY"):
        monkeypatch.setattr(market, name, f"{getattr(market, name)} {a_city}")
