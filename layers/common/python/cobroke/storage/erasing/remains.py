"""Whole partitions that go."""

from itertools import batched

from cobroke.storage.table import BATCH, Table


def delete_all(table: Table, partition: str) -> int:
    """Delete every item of a partition, many at once; return how many these were."""
    found = [raw["SK"]["S"] for raw in table.query_raw(partition, attributes=("SK",))]
    for some in batched(found, BATCH, strict=False):
        table.transact([table.delete((partition, sort_key)) for sort_key in some])
    return len(found)
