"""What a page of recommendations shows, as it is read."""

from collections.abc import Sequence
from typing import NamedTuple

from cobroke.domain.ids import owner_of
from cobroke.domain.matching.ranking import Row
from cobroke.domain.postings.kinds import lead_first, other
from cobroke.domain.postings.posting import Posting
from cobroke.domain.realtors import Realtor
from cobroke.flows.matching.ranking import Seeker
from cobroke.storage import keys, realtors
from cobroke.storage.postings import posting
from cobroke.storage.realtors import KnownRealtors
from cobroke.storage.table import Table


class Loaded(NamedTuple):
    counterpart: Posting
    realtor: Realtor
    message: str | None

    def is_as_new_as(self, row: Row) -> bool:
        return self.counterpart.version >= row.version


class Reading:
    """The counterparts of some rows as they are now, their realtors, and what those say who wait
    for an answer: asked for when it is made, waited for by `end`.
    """

    def __init__(
        self, table: Table, seeker: Seeker, known: KnownRealtors, shown: Sequence[Row]
    ) -> None:
        kind, pairs = other(seeker.kind), seeker.pairs
        self._objects = {row.id: keys.owned(kind, row.id) for row in shown}
        self._messages = {
            row.id: keys.message(*lead_first(seeker.kind, seeker.id, row.id), kind)
            for row in shown
            if row.id in pairs and pairs[row.id].asks(seeker.kind)
        }
        self._known, self._since = known, seeker.as_of
        owners = {owner_of(row.id) for row in shown}
        self._realtors = known.among(owners, seeker.as_of)
        self._unknown = sorted(owners - self._realtors.keys())
        realtor_keys = map(keys.realtor, self._unknown)
        wanted = [*self._objects.values(), *realtor_keys, *self._messages.values()]
        self._begun = table.begin_many(wanted)

    def end(self) -> dict[str, Loaded]:
        """Return them by their ids. Those that are just being written are left out: their entry or
        change may be seen before them.
        """
        items = self._begun()
        read = [realtors.of_item(items[keys.realtor(an_id)]) for an_id in self._unknown]
        self._known.remember(read, self._since)
        whose = self._realtors | {realtor.id: realtor for realtor in read}
        return {
            an_id: Loaded(
                posting.of_item(items[key]),
                whose[owner_of(an_id)],
                items.get(self._messages.get(an_id, key), {}).get("text"),
            )
            for an_id, key in self._objects.items()
            if key in items
        }
