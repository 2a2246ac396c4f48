"""A town that one of its realtors leaves: Anna, with something of every kind, a canary in every
text; the queue of jobs, and the function behind it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from random import Random
from typing import Any
from unittest.mock import patch

from cobroke.domain.deals.pair import PairIds, Side
from cobroke.domain.fair_use import FairUse
from cobroke.domain.ids import is_posting_id, owner_of, pair_of
from cobroke.domain.notices.push_settings import DEFAULT
from cobroke.domain.paging import Page
from cobroke.domain.postings.kinds import lead_first, other
from cobroke.domain.realtors import Realtor
from cobroke.exact_json import dumps
from cobroke.flows.audit import audit
from cobroke.flows.deals import agreement, blocks
from cobroke.flows.deals.decision import Decision
from cobroke.flows.erasing import leaving
from cobroke.flows.erasing.fates import FATES
from cobroke.flows.erasing.places import Place
from cobroke.flows.erasing.work import work_on
from cobroke.storage import realtors
from cobroke.storage.deals import matches, pairs
from cobroke.storage.erasing import jobs
from cobroke.storage.notation import Item
from cobroke.storage.notices import push_settings
from cobroke.storage.postings import postings
from cobroke.storage.postings.allowance import Allowance, Limiter
from cobroke.storage.postings.idempotency import Idempotency
from functions.stream_notifications import handler as notifying
from tests.builders import Json, a_lead, a_property
from tests.support.contents import content
from tests.support.town import SIDES, Town, pumps

CANARY = "Канарейка"
"""Stands in every text of Anna's, and in none of anybody else's."""
TELEGRAM_ID = "4242424242"
CANARIES = (CANARY, dumps(CANARY)[1:-1], TELEGRAM_ID, "9990004242", "anna@canary", "canary_anna")
AGREED = ("ACCEPTED", "COMPLETED")
STATES = (
    *("PENDING by her", "PENDING by him", *AGREED, "REJECTED"),
    *("disliked by her", "disliked by him", "kept", "archived", "withdrawn"),
)
SHE_LIKES = {"PENDING by her", *AGREED, "withdrawn", "archived"}
HE_LIKES = {"PENDING by him", *AGREED, "REJECTED", "withdrawn"}
SHE_DISLIKES = {"REJECTED", "disliked by her", "withdrawn"}


LEFT = {"emptied", "counted", "nameless", "with its match", "left the market"}


def digest(telegram_id: str) -> str:
    """A hash, as far as a test cares."""
    return f"hash-of-{hash(telegram_id)}"


def her(kind: Side, **changes: Any) -> Json:
    if kind == "LEAD":
        texts = dict.fromkeys(("client_name", "client_contacts", "notes"), CANARY)
        body = a_lead(**texts, **changes)
        return body | {"requirements": body["requirements"] | {"additional_requirements": CANARY}}
    texts = {"street": CANARY, "house_number": CANARY}
    listing = a_property(**texts, **changes)
    return listing | {"description": CANARY, "photos": ["https://example.com/canary_anna.jpg"]}


def of_side(kind: Side, own: str, theirs: str) -> PairIds:
    return PairIds(*lead_first(kind, own, theirs))


class Jobs:
    """The queue of jobs."""

    def __init__(self) -> None:
        self.messages: list[Mapping[str, str]] = []

    def put(self, message: Mapping[str, str], _: int = 0) -> None:
        self.messages.append(dict(message))


class Leaving(Town):
    """Anna leaves. Boris deals with her on both sides, a pair in each of the `states`; Clara has
    blocked her, she has blocked Dima.
    """

    def __init__(self, states: Sequence[str] = STATES) -> None:
        super().__init__()
        self.anna, self.boris, self.clara, self.dima = self.realtors
        self.states, self.jobs = states, Jobs()
        self.pairs: dict[Side, dict[str, PairIds]] = {}

    def _registers(self, telegram_id: str, name: str) -> str:
        return self.comes().id if name == "anna" else super()._registers(telegram_id, name)

    def comes(self) -> Realtor:
        """Anna registers, perhaps again."""
        phone, email = "+79990004242", "anna@canary.example"
        new = Realtor("", TELEGRAM_ID, phone, email, CANARY, verified=True, name=CANARY)
        known = {**vars(new), "username": "canary_anna", "registered_at": self.clock()}
        return realtors.register(self.table, Realtor(**known), digest(TELEGRAM_ID))

    @contextmanager
    def followed(self) -> Iterator[None]:
        with super().followed(), patch.object(notifying, "erasures", self.jobs):
            yield

    def allowance(self) -> Allowance:
        return Limiter(self.table, FairUse()).of(Realtor(self.anna, "", ""))

    def lives(self) -> None:
        """Let there be something of every kind of hers, and of theirs with her."""
        self.pairs = {kind: self._deals(kind) for kind in SIDES}
        blocks.block(self.table, self.clara, self.anna, self.clock)
        blocks.block(self.table, self.anna, self.dima, self.clock)
        once = Idempotency("POST /leads", "key", "fingerprint")
        own, allowance = content("LEAD", her("LEAD")), self.allowance()
        made = postings.create(self.table, "LEAD", self.anna, own, self.clock, once, allowance)
        push_settings.put(self.table, self.anna, DEFAULT, self.clock)
        self.follows()
        self.posts("PROPERTY", self.boris, a_property())
        for kind, deals in self.pairs.items():
            for ids in deals.values():
                self.looks_at(kind, ids.lead_id if kind == "LEAD" else ids.property_id)
        self.looks_at("LEAD", made.id)
        self.follows()

    def _deals(self, kind: Side) -> dict[str, PairIds]:
        """A pair in each state, where her object is of this kind."""
        theirs = other(kind)
        deals = {
            name: of_side(
                kind,
                self.posts(kind, self.anna, her(kind)),
                self.posts(theirs, self.boris, a_lead() if theirs == "LEAD" else a_property()),
            )
            for name in self.states
        }
        for name, ids in deals.items():
            if name in SHE_LIKES:
                self.likes(kind, ids)
            if name in HE_LIKES:
                self.acts(theirs, ids, message="Добрый день")
            if name in SHE_DISLIKES:
                self.dislikes(kind, ids)
            if name in {"disliked by him", "kept"}:
                self.acts(theirs, ids, "DISLIKE")
            if name == "kept":
                self.acts(kind, ids, message=CANARY)
            if name == "COMPLETED":
                agreement.complete(self.table, self.boris, ids, self.clock)
            if name == "archived":
                self.archives(kind, ids.lead_id if kind == "LEAD" else ids.property_id)
        return deals

    def dislikes(self, kind: Side, ids: PairIds) -> None:
        """Let Anna say why, to herself."""
        why = Decision("DISLIKE", None, CANARY, "OTHER")
        agreement.act(self.table, kind, self.anna, ids, why, self.clock, self.allowance())

    def likes(self, kind: Side, ids: PairIds) -> None:
        """Let Anna take what a stranger may be told."""
        said = Decision("LIKE", None, CANARY)
        agreement.act(self.table, kind, self.anna, ids, said, self.clock, self.allowance())

    def comes_again(self) -> str:
        """Register with her Telegram id, as somebody of whom nothing else is known."""
        new = Realtor("", TELEGRAM_ID, "+79991112233", registered_at=self.clock())
        return realtors.register(self.table, new, digest(TELEGRAM_ID)).id

    def leaves(self) -> int:
        return leaving.erase(self.table, self.anna, digest, self.clock)

    def follows(self, rng: Random | None = None) -> None:
        """Let the stream be followed."""
        self.settle(*pumps(rng or Random(1), quiet=rng is None))

    def works(self) -> None:
        """Work off what is in the queue, and what that puts there."""
        self.follows()
        self.works_off()
        self.follows()

    def works_off(self) -> None:
        while self.jobs.messages:
            self.works_on(self.jobs.messages[0])
            self.jobs.messages.pop(0)

    def works_on(self, message: Mapping[str, str]) -> None:
        """Do a slice; what waits for a time comes when it has come."""
        job = jobs.find(self.table, message["job"], message["realtor_id"])
        if job is None or job.done_at:
            return
        pending = work_on(self.table, job, Place.of(message), self.clock)
        if pending:
            self.now += 1000 * pending.after_s
            self.jobs.put({**message, **pending.place.said})

    def audits(self) -> Counter[str]:
        drift = Counter[str]()
        audit(self.table, self.clock, lambda: None, Random(0), drift)
        return drift

    def theirs(self, kind: Side, name: str) -> list[matches.MatchView]:
        """What Boris lists of his object in the pair of this name; hers is of this kind."""
        ids, side = self.pairs[kind][name], other(kind)
        own = postings.load(self.table, side, ids.lead_id if side == "LEAD" else ids.property_id)
        return matches.list_of(self.table, own, None, Page(1, 100))[0]


def holding(items: Iterator[Item], *words: str) -> list[Item]:
    """Those of the items in which one of the words stands."""
    return [item for item in items if any(word in _text(item) for word in words)]


def naming(items: Iterable[Item], realtor_id: str) -> list[Item]:
    """Those of the items whose keys name the realtor or an object of theirs."""
    return [item for item in items if realtor_id in _owners(f"{item['PK']}#{item['SK']}")]


def _owners(key: str) -> set[str]:
    words = set(key.split("#"))
    an_ids = {part for word in words for part in pair_of(word) or (word,)}
    return words | {owner_of(an_id) for an_id in an_ids if is_posting_id(an_id)}


def _text(item: Item) -> str:
    return "\n".join(
        one.decode(errors="replace") if isinstance(one, bytes) else str(one)
        for one in (*item, *item.values())
    )


def has_left(town: Leaving, besides: Sequence[str] = ()) -> bool:
    """Whether nothing is left of her but what is meant to be, `besides` what is of realtors who
    have registered with her Telegram id since.
    """
    left = naming(town.table.items(), town.anna)
    new = [item for one in besides for item in naming(town.table.items(), one)]
    personal = [
        item
        for item in holding(town.table.items(), *CANARIES)
        if item not in new and item.get("realtor_id") not in besides
    ]
    fates = {FATES[item["entity"]] for item in left}
    records = [pairs.of_item(item) for item in left if item["entity"] == "PAIR"]
    are_kept = all(pair.contacts_visible or pair.closed_reason == "WITHDRAWN" for pair in records)
    return personal == [] and are_kept and fates <= LEFT
