"""The store does not answer for half an hour: what the stream's functions had to do then is done
afterwards, and nothing lies in a failure queue. Lambda promises no pause between its tries, so that
they must last however quickly they follow.
"""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from functions.stream_matching import handler as matching
from functions.stream_notifications import handler as notifications
from infra.triggers import MOST_TRIES, STREAM_READERS
from tests.account import TABLE
from tests.builders import a_lead, a_property
from tests.client import Client
from tests.pump import Json, Pump, drain, recorded

DOWN_S = 30 * 60
TRY_S = 0.2
"""A try that fails at once, the next one close behind it."""
PATTERNS = {reader.function: reader.patterns for reader in STREAM_READERS}


class Down(Exception):
    """The store does not answer."""


class Outage:
    """A clock that only tries move, and a handler that fails until half an hour is over."""

    def __init__(self, handler: Callable[[Json, Any], Any]) -> None:
        self._handler, self.now_s = handler, 0.0

    def __call__(self, event: Json, context: Any) -> Any:
        self.now_s += TRY_S
        if self.now_s < DOWN_S:
            raise Down
        return self._handler(event, context)


def pump_of(function: str, outage: Outage) -> Pump:
    return Pump(outage, Random(0), PATTERNS[function], attempts=MOST_TRIES, shards=1, crashes=0)


@pytest.mark.usefixtures("aws")
def test_nothing_fails_for_good_and_all_is_done_afterwards(anna: Client, boris: Client) -> None:
    outages = {
        "stream_matching": Outage(matching.handler),
        "stream_notifications": Outage(notifications.handler),
    }
    pumps = [pump_of(function, outage) for function, outage in outages.items()]
    with recorded(TABLE) as stream:
        lead = anna.post_lead(a_lead())
        listing = boris.post_property(a_property())
        path = f"/leads/{lead}/property-recommendations/{listing}/action"
        anna.post(path, {"action": "LIKE"}).needs(200)
        drain(stream, *pumps)
    for pump, outage in zip(pumps, outages.values(), strict=True):
        assert pump.failed == []
        assert outage.now_s >= DOWN_S
        assert {type(raised) for raised in pump.raised} == {Down}
    told = boris.get("/notifications").needs(200)["notifications"]
    assert {one["type"] for one in told} == {"NEW_MATCH"}
