"""What is asked of a table, call by call: where a process may die, or others come in between."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Literal
from unittest.mock import patch

from cobroke.storage.table import Table
from tests.support.scheduler import Killed

type When = Literal["before", "after"]
WHENS: tuple[When, ...] = ("before", "after")


@dataclass
class Death:
    """For `watched`: what a process dies of at one call, before or after it takes effect."""

    number: int
    when: When
    failure: type[BaseException] = Killed
    came: bool = False

    def __call__(self, call: int, when: When) -> None:
        if (call, when) == (self.number, self.when):
            self.came = True
            raise self.failure


@contextmanager
def watched(
    table: Table, at_call: Callable[[int, When], object] = lambda *_: None, queue: Any = None
) -> Iterator[list[str]]:
    """Each call of the table and the queue, with what happens before and after it takes effect;
    what that asks for itself is none of them.
    """
    calls, call, inside = list[str](), table._call, list[None]()
    put: Any = getattr(queue, "put", None)

    def happens(number: int, when: When) -> None:
        inside.append(None)
        try:
            at_call(number, when)
        finally:
            inside.clear()

    def counted[**P](name: str, act: Callable[P, Any], *arguments: P.args, **more: P.kwargs) -> Any:
        if inside:
            return act(*arguments, **more)
        number = len(calls)
        calls.append(name)
        happens(number, "before")
        answer = act(*arguments, **more)
        happens(number, "after")
        return answer

    def asked(operation: str, **arguments: Any) -> Any:
        return counted(operation, call, operation, **arguments)

    def queued(message: Any) -> Any:
        return counted("send_message", put, message)

    with (
        patch.object(table, "_call", asked),
        patch.object(queue, "put", queued) if queue else nullcontext(),
    ):
        yield calls


@contextmanager
def rights_used(table: Table) -> Iterator[set[str]]:
    """By the names that IAM has for them: `PutItem`, `Query`."""
    used, call = set[str](), table._call

    def noted(operation: str, **arguments: Any) -> Any:
        parts = [f"{part}Item" for write in arguments.get("TransactItems", ()) for part in write]
        used.update(parts or [operation.title().replace("_", "")])
        return call(operation, **arguments)

    with patch.object(table, "_call", noted):
        yield used
