"""The pushes that a local stack without a Bot API would have sent, from its push function's log."""

import time

from tools.demo.tables import Json, console
from tools.pushes import recorded
from tools.stack import NotRunning, Stack

PATIENCE_S = 10


def show_pushes(told: Json) -> None:
    """Print the pushes of these notices, once they are there."""
    texts = [notice["message"] for notice in told["notifications"]]
    until, found = time.monotonic() + PATIENCE_S, _recorded(texts)
    while not found and time.monotonic() < until:
        time.sleep(0.5)
        found = _recorded(texts)
    for line in found:
        console.print(f"[dim]push that would be sent:[/] [bold]{line['title']}[/] {line['text']}")


def _recorded(texts: list[str]) -> list[Json]:
    try:
        return [line for line in recorded(Stack("local")) if line["text"] in texts]
    except NotRunning:
        return []
