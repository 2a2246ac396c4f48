"""The hostile requests on the wire, through the gateway: what reaches a function is answered as in
process.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from tests import hostile
from tests.client import Answer, Client
from tests.hostile.request import Hostile, facts_of, faults
from tools.emulator import RunningStack

CLIENTS = 2
READ_OTHERWISE = {"GET //leads", "GET /me/", "GET /me%2F", "get /leads"}
"""What the emulator makes another request of before it looks for a route."""


@pytest.fixture
def facts(stranger: Client, a_city: str) -> Mapping[str, str]:
    return facts_of(stranger.registered(), stranger.registered(), a_city)


def sent(base_url: str, requests: Sequence[Hostile]) -> list[tuple[Hostile, Answer]]:
    """Each exactly as it stands, one after the other, and what was answered."""
    where = urlsplit(base_url)
    with closing(HTTPConnection(where.hostname or "", where.port, timeout=60)) as http:
        return [(request, _answer(http, where.path, request)) for request in requests]


def _answer(http: HTTPConnection, base: str, request: Hostile) -> Answer:
    query = f"?{request.query}" if request.query else ""
    http.putrequest(request.verb, base + request.path + query, skip_accept_encoding=True)
    for name, value in request.headers:
        http.putheader(name, value.encode())
    if request.body is not None:
        http.putheader("content-length", str(len(request.body)))
    http.endheaders(request.body)
    answer = http.getresponse()
    text = answer.read().decode()
    return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, text)


def test_hostile_requests_over_http_get_the_answers_of_the_contract(
    stack: RunningStack, facts: Mapping[str, str]
) -> None:
    requests = [
        one for one in hostile.of(facts, hostile.OVER_HTTP) if one.what not in READ_OTHERWISE
    ]
    assert len(requests) > 300
    with ThreadPoolExecutor(CLIENTS) as pool:
        parts = pool.map(
            lambda first: sent(stack.base_url, requests[first::CLIENTS]), range(CLIENTS)
        )
        answered = [one for part in parts for one in part]
    found = [
        f"{request.what}: {fault}"
        for request, answer in answered
        for fault in faults(answer, request)
    ]
    assert not found, "\n".join(found)
