"""Of whom a realtor is parted, as it is kept: the one place where that is asked."""

from collections.abc import Callable, Mapping
from itertools import chain

from cobroke.domain.parted import FROM_NOBODY, Parted
from cobroke.storage.conditions import over
from cobroke.storage.notation import Item
from cobroke.storage.parting import block_keys, gone
from cobroke.storage.parting.blocks import Blocks, unpacked
from cobroke.storage.table import Key, Table, Write


def wanted(realtor_id: str) -> tuple[Key, Key]:
    """Return what is to be read with something else before `begin` or `of`."""
    return block_keys.blocks(realtor_id), gone.KEY


def begin(table: Table, realtor_id: str, items: Mapping[Key, Item]) -> Callable[[], Parted]:
    """Send for what their item among these lacks, and return what waits for it: hardly anybody's
    lacks anything.
    """
    begun = begin_blocks(table, realtor_id, items)
    return lambda: begun().joined(gone.among(items))


def begin_blocks(table: Table, realtor_id: str, items: Mapping[Key, Item]) -> Callable[[], Parted]:
    """Do the same for the blocks alone."""
    item = items.get(block_keys.blocks(realtor_id))
    if item is None:
        return lambda: FROM_NOBODY
    known = Blocks.of(realtor_id, item)
    begun = table.begin_many(known.part_keys)
    return lambda: _parted(known, begun())


def of(table: Table, realtor_id: str, items: Mapping[Key, Item]) -> Parted:
    """Return of whom they are parted, given their item among these."""
    return begin(table, realtor_id, items)()


def load(table: Table, realtor_id: str) -> Parted:
    return of(table, realtor_id, table.get_many(wanted(realtor_id)))


def unchanged(table: Table, realtor_id: str, parted: Parted) -> Write:
    """Make the check that nobody has blocked or unblocked them since, nor they anybody."""
    return table.check(block_keys.blocks(realtor_id), when=over(parted.version))


def _parted(known: Blocks, parts: Mapping[Key, Item]) -> Parted:
    others = chain.from_iterable(unpacked(part["against"]) for part in parts.values())
    raw_ids = frozenset(chain(known.own, known.against, others))
    return Parted(raw_ids, known.returned, known.version)
