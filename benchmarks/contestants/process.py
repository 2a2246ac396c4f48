"""A contestant as the benchmark drives it: requests go in, answers come out with their cost."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent.parent
OURS = (ROOT, ROOT / "layers" / "common" / "python")
SERVE = Path(__file__).with_name("serve.py")
LOAD_MARKET = Path(__file__).with_name("load_market.py")

type Event = dict[str, Any]


class Contestant(NamedTuple):
    """Who takes part: `module` has the handler (`{}` in it: the function), on this path of imports.
    With `settings` one code takes part twice. `loads`: what loads the market into its table.
    """

    name: str
    module: str
    path: Sequence[Path]
    table: str
    settings: Mapping[str, str] = {}
    loads: Path = LOAD_MARKET

    def environment(self) -> dict[str, str]:
        path = os.pathsep.join(map(str, self.path))
        return {**os.environ, "PYTHONPATH": path, "TABLE_NAME": self.table, **self.settings}


class Served(NamedTuple):
    """An answer, the CPU seconds it took, and how often DynamoDB was asked."""

    body: Any
    seconds: float
    calls: int


class Process:
    """Answers one request at a time."""

    def __init__(self, contestant: Contestant, child: subprocess.Popen[str]) -> None:
        self.contestant = contestant
        self._child = child

    def ask(self, function: str, event: Event) -> Served:
        """Raises RuntimeError where it fell or refused."""
        asking, answering = self._child.stdin, self._child.stdout
        if asking is None or answering is None:
            raise RuntimeError("It was started without pipes")
        print(json.dumps([function, event]), file=asking, flush=True)
        line = answering.readline()
        if not line:
            raise RuntimeError(f"{self.contestant.name} fell")
        answer, seconds, calls = json.loads(line)
        body = answer["body"]
        text = base64.b64decode(body).decode() if answer["isBase64Encoded"] else body
        if answer["statusCode"] not in {200, 201}:
            raise RuntimeError(f"{self.contestant.name}: {event['routeKey']}: {text}")
        return Served(json.loads(text), seconds, calls)


@contextmanager
def started(contestant: Contestant, settings: Mapping[str, str]) -> Iterator[Process]:
    """Let it live, under these settings, as long as this lasts: it ends with its standard input."""
    words = [sys.executable, "-P", str(SERVE), contestant.module]
    with subprocess.Popen(  # noqa: S603 - our own words
        words,
        env={**contestant.environment(), **settings},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        yield Process(contestant, child)
