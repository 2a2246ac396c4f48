"""A town that one of its realtors leaves: Anna, with something of every kind, canaries in every text;
the queue of jobs, and the function behind it.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from random import Random
from typing import Any
from unittest.mock import patch

from cobroke.domain.deals.pair import PairIds, Side
from cobroke.domain.fair_use import FairUse
from cobroke.domain.postings.kinds import lead_first, other
from cobroke.domain.realtors import Realtor
from cobroke.exact_json import dumps
from cobroke.flows.audit import audit
from cobroke.flows.deals import agreement, blocks
from cobroke.flows.erasing import leaving
from cobroke.flows.erasing.places import Place
from cobroke.flows.erasing.work import work_on
from cobroke.flows.matching.recommendations import look_at
from cobroke.storage import realtors
from cobroke.storage.deals import matches
from cobroke.storage.erasing import jobs
from cobroke.storage.notation import Item
from cobroke.storage.postings import postings
from cobroke.storage.postings.allowance import Limiter
from cobroke.storage.postings.idempotency import Idempotency
from cobroke.storage.table import Table
from functions.stream_notifications import handler as notifying
from tests.builders import Json, a_lead, a_property
from tests.pump import Pump
from tests.support.contents import content
from tests.support.town import SIDES, Town, pumps, without_luck

CANARY = "Канарейка"
"""Stands in every text of Anna's, and in none of anybody else's."""


def digest(telegram_id: str) -> str:
    return f"digest of {len(telegram_id)} signs, the {telegram_id[::-1]} is no secret here"


def her(kind: Side, **changes: Any) -> Json:
    if kind == "LEAD":
        texts = dict.fromkeys(("client_name", "client_contacts", "notes"), CANARY)
        return a_lead(**texts, **changes) | {
            "requirements": a_lead(**changes)["requirements"] | {"additional_requirements": CANARY}
        }
    texts = {"street": CANARY, "house_number": CANARY, "description": CANARY}
    return a_property(**texts, photos=[f"https://example.com/{dumps(CANARY)[1:-1]}"], **changes)


def of_side(kind: Side, own: str, theirs: str) -> PairIds:
    return PairIds(*lead_first(kind, own, theirs))


class Jobs:
    """The queue of jobs."""

    def __init__(self) -> None:
        self.messages: list[Mapping[str, str]] = []

    def put(self, message: Mapping[str, str], delay_s: int = 0) -> None:
        self.messages.append(dict(message))


class Leaving(Town):
    """Anna leaves. Boris deals with her on both sides; Clara has blocked her, she has blocked Dima.
    """

    def __init__(self) -> None:
        super().__init__()
        self.anna, self.boris, self.clara, self.dima = self.realtors
        self.jobs = Jobs()

    def _registers(self, telegram_id: str, name: str) -> str:
        if name != "anna":
            return super()._registers(telegram_id, name)
        hers = Realtor(
            "", "4242424242", "+79990004242", f"{name}@canary.example", CANARY, username="canary_anna"
        )
        return realtors.register(
            self.table, Realtor(**{**vars(hers), "name": CANARY, "verified": True})
        ).id

    @contextmanager
    def followed(self) -> Iterator[None]:
        with super().followed(), patch.object(notifying, "erasures", self.jobs):
            yield

    def lives(self) -> None:
        """Something of every kind of hers, and of theirs with her."""
        self.pairs = {kind: self._deals(kind) for kind in SIDES}
        blocks.block(self.table, self.clara, self.anna, self.clock)
        blocks.block(self.table, self.anna, self.dima, self.clock)
        allowance = Limiter(self.table, FairUse()).of(Realtor(self.anna, "", ""))
        once = Idempotency("POST /leads", "key", "fingerprint")
        own = content("LEAD", her("LEAD"))
        made = postings.create(self.table, "LEAD", self.anna, own, self.clock, once, allowance)
        self.posts("PROPERTY", self.boris, a_property())
        self.settle(*pumps(Random(1), quiet=True))
        for kind in SIDES:
            for deals in self.pairs.values():
                for ids in deals.values():
                    an_id = ids.lead_id if kind == "LEAD" else ids.property_id
                    self.looks_at(kind, an_id)
        self.looks_at("LEAD", made.id)
        self.settle(*pumps(Random(1), quiet=True))

    def _deals(self, kind: Side) -> dict[str, PairIds]:
        """A pair in each state, where her object is of this kind."""
        theirs = other(kind)
        deals = {
            name: of_side(
                kind,
                self.posts(kind, self.anna, her(kind)),
                self.posts(theirs, self.boris, a_lead() if theirs == "LEAD" else a_property()),
            )
            for name in (
                *("PENDING by her", "PENDING by him", "ACCEPTED", "COMPLETED", "REJECTED"),
                *("disliked by her", "disliked by him", "kept", "archived", "withdrawn"),
            )
        }
        for name, ids in deals.items():
            if name in {"PENDING by her", "ACCEPTED", "COMPLETED", "withdrawn", "archived"}:
                self.acts(kind, ids, message=CANARY)
            if name in {"PENDING by him", "ACCEPTED", "COMPLETED", "REJECTED", "withdrawn"}:
                self.acts(theirs, ids, message="Добрый день")
            if name in {"REJECTED", "disliked by her", "withdrawn"}:
                self.acts(kind, ids, "DISLIKE")
            if name in {"disliked by him", "kept"}:
                self.acts(theirs, ids, "DISLIKE")
            if name == "kept":
                self.acts(kind, ids, message=CANARY)
            if name == "COMPLETED":
                agreement.complete(self.table, self.boris, ids, self.clock)
            if name == "archived":
                own = ids.lead_id if kind == "LEAD" else ids.property_id
                self.archives(kind, own)
        return deals

    def leaves(self, table: Table | None = None) -> int:
        return leaving.erase(table or self.table, self.anna, digest, self.clock)

    def works(self) -> int:
        """Work off what is in the queue, and what that puts there; return how many slices it was."""
        self.settle(*pumps(Random(1), quiet=True))
        slices = 0
        while self.jobs.messages:
            message = self.jobs.messages.pop()
            job = jobs.find(self.table, message["job"], message["realtor_id"])
            if job is None or job.done_at:
                continue
            pending = work_on(self.table, job, Place.of(message), self.clock)
            slices += 1
            if pending:
                self.now += 1000 * pending.after_s
                self.jobs.put({**message, **pending.place.said})
        return slices

    def audits(self) -> Counter[str]:
        drift = Counter[str]()
        audit(self.table, self.clock, lambda: None, Random(0), drift)
        return drift

    def kept_by(self, kind: Side) -> list[PairIds]:
        return [self.pairs[kind][name] for name in ("ACCEPTED", "COMPLETED")]

    def matches_of(self, ids: PairIds, side: Side) -> list[matches.MatchView]:
        """What this side of a pair lists."""
        own = postings.load(self.table, side, ids.lead_id if side == "LEAD" else ids.property_id)
        from cobroke.domain.paging import Page

        return matches.list_of(self.table, own, None, Page(1, 100))[0]


def holding(items: Iterator[Item], *words: str) -> list[Item]:
    """Those of the items in which one of the words stands, as it is or packed."""
    return [item for item in items if any(word in _text(item) for word in words)]


def _text(item: Item) -> str:
    return "\n".join(
        one.decode(errors="replace") if isinstance(one, bytes) else str(one)
        for one in (*item, *item.values())
    )


CANARIES = (
    CANARY, dumps(CANARY)[1:-1], "4242424242", "+79990004242", "anna@canary", "canary_anna"
)
Watch = Callable[[], None]
PUMP = (Pump, without_luck, look_at)
