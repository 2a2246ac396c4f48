"""A deployed stack as its operator reaches it: that of `make run`, or a stage on AWS by one's own
credentials.
"""

import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import ClientError

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


class NotRunning(Exception):
    """There is no such stack to be reached; the text says what to do."""


class Stack:
    """The stack of a stage. What looks into it raises NotRunning where it is not there."""

    def __init__(self, stage: str) -> None:
        self.name = f"cobroke-{stage}"
        self._session = session()
        self._options = _of_make_run() if stage == "local" else {}

    def client(self, service: str) -> Any:  # noqa: ANN401 - any boto3 client
        return self._session.client(service, **self._options)  # type: ignore[call-overload]

    def output(self, name: str) -> str:
        """Return one of the stack's outputs."""
        try:
            (stack,) = self.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"]
        except ClientError:
            raise self._not_here from None
        outputs = {output["OutputKey"]: str(output["OutputValue"]) for output in stack["Outputs"]}
        return outputs[name]

    def function(self, folder: str) -> str:
        """Return the deployed name of the function of `functions/<folder>`."""
        pages = self.client("lambda").get_paginator("list_functions").paginate()
        functions = [function for page in pages for function in page["Functions"]]
        prefix = f"{self.name}-{folder.replace('_', '')}"
        for name in (str(function["FunctionName"]) for function in functions):
            if name.startswith(prefix):
                return name
        raise self._not_here

    def log(self, folder: str) -> list[str]:
        """Return a function's log lines."""
        deployed = self.client("lambda").get_function_configuration(
            FunctionName=self.function(folder)
        )
        events = self.client("logs").get_paginator("filter_log_events")
        pages = events.paginate(logGroupName=deployed["LoggingConfig"]["LogGroup"])
        return [event["message"] for page in pages for event in page["events"]]

    @property
    def _not_here(self) -> NotRunning:
        where = self._options.get("region_name", self._session.region_name)
        return NotRunning(
            f"There is no {self.name} in {where}, or its account does not let you see it."
        )


def session() -> boto3.Session:
    """Open a session in the CDK's region: AWS_REGION, which boto3 does not know, comes first."""
    return boto3.Session(region_name=os.environ.get("AWS_REGION") or None)


def _of_make_run() -> dict[str, str]:
    if not API_URL.exists():
        raise NotRunning("No running stack: start one with `make run` in another terminal.")
    url = urlsplit(API_URL.read_text().strip())
    return {"endpoint_url": f"{url.scheme}://{url.netloc}", "region_name": REGION, **KEYS}
