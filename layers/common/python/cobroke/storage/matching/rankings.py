"""Rankings as they are kept, beside their objects: derived, each may be dropped at any time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import batched

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


def load_own(
    table: Table, kind: Kind, owner: str, posting_id: str
) -> tuple[Posting, KeptRanking | None]:
    """Read the caller's own object with its ranking, in one call; raise NotFound alike where it is
    absent and where it is somebody else's.
    """
    key, kept_key = wanted = own_keys(kind, owner, posting_id)
    return own_of(table.get_many(wanted), key, kept_key)


def own_keys(kind: Kind, owner: str, posting_id: str) -> tuple[Key, Key]:
    """Return the keys of an object that would be this realtor's, and of its ranking."""
    return keys.owned_by(owner, kind, posting_id), keys.ranking(owner, kind, posting_id)


def own_of(
    items: Mapping[Key, Item], key: Key, kept_key: Key
) -> tuple[Posting, KeptRanking | None]:
    """Return what was read under the two keys. Raises NotFound without an object."""
    if key not in items:
        raise NotFound
    kept = items.get(kept_key)
    return posting.of_item(items[key]), _of_item(kept) if kept else None


def load_many(
    table: Table, kind: Kind, posting_ids: Iterable[str]
) -> Iterator[tuple[Posting, KeptRanking | None]]:
    """Read objects of anybody's with their rankings, as many at once as one call takes."""
    for some in batched(posting_ids, BATCH // 2, strict=False):
        wanted = {
            keys.owned(kind, posting_id): keys.ranking(owner_of(posting_id), kind, posting_id)
            for posting_id in some
        }
        items = table.get_many([*wanted, *wanted.values()])
        for key, kept_key in wanted.items():
            kept = items.get(kept_key)
            yield posting.of_item(items[key]), _of_item(kept) if kept else None


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
    )
    return KeptRanking(ranking, item["version"], item["looked_at"])
