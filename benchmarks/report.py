"""The report of a benchmark: a section of docs/performance.md, or why nothing can be measured."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"


class CannotMeasure(Exception):
    """This machine lacks something; the text says what."""


class Section(NamedTuple):
    title: str
    said: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def __str__(self) -> str:
        lines = [self.columns, ["---"] * len(self.columns), *self.rows]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return f"## {self.title}\n{self.said}\n\n{table}\n"


def verdict(measured: float, goal: float | None, *, less_is_better: bool = False) -> str:
    """Say what was measured, how many times ours, and whether that is as much as the goal; where
    less is better, what part of another's ours is, and whether that is as little.
    """
    said = f"{measured:.2f}" if less_is_better else f"{measured:.{0 if measured >= 20 else 1}f} ×"
    if goal is None:
        return said
    met = measured <= goal if less_is_better else measured >= goal
    return f"{said} (goal {goal:g}: {'met' if met else 'missed'})"


def publish(measure: Callable[[], Section]) -> None:
    """Print what was measured and put it into the page, in place of what was there."""
    try:
        section = measure()
    except CannotMeasure as reason:
        print(reason)
        return
    print(section)
    page = PAGE.read_text()
    old = re.search(
        rf"^## {re.escape(section.title)}\n.*?(?=^## |\Z)", page, re.MULTILINE | re.DOTALL
    )
    if old:
        below = "\n" if old.end() < len(page) else ""
        PAGE.write_text(f"{page[: old.start()]}{section}{below}{page[old.end() :]}")
    else:
        PAGE.write_text(f"{page.rstrip()}\n\n{section}")
