"""`make data`: every item of a running stack's table about a lead, a property, a match, a realtor
or a notification.

Usage: python -m tools.data ID [STAGE]; without a stage, the stack of `make run`. It reads the whole
table, which on AWS is paid for.
"""

import sys
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.pretty import Pretty

from cobroke.domain.ids import pair_of
from cobroke.storage.notation import Item, item_of
from tools.stack import Stack, in_words


def items_about(stack: Stack, an_id: str) -> Iterator[Item]:
    """Yield the items that name it, as the product reads them; of a match those that name both of
    its objects. Raises NotRunning.
    """
    ids = pair_of(an_id) or (an_id,)
    pages = stack.client("dynamodb").get_paginator("scan")
    for page in pages.paginate(TableName=stack.output("TableName"), ConsistentRead=True):
        for raw in page["Items"]:
            item = item_of(raw)
            if all(_names(item, one) for one in ids):
                yield item


def _names(value: Any, an_id: str) -> bool:  # noqa: ANN401 - whatever an item holds
    match value:
        case str():
            return an_id in value
        case dict():
            return any(_names(one, an_id) for pair in value.items() for one in pair)
        case list() | tuple() | set() | frozenset():
            return any(_names(one, an_id) for one in value)
    return False


def main(an_id: str, stage: str) -> None:
    console = Console(soft_wrap=True)
    found = sorted(items_about(Stack(stage), an_id), key=lambda item: (item["PK"], item["SK"]))
    for item in found:
        console.rule(f"{item['entity']}  {item['PK']} | {item['SK']}", align="left")
        rest = {name: _short(one) for name, one in item.items() if name not in _SHOWN}
        console.print(Pretty(rest, expand_all=True))
    console.print(f"{len(found)} items name {an_id}.")


_SHOWN = {"entity", "PK", "SK"}


def _short(value: Any) -> Any:  # noqa: ANN401 - whatever an item holds
    return f"<{len(value)} bytes>" if isinstance(value, bytes) else value


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("Whose? make data ID=<of a lead, property, match, realtor or notification>")
    with in_words():
        main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "local")
