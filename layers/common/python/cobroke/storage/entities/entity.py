"""A kind of item."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cobroke.storage.notation import Item
from cobroke.storage.table import Key


@dataclass(frozen=True)
class Entity:
    """A kind of item. `keys` has its partition and sort key, a pair for each shape. Of `attributes`
    those with a `?` may be absent. `kept` says for how long, "" is for good. `made_from` says what
    the audit or a run makes it from again, "" where it is the truth itself.
    """

    name: str
    keys: tuple[str, ...]
    attributes: str
    holds: str
    kept: str = ""
    made_from: str = ""

    def at(self, key: Key, facts: Mapping[str, Any]) -> Item:
        """Make an item of this kind."""
        return {"PK": key[0], "SK": key[1], "entity": self.name, **facts}
