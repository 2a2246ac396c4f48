"""`make trace`: the story of a request, from its answer through the stream to the push; of a match,
a notification, a lead or a property the stories of all requests that name it.

Usage: python -m tools.trace ID [--since 1d] [--stage STAGE]; without a stage, that of `make run`.
"""

import argparse
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from rich.console import Console

from tools.logs import FUNCTIONS, ago, shown
from tools.stack import Stack, in_words, own_lines

MOST_REQUESTS = 20
"""Of a match or an object, the newest: CloudWatch takes a pattern of at most 1,024 characters."""

type Line = dict[str, Any]


def stories(stack: Stack, an_id: str, since: datetime) -> list[list[Line]]:
    """Return for each request that is it or names it what was logged of it, in order of time.
    Raises NotRunning.
    """
    naming = [line for line in _lines(stack, [an_id], since) if an_id in line.values()]
    requests = list(dict.fromkeys(line["request_id"] for line in naming if line.get("request_id")))
    requests = requests[-MOST_REQUESTS:]
    found = _lines(stack, requests, since) if requests else []
    return [[line for line in found if line.get("request_id") == one] for one in requests]


def _lines(stack: Stack, words: Iterable[str], since: datetime) -> list[Line]:
    """Return the lines in which one of the words stands, and on an emulator others too."""
    pattern = " ".join(f'?"{word}"' for word in words)
    found = [line for name in FUNCTIONS for line in own_lines(stack.log(name, since, pattern))]
    return sorted(found, key=lambda line: line["timestamp"])


def main(words: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.trace", description="What became of it.")
    parser.add_argument("id", nargs="?", help="of a request, match, notification, lead, property")
    parser.add_argument("--since", type=ago, default="1d", metavar="1d")
    parser.add_argument("--stage", default="local")
    asked = parser.parse_args(words)
    if not asked.id:
        sys.exit("Of what? make trace ID=<of a request, match, notification, lead or property>")
    console = Console(soft_wrap=True)
    found = stories(Stack(asked.stage), asked.id, datetime.now(UTC) - asked.since)
    for story in found:
        console.rule(story[0]["request_id"], align="left")
        for line in story:
            console.print(shown({name: one for name, one in line.items() if name != "request_id"}))
    if not found:
        sys.exit(f"No request of that time names {asked.id}.")


if __name__ == "__main__":
    with in_words():
        main(sys.argv[1:])
