"""A deployed stage as its operator reaches it: that of `make run`, or one on AWS by one's own
credentials.
"""

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError, NoRegionError

from tools.emulator import KEYS, REGION

API_URL = Path(__file__).parent.parent / ".local" / "api-url"


def api_url() -> str:
    """Return the URL that is a tool's first argument, or without one that of `make run`. Where none
    runs, the tool ends.
    """
    if len(sys.argv) > 1:
        return sys.argv[1].rstrip("/")
    if not API_URL.exists():
        sys.exit(
            "No running stack: start one with `make run` in another terminal, or name its URL."
        )
    return API_URL.read_text().strip()


LIVE = "live"
"""The alias by which functions are called."""


class NotRunning(Exception):
    """There is no such stack to be reached; the text says what to do."""


@contextmanager
def in_words() -> Iterator[None]:
    """End the command with a sentence, not a traceback, where it cannot reach what it needs."""
    try:
        yield
    except NotRunning as why:
        sys.exit(str(why))
    except NoRegionError:
        sys.exit("No region: export AWS_REGION=…")
    except BotoCoreError as why:
        sys.exit(
            f"No credentials that work ({type(why).__name__}): "
            "`aws sso login`, or export AWS_PROFILE=…"
        )
    except ClientError as why:
        code, asked = why.response["Error"]["Code"], why.operation_name
        sys.exit(f"AWS refused {asked} ({code}): are these the credentials that you mean?")


class Stack:
    """The stacks of a stage. What looks into them raises NotRunning where they are not there."""

    def __init__(self, stage: str) -> None:
        self.stage = stage
        self.name = f"cobroke-{stage}"
        self._session = session()
        self._options = _of_make_run() if stage == "local" else {}

    def client(self, service: str) -> Any:  # noqa: ANN401 - any boto3 client
        return self._session.client(service, **self._options)  # type: ignore[call-overload]

    def output(self, name: str) -> str:
        """Return an output of either stack."""
        clouds = self.client("cloudformation")
        try:
            found = [
                clouds.describe_stacks(StackName=stack)["Stacks"][0]
                for stack in (f"{self.name}-data", self.name)
            ]
        except ClientError:
            raise self._not_here from None
        outputs = {
            output["OutputKey"]: str(output["OutputValue"])
            for stack in found
            for output in stack["Outputs"]
        }
        return outputs[name]

    def function(self, folder: str) -> str:
        """Return by what the function of `functions/<folder>` is called: its name and alias."""
        pages = self.client("lambda").get_paginator("list_functions").paginate()
        for name in (function["FunctionName"] for page in pages for function in page["Functions"]):
            if re.match(rf"{self.name}(-data)?-{folder.replace('_', '')}", name):
                return f"{name}:{LIVE}"
        raise self._not_here

    def log(self, name: str, since: datetime | None = None, pattern: str = "") -> list[str]:
        """Return the log lines of a function, or of the API (`api`), that fit the pattern."""
        logs = self.client("logs")
        narrowed = {"startTime": int(since.timestamp() * 1000)} if since else {}
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=f"/cobroke/{self.stage}/{name}", filterPattern=pattern, **narrowed
        )
        try:
            return [event["message"] for page in pages for event in page["events"]]
        except logs.exceptions.ResourceNotFoundException:
            raise self._not_here from None

    @property
    def _not_here(self) -> NotRunning:
        where = self._options.get("region_name", self._session.region_name)
        return NotRunning(
            f"There is no {self.name} in {where}, or its account does not let you see it."
        )


def own_lines(log: Iterable[str]) -> list[dict[str, Any]]:
    """Return what our functions wrote: Lambda writes lines of its own beside them."""
    return [json.loads(line) for line in log if line.startswith("{")]


def session() -> boto3.Session:
    """Open a session in the CDK's region: AWS_REGION, which boto3 does not know, comes first."""
    return boto3.Session(region_name=os.environ.get("AWS_REGION") or None)


def _of_make_run() -> dict[str, str]:
    if not API_URL.exists():
        raise NotRunning("No running stack: start one with `make run` in another terminal.")
    url = urlsplit(API_URL.read_text().strip())
    return {"endpoint_url": f"{url.scheme}://{url.netloc}", "region_name": REGION, **KEYS}
