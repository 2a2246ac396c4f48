"""Rankings as they are kept, beside their objects: derived, each may be dropped at any time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched, chain
from typing import NamedTuple

from cobroke.domain.errors import NotFound
from cobroke.domain.ids import owner_of
from cobroke.domain.matching.ranking import (
    Ranking,
    pack_place,
    pack_rows,
    unpack_place,
    unpack_rows,
)
from cobroke.domain.postings.kinds import Kind
from cobroke.domain.postings.posting import Posting
from cobroke.storage import entities, keys
from cobroke.storage.conditions import over
from cobroke.storage.notation import Item
from cobroke.storage.parting import parted
from cobroke.storage.postings import posting
from cobroke.storage.table import BATCH, Key, Table

KEPT_S = 30 * 24 * 3600


@dataclass(frozen=True)
class KeptRanking:
    """`version` counts its saves; `looked_at` (ms): when its realtor looked at it, marked at most
    once a day.
    """

    ranking: Ranking
    version: int
    looked_at: int


class Own(NamedTuple):
    """An object with its ranking, and what was read with them: of whom its owner is parted."""

    posting: Posting
    kept: KeptRanking | None
    items: Mapping[Key, Item]


def load_own(table: Table, kind: Kind, owner: str, posting_id: str) -> Own:
    """Read the caller's own object with its ranking, in one call; raise NotFound alike where it is
    absent and where it is somebody else's.
    """
    wanted = own_keys(kind, owner, posting_id)
    return own_of(table.get_many(wanted), wanted)


def own_keys(kind: Kind, owner: str, posting_id: str) -> Sequence[Key]:
    """Return the keys of an object that would be this realtor's, of its ranking, and of whom its
    owner is parted.
    """
    own, ranking = keys.owned_by(owner, kind, posting_id), keys.ranking(owner, kind, posting_id)
    return own, ranking, *parted.wanted(owner)


def own_of(items: Mapping[Key, Item], wanted: Sequence[Key]) -> Own:
    """Return what was read under these keys. Raises NotFound without an object."""
    key, kept_key, *_ = wanted
    if key not in items:
        raise NotFound
    kept = items.get(kept_key)
    return Own(posting.of_item(items[key]), _of_item(kept) if kept else None, items)


def load_many(table: Table, kind: Kind, posting_ids: Iterable[str]) -> Iterator[Own]:
    """Read objects of anybody's with their rankings, as many at once as one call takes."""
    for some in batched(posting_ids, BATCH // 3, strict=False):
        wanted = [own_keys(kind, owner_of(posting_id), posting_id) for posting_id in some]
        items = table.get_many(chain.from_iterable(wanted))
        yield from (own_of(items, of_own) for of_own in wanted)


def save(
    table: Table, own: Posting, ranking: Ranking, known: KeptRanking | None, looked_at: int
) -> bool:
    """Keep it in place of the `known` one; return False where another was faster: theirs is as
    good.
    """
    version = known.version if known else 0
    facts = {
        "rows": pack_rows(ranking.rows),
        "cut": pack_place(ranking.cut),
        "watermark": ranking.watermark,
        "seen": ranking.seen,
        "own_version": ranking.own_version,
        "returned": ranking.returned,
        "version": version + 1,
        "looked_at": looked_at,
        "expires": ranking.watermark // 1000 + KEPT_S,
    }
    item = entities.RANKING.at(keys.ranking(own.owner, own.kind, own.id), facts)
    return table.try_put(item, when=over(version))


def _of_item(item: Item) -> KeptRanking:
    ranking = Ranking(
        rows=unpack_rows(item["rows"]),
        cut=unpack_place(item["cut"]),
        watermark=item["watermark"],
        seen=item["seen"],
        own_version=item["own_version"],
        returned=item.get("returned", 0),
    )
    return KeptRanking(ranking, item["version"], item["looked_at"])
