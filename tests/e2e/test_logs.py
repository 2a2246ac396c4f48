"""Nothing personal is ever logged. Comes last: what the whole suite has used is sought in all that
it has logged.
"""

import logging

import pytest

from tests import canary
from tests.builders import a_lead, init_data
from tests.client import Client
from tools.emulator import RunningStack


def test_nothing_personal_that_the_suite_has_used_is_in_its_logs(
    stack: RunningStack, stranger: Client
) -> None:
    anna = stranger.registered(email="anna.canary@example.com")
    anna.post_lead(
        a_lead(
            client_name="Канарейка Кенар", client_contacts="+7 999 000-11-22", notes="поёт по утрам"
        )
    )
    refused = stranger.post(
        "/auth/telegram", {"telegram_auth_data": {"init_data": init_data(42)[:-1]}}
    )
    assert refused.status == 401
    before = len(canary.logged)
    for line in stack.logs():
        canary.note_line(line)
    assert len(canary.logged) > before, "what a function logs is read"
    assert {"anna.canary@example.com", anna.token, "Канарейка Кенар"} < canary.used
    assert canary.leaked(canary.used, canary.logged) == []


@pytest.mark.parametrize(
    "secret",
    [
        "+7 916 123-45-67",
        'Иван "Кенар"',
        "eyJhbGciOiJFZERTQSJ9.e30.c2ln",
        "анна@пример.рф",
        "строка\nстрока",
    ],
)
def test_what_is_logged_in_whatever_place_would_be_found(secret: str) -> None:
    record = logging.makeLogRecord(
        {"msg": "request", "route": "POST /leads", "request_id": f"of {secret}"}
    )
    before = {*canary.logged}
    try:
        canary.overhear(record)
        (line,) = canary.logged - before
        assert canary.leaked([secret], canary.logged) == [line]
        assert canary.leaked(["Кто-то другой"], [line]) == []
    finally:
        canary.logged.intersection_update(before)
