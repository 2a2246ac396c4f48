"""What has become of each object, pair and notice, write by write, as the table itself has recorded
it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, NamedTuple

from cobroke.domain.deals.pair import Pair
from cobroke.domain.ids import realtor_id
from cobroke.domain.postings.posting import Posting
from cobroke.exact_json import loads
from cobroke.storage.deals import pairs
from cobroke.storage.key_parts import realtor_in
from cobroke.storage.notation import Item, item_of
from cobroke.storage.parting.blocks import Blocks
from cobroke.storage.postings import posting
from tests import oracle
from tests.builders import Json
from tests.support.asked import Asked
from tests.support.far_side import Change

type Key = tuple[str, str]


class Version[Thing](NamedTuple):
    """Written at a step; some still read the one before until `seen`."""

    step: int
    seen: float
    now: Thing


@dataclass(frozen=True)
class Story:
    """`objects` by id, `pairs` by both ids, `blocked`: whom a realtor has, `items` as they are."""

    objects: dict[str, list[Version[Posting]]]
    pairs: dict[tuple[str, str], list[Version[Pair]]]
    blocked: dict[str, list[Version[frozenset[str]]]]
    items: dict[Key, Item]
    changes: Sequence[Change]
    log: Sequence[Asked]
    judged: int
    """What was over by this step was judged before."""

    @classmethod
    def told(cls, changes: Sequence[Change], log: Sequence[Asked], judged: int = -1) -> "Story":
        objects, acted = (
            defaultdict[str, list[Version[Posting]]](list),
            defaultdict[Any, list[Version[Pair]]](list),
        )
        items, blocked = dict[Key, Item](), defaultdict[str, list[Version[frozenset[str]]]](list)
        for change in changes:
            if change.new is None:
                gone = items.pop(change.key, {})
                if gone.get("entity") == "PAIR":
                    ids = pairs.of_item(gone).ids
                    acted[ids].append(Version(change.step, change.seen, Pair.untouched(ids)))
                continue
            item = items[change.key] = item_of(change.new)
            if item["entity"] in ("LEAD", "PROPERTY"):
                one = posting.of_item(item)
                objects[one.id].append(Version(change.step, change.seen, one))
            elif item["entity"] == "BLOCKS" and "own" in item:
                own = Blocks.of(realtor_in(item["PK"]), item).own
                whom = frozenset(map(realtor_id, own))
                blocked[realtor_in(item["PK"])].append(Version(change.step, change.seen, whom))
            elif item["entity"] == "PAIR":
                pair = pairs.of_item(item)
                acted[pair.lead_id, pair.property_id].append(
                    Version(change.step, change.seen, pair)
                )
        return cls(dict(objects), dict(acted), dict(blocked), items, changes, log, judged)

    @property
    def asked(self) -> Iterable[Asked]:
        """What is new in the log."""
        return (one for one in self.log if one.sent > self.judged)

    def of(self, entity: str) -> Iterable[Item]:
        return (item for item in self.items.values() if item.get("entity") == entity)

    def written(self, entity: str) -> Iterable[tuple[Change, Item]]:
        """Every write of such an item."""
        for change in self.changes:
            item = item_of(change.new) if change.new else {}
            if item.get("entity") == entity:
                yield change, item

    def parted(self, one: str, another: str) -> list[Version[bool]]:
        """Whether a block stood between the two, of two realtors or of the owners of two objects.
        What one of the two items says another reader may see later than the other's.
        """
        writes = [
            (version.step, version.seen, who, whom in version.now)
            for who, whom in ((one, another), (another, one))
            for version in self.blocked.get(who, ())
        ]
        found, stands = [Version(-1, -1, now=False)], dict[str, bool]()
        for step, seen, who, is_blocked in sorted(writes):
            stands[who] = is_blocked
            known = found[-1]
            if known.step == step:
                found.pop()
                seen = max(seen, known.seen)  # noqa: PLW2901 - of both
            found.append(Version(step, seen, any(stands.values())))
        return found

    def known(self, ids: tuple[str, str]) -> list[Version[Pair]]:
        """With what it was before anybody acted."""
        nothing = Version(-1, -1, Pair(lead_id=ids[0], property_id=ids[1]))
        return [nothing, *self.pairs.get(ids, [])]


def during[Thing](
    versions: Sequence[Version[Thing]], sent: float, until: float
) -> list[Version[Thing]]:
    """Those that one who reads in this time may meet."""
    left = [*(later.seen for later in versions[1:]), inf]
    return [
        one for one, gone in zip(versions, left, strict=True) if one.step <= until and gone >= sent
    ]


def at[Thing](versions: Sequence[Version[Thing]], step: float) -> Thing | None:
    """What stood behind this step."""
    return next((one.now for one in reversed(versions) if one.step <= step), None)


def mark_of(one: Posting) -> str:
    body = one.content.body
    return str(body["client_name" if one.kind == "LEAD" else "description"])


def score_of(lead: Posting, listing: Posting) -> int | None:
    """Basis points, by the oracle; None where they are not recommended to each other, whatever was
    done.
    """
    if not (lead.in_market and listing.in_market) or lead.owner == listing.owner:
        return None
    points = oracle.score(lead.content.body["requirements"], listing.content.body)
    return points if points is not None and points >= oracle.LISTED_FROM else None


def price_of(listing: Posting) -> int:
    return int(listing.content.body["details"]["price"] * 100)


def holds(stored: Any, sent: Any) -> bool:
    """Whether all that was sent is there."""
    if isinstance(sent, dict):
        return isinstance(stored, dict) and all(
            name in stored and holds(stored[name], sent[name]) for name in sent
        )
    return bool(stored == sent)


def body_of(item: Item) -> Json:
    body: Json = loads(item["d"])
    return body
