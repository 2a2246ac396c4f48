"""Which listings in the market offer one flat: an item a flat, written with each of them."""

import struct
from collections.abc import Iterable, Mapping, Set

from cobroke.domain import ids
from cobroke.domain.postings.features import PropertyFeatures
from cobroke.domain.postings.flats import Offer, fingerprint
from cobroke.domain.postings.kinds import Kind
from cobroke.domain.postings.posting import Content, Posting
from cobroke.storage import entities, key_parts, keys
from cobroke.storage.conditions import ABSENT, holding
from cobroke.storage.table import Key, Table, Write

MOST = 32
"""Offers of a flat are kept up to this number: then the item has just below 1 KB, and who comes
later neither writes it nor waits for who does.
"""
_PACKED = struct.Struct(f">{ids.POSTING_BYTES}sIQ")

type Seen = Mapping[Key, bytes]
"""The offers of each flat that a write is about, packed, as they were read."""


def offer(posting_id: str, content: Content) -> Offer:
    """Return what a listing's flat is told apart by. Raises TypeError for a lead."""
    features = content.features
    if not isinstance(features, PropertyFeatures):
        raise TypeError("a lead offers nothing")
    flat = fingerprint(content.body, features.market.group)
    return Offer(posting_id, flat, features.area, features.price)


def offered_by(stored: Posting | None) -> Offer | None:
    """Return what a listing in the market offers; None for what is out of it, and for a lead."""
    if stored is None or stored.kind == "LEAD" or not stored.in_market:
        return None
    return offer(stored.id, stored.content)


def see(table: Table, kind: Kind, old: Posting | None, new: Content | None) -> Seen:
    """Read, for `writes`, the flats that a write is about: `old` stands, `new` is to stand in the
    market. To be read before the time of the write is taken.
    """
    left, taken = offered_by(old), offer("", new) if new and kind == "PROPERTY" else None
    if left and taken and left == taken._replace(id=left.id):
        return {}
    return read(table, {keys.flat(each.fingerprint) for each in (left, taken) if each})


def read(table: Table, wanted: Set[Key]) -> Seen:
    """Read the offers of these flats; of one that nobody offers they are empty."""
    items = table.get_many(wanted)
    return {key: items[key]["offers"] if key in items else b"" for key in sorted(wanted)}


def writes(table: Table, seen: Seen, old: Posting | None, new: Posting) -> list[Write]:
    """Make the writes that put `new` in the place of `old` among the offers of its flat, on
    condition that these are as they were seen.
    """
    left, taken = offered_by(old), offered_by(new)
    if left == taken:
        return []
    flats = {keys.flat(each.fingerprint) for each in (left, taken) if each}
    return [
        write for key in sorted(flats) for write in changed(table, key, seen[key], new.id, taken)
    ]


def changed(
    table: Table, key: Key, packed: bytes, posting_id: str, taken: Offer | None
) -> list[Write]:
    """Make the write of one flat's offers, `packed` as they were seen, where the posting is to be
    among them with what it has taken, if that is this flat; none where they stay as they are.
    """
    others = [each for each in unpacked(key, packed) if each.id != posting_id]
    here = taken if taken and keys.flat(taken.fingerprint) == key and len(others) < MOST else None
    new = pack([*others, *([here] if here else ())])
    if new == packed:
        return []
    as_seen = holding(offers=packed) if packed else ABSENT
    if not new:
        return [table.delete(key, when=as_seen)]
    return [table.put(entities.FLAT.at(key, {"offers": new}), when=as_seen)]


def pack(offers: Iterable[Offer]) -> bytes:
    """Pack the offers of one flat, in the order of ids: 28 bytes each."""
    rows = ((ids.bytes_of(each.id), each.area, each.price) for each in sorted(offers))
    return b"".join(_PACKED.pack(*row) for row in rows)


def unpacked(key: Key, packed: bytes) -> list[Offer]:
    """Return the offers under a flat's key, in the order of ids."""
    flat = key_parts.flat_in(key[0])
    return [
        Offer(ids.spelled(raw), flat, area, price)
        for raw, area, price in _PACKED.iter_unpack(packed)
    ]
