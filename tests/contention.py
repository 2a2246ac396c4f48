"""Transactions that meet others: cancelled, as often as a test has it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from cobroke.storage.table import Table
from tests.memory_table import cancelled


@contextmanager
def contended(table: Table, meets: Callable[[], bool]) -> Iterator[None]:
    """Each try of a transaction is cancelled by another one where `meets` says so."""
    client: Any = table._client
    write = client.transact_write_items

    def tried(**asked: Any) -> Any:
        if meets():
            raise cancelled("TransactionConflict")
        return write(**asked)

    with patch.object(client, "transact_write_items", tried):
        yield
