"""Creates that are made once, however often they are asked for: a marker in the same transaction as
the object.
"""

import hashlib
from typing import NamedTuple

from cobroke.domain.errors import IdempotencyKeyReused
from cobroke.storage import entities, keys
from cobroke.storage.conditions import ABSENT, at_most
from cobroke.storage.table import Key, Table, Write

KEPT_S = 24 * 3600


class Idempotency(NamedTuple):
    """What the caller calls this request, and a fingerprint of its body."""

    route: str
    key: str
    fingerprint: str

    def _at(self, owner: str) -> Key:
        return keys.idempotency(owner, self.route, hashlib.sha256(self.key.encode()).hexdigest())

    def made(self, table: Table, owner: str, now_s: int) -> str | None:
        """Return the id of what the same request made before; raise IdempotencyKeyReused where its
        body was another.
        """
        item = table.get(self._at(owner))
        if item is None or item["expires"] <= now_s:
            return None
        if item["fingerprint"] != self.fingerprint:
            raise IdempotencyKeyReused
        made: str = item["made"]
        return made

    def mark(self, table: Table, owner: str, made: str, now_s: int) -> Write:
        """Make the marker, a part of the transaction that makes the object."""
        facts = {"fingerprint": self.fingerprint, "made": made, "expires": now_s + KEPT_S}
        item = entities.IDEMPOTENCY.at(self._at(owner), facts)
        return table.put(item, when=ABSENT | at_most("expires", now_s))
