"""`make logs`: what the functions of a running stack have logged, the oldest line first.

Usage: python -m tools.logs [FUNCTION] [--since 10m] [--level ERROR] [--follow] [--stage STAGE];
without a function all of them, without a stage the stack of `make run`.
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from tools.stack import Stack, in_words, own_lines

FUNCTIONS = sorted(path.name for path in (Path(__file__).parent.parent / "functions").iterdir())
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
COLOURS = {"WARNING": "yellow", "ERROR": "red", "CRITICAL": "red"}
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
ONE_S = 1
ALIKE = {"level", "location", "message", "service", "timestamp"}
"""What every line has; the rest is shown as it stands."""

type Line = dict[str, Any]


def ago(text: str) -> timedelta:
    """Read a time as in 90s, 10m, 2h, 1d. Raises ValueError."""
    match = re.fullmatch(r"(\d+)([smhd])", text)
    if match is None:
        raise ValueError(text)
    return timedelta(**{UNITS[match[2]]: int(match[1])})


def lines(stack: Stack, functions: list[str], since: datetime, level: str) -> list[Line]:
    """Return what was logged since then at that level or above. Raises NotRunning."""
    wanted = LEVELS[LEVELS.index(level) :]
    found = [line for function in functions for line in own_lines(stack.log(function, since))]
    return sorted(
        (line for line in found if line.get("level") in wanted), key=lambda line: line["timestamp"]
    )


def shown(line: Line) -> Text:
    """Return a line for people: when, who, what, and all else as name=value."""
    rest = " ".join(f"{name}={value}" for name, value in line.items() if name not in ALIKE)
    colour = COLOURS.get(line["level"], "")
    return Text.assemble(
        (f"{line['timestamp'][11:23]} ", "dim"),
        (f"{line['service']:<21}", "cyan"),
        (f"{line['message']} ", colour or "bold"),
        rest,
    )


def following(stack: Stack, functions: list[str], since: datetime, level: str) -> Iterator[Line]:
    """Yield each line once, for ever. Raises NotRunning."""
    seen = set[str]()
    while True:
        for line in lines(stack, functions, since, level):
            if (text := json.dumps(line)) not in seen:
                seen.add(text)
                yield line
        time.sleep(ONE_S)


def main(words: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.logs", description="What was logged.")
    parser.add_argument("function", nargs="?", choices=FUNCTIONS)
    parser.add_argument("--since", type=ago, default="10m", metavar="10m")
    parser.add_argument("--level", choices=LEVELS, default="INFO")
    parser.add_argument("--follow", action="store_true")
    parser.add_argument("--stage", default="local")
    asked = parser.parse_args(words)
    stack, console = Stack(asked.stage), Console(soft_wrap=True)
    functions = [asked.function] if asked.function else FUNCTIONS
    since = datetime.now(UTC) - asked.since
    read = following if asked.follow else lines
    for line in read(stack, functions, since, asked.level):
        console.print(shown(line))


if __name__ == "__main__":
    with in_words():
        main(sys.argv[1:])
