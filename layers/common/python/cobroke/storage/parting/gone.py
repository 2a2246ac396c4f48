"""Who is gone, in one item that is read wherever it is asked of whom one is parted."""

from collections.abc import Mapping
from dataclasses import replace

from cobroke.domain import ids
from cobroke.domain.parted import Gone
from cobroke.storage import entities
from cobroke.storage.conditions import over
from cobroke.storage.notation import Item
from cobroke.storage.parting.blocks import unpacked
from cobroke.storage.table import Key, Table, Write

KEY: Key = ("GONE", "GONE")


def among(items: Mapping[Key, Item]) -> Gone:
    """Return who is, given the item among these: nobody where there is none."""
    item = items.get(KEY)
    if item is None:
        return Gone()
    return Gone(frozenset(unpacked(item["raw_ids"])), item["returned"], item["version"])


def load(table: Table) -> Gone:
    return among(table.get_many([KEY]))


def going(table: Table, known: Gone, realtor_id: str) -> Write:
    """Make the write of one more, on condition that all is as it was read."""
    raw_ids = known.raw_ids | {ids.raw_realtor_id(realtor_id)}
    return _write(table, replace(known, raw_ids=raw_ids))


def leaving(table: Table, known: Gone, realtor_id: str) -> Write:
    """Make the write of one less, of whom nothing is left."""
    raw_ids = known.raw_ids - {ids.raw_realtor_id(realtor_id)}
    return _write(table, replace(known, raw_ids=raw_ids))


def returning(table: Table, known: Gone, realtor_id: str) -> Write:
    """Make the write of one less, who is there again: what was ranked without them is of no use."""
    return leaving(table, replace(known, returned=known.returned + 1), realtor_id)


def _write(table: Table, new: Gone) -> Write:
    facts = {
        "raw_ids": b"".join(sorted(new.raw_ids)),
        "returned": new.returned,
        "version": new.version + 1,
    }
    return table.put(entities.GONE.at(KEY, facts), when=over(new.version))
