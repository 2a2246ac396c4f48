"""`make rematch`: triggers one scheduled run on a running stack, and shows what it did.

Usage: python -m tools.rematch [STAGE]; without one, the stack of `make run`.
"""

import json
import sys
import time
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Column, Table

from tools.stack import Stack, in_words

PATIENCE_S = 600
COLUMNS = {
    "objects": "changed objects",
    "refreshed": "rankings refreshed",
    "alerts": "alerts caught up",
    "told": "notices caught up",
    "closed": "matches closed",
    "dropped": "pairs without a match deleted",
    "expired": "matches expired",
    "stale": "gone stale",
}

type Reports = dict[str, dict[str, int]]


def main(stage: str) -> None:
    console = Console(width=None if sys.stdout.isatty() else 160)
    stack = Stack(stage)
    answer = stack.client("lambda").invoke(
        FunctionName=stack.function("rematch_planner"), Payload=b"{}"
    )
    planned = json.loads(answer["Payload"].read())
    console.print(f"Run {planned['run']}: {len(planned['parts'])} parts")
    reports = _await(stack, planned, console)
    console.print(_table(reports))
    if missing := len(planned["parts"]) - len(reports):
        sys.exit(
            f"{missing} parts are not done after {PATIENCE_S} s: "
            "look into the worker's log and its failure queue."
        )


def _await(stack: Stack, planned: dict[str, Any], console: Console) -> Reports:
    """Wait until every part has reported, PATIENCE_S at most."""
    until, reports = time.monotonic() + PATIENCE_S, _reports(stack, planned["run"])
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("Working", total=len(planned["parts"]))
        while len(reports) < len(planned["parts"]) and time.monotonic() < until:
            time.sleep(0.5)
            reports = _reports(stack, planned["run"])
            progress.update(task, completed=len(reports))
    return reports


def _reports(stack: Stack, run: str) -> Reports:
    pages = (
        stack.client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=stack.output("TableName"),
            KeyConditionExpression="PK = :run",
            ExpressionAttributeValues={":run": {"S": f"RUN#{run}"}},
            ConsistentRead=True,
        )
    )
    return {
        item["part"]["S"]: {
            name[2:]: int(value["N"]) for name, value in item.items() if name.startswith("n_")
        }
        for page in pages
        for item in page["Items"]
    }


def _table(reports: Reports) -> Table:
    table = Table(Column("part", overflow="fold"), *COLUMNS.values())
    for part, did in sorted(reports.items()):
        table.add_row(part, *(str(did.get(name, "")) for name in COLUMNS))
    table.add_section()
    table.add_row(
        "all", *(str(sum(did.get(name, 0) for did in reports.values())) for name in COLUMNS)
    )
    return table


if __name__ == "__main__":
    with in_words():
        main(sys.argv[1] if len(sys.argv) > 1 else "local")
