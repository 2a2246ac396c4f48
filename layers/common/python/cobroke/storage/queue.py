"""Queues: what is to be done a little later, and at least once."""

import json
from collections.abc import Mapping

import boto3
from botocore.config import Config

LONGEST_DELAY_S = 900

_CLIENT = Config(connect_timeout=1, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 4})


class Queue:
    """A queue by its URL."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = boto3.client("sqs", config=_CLIENT)

    def put(self, message: Mapping[str, str], delay_s: int = 0) -> None:
        """A delay is cut to a quarter of an hour."""
        body, delay = json.dumps(dict(message)), min(delay_s, LONGEST_DELAY_S)
        self._client.send_message(QueueUrl=self._url, MessageBody=body, DelaySeconds=delay)

    def hold_back(self, receipt: str, seconds: int) -> None:
        """Give a message that was received back after so many seconds."""
        self._client.change_message_visibility(QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=seconds)
