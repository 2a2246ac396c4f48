"""One-time schedules: what waits longer than a queue can keep it. EventBridge Scheduler sends the
message to the queue when it is time, and forgets the schedule.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from cobroke.storage import client

_READ_TIMEOUT_S, _ATTEMPTS = 5, 4
_THERE, _GONE = "ConflictException", "ResourceNotFoundException"


class OneTimeSchedules:
    """Schedules whose names begin with `prefix`: as `role` they send to `queue`, both ARNs."""

    def __init__(self, prefix: str, role: str, queue: str) -> None:
        self._prefix, self._role, self._queue = prefix, role, queue

    @cached_property
    def _client(self) -> Any:  # noqa: ANN401 - boto3's own; few functions that run ever need it
        return client.connect("scheduler", _READ_TIMEOUT_S, _ATTEMPTS)

    def put(self, name: str, message: Mapping[str, str], at_s: int) -> None:
        """Let the message be sent at that time, or up to a minute later; once, however often this
        is done.
        """
        moment = datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        target = {"Arn": self._queue, "RoleArn": self._role, "Input": json.dumps(dict(message))}
        try:
            self._client.create_schedule(
                Name=f"{self._prefix}{name}",
                ScheduleExpression=f"at({moment})",
                FlexibleTimeWindow={"Mode": "OFF"},
                ActionAfterCompletion="DELETE",
                Target=target,
            )
        except Exception as error:
            if client.code(error) != _THERE:
                raise

    def delete(self, name: str) -> None:
        """Delete the schedule, if it is still there."""
        try:
            self._client.delete_schedule(Name=f"{self._prefix}{name}")
        except Exception as error:
            if client.code(error) != _GONE:
                raise
