"""Two realtors, and what they have had to do with each other: how many matches they have agreed on,
and what each has lately told the other of its interest.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

from cobroke.domain.deals.pair import Pair, PairIds, Side
from cobroke.domain.errors import RateLimited
from cobroke.domain.fair_use import Quota
from cobroke.domain.ids import owner_of
from cobroke.domain.postings.kinds import lead_first
from cobroke.storage import entities, keys
from cobroke.storage.conditions import as_counted
from cobroke.storage.deals import own_matches
from cobroke.storage.deals.own_matches import Standing
from cobroke.storage.notation import Item
from cobroke.storage.postings import limits
from cobroke.storage.table import Key, Table, Write

AGREED: tuple[Standing, Standing] = ("ACCEPTED", "COMPLETED")
_UNTIL = "told_until"
KEPT_S = 24 * 3600
"""How long what was told is kept, beyond its arrival time."""


class Acquaintance(NamedTuple):
    """How one realtor stands to another, as it was read: `agreed` matches of the two are ACCEPTED
    or COMPLETED; `arrival` (ms) is that of the quota of what strangers are told.
    """

    inviting: str
    invited: str
    agreed: int = 0
    arrival: int = 0

    @classmethod
    def across(cls, ids: PairIds, side: Side) -> Self:
        """Return how the realtor of this side of a pair stands to the other, if nothing is kept."""
        return cls(*lead_first(side, owner_of(ids.lead_id), owner_of(ids.property_id)))

    @property
    def keys(self) -> Sequence[Key]:
        return keys.agreed(*self[:2]), keys.invited(*self[:2])

    def seen(self, items: Mapping[Key, Item]) -> Self:
        """Return it by what was read under its keys."""
        agreed, told = (items.get(key, {}) for key in self.keys)
        return self._replace(agreed=agreed.get("matches", 0), arrival=told.get(_UNTIL, 0))

    def may_invite(self, quota: Quota, now: int) -> bool:
        """Return whether one more INTEREST may be told: always, between realtors who have agreed;
        of a stranger within the quota.
        """
        try:
            return self.agreed > 0 or bool(quota.taken(self.arrival, 1, now))
        except RateLimited:
            return False


def told(table: Table, by: Acquaintance, quota: Quota, now: int) -> list[Write]:
    """Make the write that takes an INTEREST of the quota, if it is a stranger's."""
    if by.agreed > 0:
        return []
    change = limits.taking(_UNTIL, quota, by.arrival, now)
    kept = {"expires": quota.latest(now) // 1000 + KEPT_S}
    return [limits.taken(table, entities.INVITED, by.keys[1], change, kept)]


def agreed(table: Table, old: Pair, new: Pair) -> list[Write]:
    """Make the write that counts a match that is agreed on now, or no more."""
    more = new.contacts_visible - old.contacts_visible
    if not more:
        return []
    return [table.update(agreed_key(new), {"entity": entities.AGREED.name}, {"matches": more})]


def agreed_key(pair: Pair) -> Key:
    return keys.agreed(owner_of(pair.lead_id), owner_of(pair.property_id))


def agreed_by(table: Table, realtor_id: str, another: str) -> int:
    """Read how many matches of these two are kept as agreed on."""
    number: int = (table.get(keys.agreed(realtor_id, another)) or {}).get("matches", 0)
    return number


def recounted(table: Table, realtor_id: str, another: str) -> int:
    """Count those of a realtor's matches that are agreed on with another."""
    listed = (own_matches.pairs_that_stand(table, realtor_id, one) for one in AGREED)
    return sum(another in map(owner_of, ids) for found in listed for ids in found)


def replace(table: Table, two: tuple[str, str], kept: int, counted: int) -> Write:
    """Make the write that sets a recount in place of what was kept, refused where that has changed
    meanwhile.
    """
    facts = {"entity": entities.AGREED.name, "matches": counted}
    return table.update(keys.agreed(*two), facts, when=as_counted("matches", kept))
