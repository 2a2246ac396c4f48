"""Queues: what is to be done a little later, and at least once."""

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import batched

from cobroke.storage import client

LONGEST_DELAY_S = 900
BATCH = 10
PAUSES_S = (0.1, 0.5, 2.0)
"""Before what the queue did not take of a batch is sent again."""
_READ_TIMEOUT_S, _ATTEMPTS = 5, 4


class NotTaken(Exception):
    """The queue did not take some of the messages, try after try."""


class Queue:
    """A queue by its URL."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = client.connect("sqs", _READ_TIMEOUT_S, _ATTEMPTS)

    def put(self, message: Mapping[str, str], delay_s: int = 0) -> None:
        """Put the message; its delay is cut to a quarter of an hour."""
        body, delay = json.dumps(dict(message)), min(delay_s, LONGEST_DELAY_S)
        self._client.send_message(QueueUrl=self._url, MessageBody=body, DelaySeconds=delay)

    def put_all(self, messages: Iterable[Mapping[str, str]]) -> None:
        """Put the messages, ten in a call. Raises NotTaken, after which some are there and some are
        not.
        """
        for some in batched(
            (json.dumps(dict(message)) for message in messages), BATCH, strict=False
        ):
            left = self._send(some)
            for pause in PAUSES_S:
                if not left:
                    break
                time.sleep(pause)
                left = self._send(left)
            if left:
                raise NotTaken

    def hold_back(self, receipt: str, seconds: int) -> None:
        """Give a message that was received back after this number of seconds."""
        self._client.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=seconds
        )

    def _send(self, bodies: Sequence[str]) -> list[str]:
        """Send the messages, and return those that were not taken."""
        answer = self._client.send_message_batch(
            QueueUrl=self._url,
            Entries=[
                {"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)
            ],
        )
        return [bodies[int(failed["Id"])] for failed in answer.get("Failed", ())]
