"""One pass over the whole table: what its items state of each other. What two of them state alike
cancels out, so that little is held at a time; what is left over may be wrong, or was written while
the pass was under way.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from cobroke.domain.deals.owed import owed_notices
from cobroke.domain.deals.pair import Pair, PairIds
from cobroke.domain.ids import owner_of
from cobroke.domain.postings.features import Market
from cobroke.domain.postings.kinds import Kind
from cobroke.domain.vocabulary import PostingStatus
from cobroke.flows.audit import erasures, flats, listings
from cobroke.flows.audit.unpaired import Unpaired
from cobroke.storage import entities, key_parts, keys
from cobroke.storage.deals import own_matches, pairs
from cobroke.storage.notation import Item
from cobroke.storage.notices.notices import KEPT_S, due
from cobroke.storage.notices.outboxes import LOST_AFTER_MS
from cobroke.storage.postings import limits, posting
from cobroke.storage.table import Key, Table

_OBJECT = (
    "city",
    "f",
    "status",
    "archived_for",
    "stale",
    "version",
    "revision",
    "changed_at",
    "updated_at",
)
_COUNTED = ("pairs", "matches", *entities.NONE_YET)
NEEDED = (
    *("PK", "SK", "entity", *_OBJECT, "d", "offers", *_COUNTED, *own_matches.NAMES),
    *("expires", "ticket", "due"),
)
SETTLED_AFTER_MS = 5 * 60 * 1000
"""So long after a write its stream is expected to have done what follows from it."""
SAMPLE = 200


class Owned(NamedTuple):
    kind: Kind
    id: str


class Listed(NamedTuple):
    """An object, and where entries of it were found that are not as the object says."""

    kind: Kind
    id: str
    found: frozenset[Key]


@dataclass
class Pass:
    """What it holds on to, as of `now` (ms), and what is to be looked at again."""

    now: int
    rng: Random
    standing: set[Market] = field(default_factory=set)
    """Where an object stands."""
    settled_markets: set[Market] = field(default_factory=set)
    """Where one has stood for long enough to be known."""
    asleep: set[str] = field(default_factory=set)
    """Realtors whose outbox waits for a message that should long have come."""
    _sample: dict[Market, list[Owned]] = field(default_factory=lambda: defaultdict(list))
    _entries: Unpaired[tuple[Owned, Key | None]] = field(default_factory=Unpaired)
    _mirrors: Unpaired[PairIds] = field(default_factory=Unpaired)
    matches: listings.Stated = field(default_factory=listings.Stated)
    offers: flats.Stated = field(default_factory=flats.Stated)
    _counts: Counter[tuple[Owned, str]] = field(default_factory=Counter)
    _numbers: Counter[tuple[str, Kind, PostingStatus]] = field(default_factory=Counter)
    _not_whole: set[str] = field(default_factory=set)
    _notices: set[int] = field(default_factory=set)
    _owed: dict[int, PairIds] = field(default_factory=dict)
    _marks: dict[int, Key] = field(default_factory=dict)
    _rankings: Counter[Market] = field(default_factory=Counter)
    _neighbours: dict[Key, tuple[Owned, Market]] = field(default_factory=dict)
    """The objects of the partition that the pass is in, by the keys of their rankings, which come
    behind them.
    """
    _partition: str = ""
    erased: frozenset[str] = frozenset()
    """Realtors of whom nothing but this pass is left to do."""
    remains: list[Key] = field(default_factory=list)
    """What it has found of them."""

    @property
    def entries(self) -> set[Listed]:
        found: dict[Owned, set[Key]] = defaultdict(set)
        for owned, key in self._entries.left():
            found[owned].update([key] if key else ())
        return {Listed(*owned, frozenset(there)) for owned, there in found.items()}

    @property
    def mirrors(self) -> set[PairIds]:
        return set(self._mirrors.left())

    @property
    def counts(self) -> set[Owned]:
        return {owned for (owned, _), difference in self._counts.items() if difference}

    @property
    def miscounted(self) -> set[str]:
        """Realtors whose objects are not as many as their limits say, or who wait to be counted."""
        wrong = {owner for (owner, *_), difference in self._numbers.items() if difference}
        return wrong | self._not_whole

    @property
    def owing(self) -> set[PairIds]:
        return {ids for digest, ids in self._owed.items() if digest not in self._notices}

    @property
    def marks(self) -> set[Key]:
        return {mark for digest, mark in self._marks.items() if digest not in self._notices}

    @property
    def samples(self) -> list[list[Owned]]:
        """Of each market up to 200 objects that have a ranking, and the markets, by chance."""
        return self.rng.sample(list(self._sample.values()), len(self._sample))

    def take(self, item: Item) -> None:
        whose = key_parts.realtor_in(item["PK"])
        if self.erased and erasures.names_any(item, self.erased):
            self.remains.append((item["PK"], item["SK"]))
            return
        match item.get("entity"):
            case "LEAD" | "PROPERTY":
                self._take_posting(item)
            case "ENTRY":
                kind, place = key_parts.kind_of_entry(item["PK"]), (item["PK"], item["SK"])
                self._entries.state(
                    (place, stated(kind, item)), (Owned(kind, key_parts.id_in(item["SK"])), place)
                )
            case "FLAT":
                self.offers.take(item)
            case "PAIR" | "MIRROR" as entity:
                self._take_pair(item, is_record=entity == "PAIR")
            case "OWN_MATCH" | "OWN_MATCHES" | "AGREED":
                self.matches.take(item)
            case "COUNTS" | "LIMITS":
                self._take_numbers(item, whose)
            case "RANKING":
                self._take_ranking(item)
            case _:
                self._take_told(item, whose)

    def _take_numbers(self, item: Item, whose: str) -> None:
        """Take how much there is said to be of an object's or a realtor's."""
        if item["entity"] == "COUNTS":
            found = key_parts.posting_of(item["SK"].removesuffix("#COUNTS")) or ("LEAD", "")
            owned = Owned(*found)
            self._counts.subtract({(owned, of): item[of] for of in ("pairs", "matches")})
            return
        counted = limits.of_item(item)
        self._numbers.subtract({(whose, *of): count for of, count in counted.items()})
        self._not_whole.update(() if limits.is_whole(item) else (whose,))

    def _take_told(self, item: Item, whose: str) -> None:
        """Take what a realtor is told of, and how it is pushed."""
        match item.get("entity"):
            case "NOTICE":
                self._notices.add(_told(whose, item["SK"]))
            case "UNREAD" if item["expires"] > self.now // 1000:
                self._marks[_told(whose, item["SK"])] = item["PK"], item["SK"]
            case "OUTBOX" if item["ticket"] and item["due"] < self.now - LOST_AFTER_MS:
                self.asleep.add(whose)

    def _take_posting(self, item: Item) -> None:
        read = item["d"] if item["entity"] == "PROPERTY" else "{}"
        own = posting.of_item(item | {"d": read, "more": "{}"})
        owned, features = Owned(own.kind, own.id), own.content.features
        self._numbers[owner_of(own.id), own.kind, own.status] += 1
        if own.in_market:
            self._entries.state(
                (keys.market_entry(features, own.id), stated(own.kind, item)), (owned, None)
            )
            self.standing.add(features.market)
            if own.changed_at < self.now - SETTLED_AFTER_MS:
                self.settled_markets.add(features.market)
        self.offers.take_posting(own)
        if self._partition != item["PK"]:
            self._partition, self._neighbours = item["PK"], {}
        self._neighbours[keys.ranking(own.owner, own.kind, own.id)] = owned, features.market

    def _take_pair(self, item: Item, *, is_record: bool) -> None:
        pair = pairs.of_item(item)
        ids = pair.ids
        self._mirrors.state((ids, item["version"], item["d"]), ids)
        if not is_record:
            return
        for owned in (Owned("LEAD", pair.lead_id), Owned("PROPERTY", pair.property_id)):
            self._counts.update(
                {(owned, "pairs"): 1, (owned, "matches"): int(pair.counts_as_match)}
            )
        self.matches.take_pair(pair, item)
        self._owed |= {_told(*key): ids for key in owed_by(pair, self.now)}

    def _take_ranking(self, item: Item) -> None:
        """Let each ranking of a market have the same chance, without knowing how many will come."""
        owned, market = self._neighbours.get((item["PK"], item["SK"]), (None, None))
        if owned and market:
            self._rankings[market] += 1
            sample, place = self._sample[market], self.rng.randrange(self._rankings[market])
            if len(sample) < SAMPLE:
                sample.append(owned)
            elif place < SAMPLE:
                sample[place] = owned


def over(table: Table, now: int, rng: Random, erased: frozenset[str] = frozenset()) -> Pass:
    """Read the whole table, once, and find what is left of those who were erased."""
    made = Pass(now, rng, erased=erased)
    for item in table.scan(NEEDED):
        made.take(item)
    return made


def stated(kind: Kind, item: Item) -> tuple[bytes, int, int | None]:
    """Return what an object and its market entry both hold: features, version, a lead's revision
    (None for a listing).
    """
    return item["f"], item["version"], item["revision"] if kind == "LEAD" else None


def owed_by(pair: Pair, now: int) -> set[tuple[str, str]]:
    """Return the notices (realtor's id, notice's id) that must be there now: long enough ago to be
    told, and still kept.
    """
    return {due(notice) for notice in owed_notices(pair) if is_due(notice.at, now)}


def is_due(at: int, now: int) -> bool:
    return now - KEPT_S * 1000 < at < now - SETTLED_AFTER_MS


def _told(realtor_id: str, notice: str) -> int:
    return hash((realtor_id, notice))
