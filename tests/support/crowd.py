"""A few realtors of a small city, and what comes into their heads."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter
from typing import Any

from cobroke.domain.ids import owner_of
from tests.builders import Json, widget
from tests.support.asked import Asked
from tests.support.asking import Asking
from tests.support.city import PATHS, Known, Realtor, a_body

MOST = 5
"""Active leads, and active listings, in the whole city."""
PASSES_BY = 0.3
"""How often somebody asks just when something is half done."""
PROVEN = 0.8
"""How often one who comes has a proof, and so gets pushes."""
NOTICED = 0.4
"""How often somebody is waiting for what comes to the market."""


@dataclass(eq=False)
class Crowd(Asking):
    realtors: list[Realtor] = field(default_factory=list)
    objects: list[Known] = field(default_factory=list)
    matches: list[tuple[Realtor, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._numbers = iter(range(1, 10**6))
        self._known = dict[str, Asked]()
        """What each was last answered of their notices."""
        self._wanted = list[Known]()
        self._under_way = list[Callable[[], object]]()

    def act(self) -> None:
        """One of the things they do, if there is somebody and something to do it with."""
        asked = len(self.log)
        while len(self.log) == asked:
            self._act()

    def _act(self) -> None:
        acts: list[tuple[int, Callable[[], None]]] = [
            (0 if len(self.realtors) > 4 else 1, self.register),
            (6, self.post),
            (9, self.edit),
            (4, self.rush),
            (4, self.archive),
            (20, self.react),
            (7, self.look),
            (9, self.read_notices),
            (2, self.complete),
            (5, self.block),
            (1, self.set_pushes),
        ]
        if len(self.realtors) < 3:
            self.register()
        else:
            weights, what = zip(*acts, strict=True)
            self.rng.choices(what, weights)[0]()

    def register(self) -> None:
        telegram_id = str(next(self._numbers))
        body: Json = {"telegram_id": telegram_id, "phone": "+7 916 123-45-67"}
        if self.rng.random() < PROVEN:
            body["telegram_auth_data"] = widget(int(telegram_id))
        asked = self._ask(None, "POST", "/auth/register", body)
        if asked.status == 201:
            self.realtors.append(Realtor(telegram_id, asked.answer["access_token"]))

    def post(self) -> None:
        kind = self.rng.choice(["lead", "property"])
        if sum(one.kind == kind and not one.archived for one in self.objects) < MOST:
            self._post(kind, self.rng.choice(self.realtors))
        else:
            self.archive()

    def _post(self, kind: str, owner: Realtor) -> None:
        """With a key they send it again until they are told, and the first time twice at once now
        and then.
        """
        mark = f"m{next(self._numbers)}"
        body = a_body(self.rng, kind, mark)
        keyed = {"idempotency-key": mark} if self.rng.random() < 0.7 else {}

        def send() -> bool:
            asked = self._ask(owner, "POST", PATHS[kind], body, keyed, mark=mark, kind=kind)
            if asked.status == 201:
                self._got(kind, owner, asked)
            return asked.status == 201

        if keyed and self.rng.random() < 0.5:
            self._at_once(f"{mark} again", send)
        self._under_way += [send] if keyed else []
        for _ in range(4):
            if (send() and self.rng.random() < 0.8) or not keyed:
                break
        self._under_way = [one for one in self._under_way if one is not send]

    def edit(self) -> None:
        if one := self._one_of(
            self.objects, lambda one: not one.archived or self.rng.random() < 0.1
        ):
            self._edit(one)

    def _edit(self, one: Known) -> None:
        """Once more where something was mistyped."""
        while True:
            mark = f"m{next(self._numbers)}"
            body = a_body(self.rng, one.kind, mark)
            headers = {"if-match": one.etag} if one.etag and self.rng.random() < 0.3 else {}
            asked = self._ask(one.owner, "PUT", one.path, body, headers, mark=mark, id=one.id)
            one.etag = asked.etag or one.etag
            if self.rng.random() < 0.7:
                return

    def rush(self) -> None:
        """Several write at once what comes to the same lists."""
        kind = self.rng.choice(["lead", "property"])
        for owner in self.rng.sample(self.realtors, min(len(self.realtors), 4)):
            self._at_once(f"rush {next(self._numbers)}", partial(self._hurries, kind, owner))

    def _hurries(self, kind: str, owner: Realtor) -> None:
        """Mostly with something new; then the old goes."""
        active = [one for one in self.objects if one.kind == kind and not one.archived]
        known = [one for one in active if one.owner is owner]
        if known and self.rng.random() < 0.3:
            self._edit(self.rng.choice(known))
            return
        if len(active) <= MOST:
            self._post(kind, owner)
        if known:
            self._archive(self.rng.choice(known))

    def storm(self) -> None:
        """All have read what they were told; then a rush."""
        for who in self.realtors:
            self._ask(who, "POST", "/notifications/read-all", reads="all")
        self.rush()

    def _at_once(self, name: str, what: Callable[[], object]) -> None:
        """Beside what they do, a little later."""

        def run() -> None:
            self.scheduler.step(self.rng.choice([0, 0, 0.2, 1]) * self.rng.random())
            what()

        self.scheduler.start(name, run)

    def archive(self) -> None:
        if one := self._one_of(
            self.objects, lambda one: not one.archived or self.rng.random() < 0.1
        ):
            self._archive(one)

    def _archive(self, one: Known) -> None:
        verb = "POST" if one.kind == "lead" else "PUT"
        asked = self._ask(one.owner, verb, f"{one.path}/archive", archives=one.id)
        one.archived = one.archived or not asked.is_open

    def react(self) -> None:
        """Mostly to what may still be agreed on, by either side, now and then by both at once."""
        own = self._one_of(self.objects, lambda one: not one.archived or self.rng.random() < 0.1)
        if own is None:
            return
        if other := self._counterpart(own):
            if self.rng.random() < 0.25:
                self._at_once(f"answer {next(self._numbers)}", partial(self._react, other, own))
            self._react(own, other)

    def _react_to(self, new: Known) -> None:
        if own := self._counterpart(new):
            self._react(own, new)

    def _counterpart(self, own: Known) -> Known | None:
        others = [
            one for one in self.objects if one.kind != own.kind and one.owner is not own.owner
        ]
        return self._one_of(others, lambda one: not one.archived or self.rng.random() < 0.1)

    def _react(self, own: Known, other: Known) -> None:
        body: Json = {"action": "LIKE" if self.rng.random() < 0.75 else "DISLIKE"}
        if self.rng.random() < 0.4:
            body["proposed_commission"] = self.rng.choice([40, 45, 50, 55, 60])
        if self.rng.random() < 0.2:
            body["notes"] = f"say-{next(self._numbers)}"
        pair = (own.id, other.id) if own.kind == "lead" else (other.id, own.id)
        path = f"{own.recommendation(other.id)}/action"
        asked = self._ask(own.owner, "POST", path, body, pair=pair, side=own.side)
        if asked.status == 200 and asked.answer["match"]:
            self.matches += [(own.owner, "".join(pair)), (other.owner, "".join(pair))]

    def set_pushes(self) -> None:
        """They wake their outbox, and nothing else changes."""
        zone = self.rng.choice(["Europe/Moscow", "Asia/Omsk"])
        body = {"pushes": {"enabled": True, "time_zone": zone}}
        asked = self._ask(self.rng.choice(self.realtors), "PUT", "/me/pushes", body)
        assert asked.is_open or asked.status == 200

    def complete(self) -> None:
        if self.matches:
            who, a_match = self.rng.choice(self.matches[-12:])
            lead_id = a_match[: len(a_match) // 2]
            side = next(
                ("LEAD" for one in self.objects if one.id == lead_id and one.owner is who),
                "PROPERTY",
            )
            pair = lead_id, a_match[len(lead_id) :]
            self._ask(
                who, "POST", f"/matches/{a_match}/complete", pair=pair, side=side, completes=True
            )

    def block(self) -> None:
        """One whose object they have seen; more often they take it back."""
        if len(owners := {owner_of(one.id): one.owner for one in self.objects}) > 1:
            (_, who), (other_id, _) = self.rng.sample(sorted(owners.items(), key=itemgetter(0)), 2)
            verb = self.rng.choice(["PUT", "PUT", "DELETE", "DELETE", "DELETE"])
            self._ask(who, verb, f"/realtors/{other_id}/block", blocks=verb == "PUT", whom=other_id)

    def look(self) -> None:
        if one := self._one_of(
            self.objects, lambda one: not one.archived or self.rng.random() < 0.1
        ):
            self.recommendations(one)

    def recommendations(self, one: Known) -> Asked:
        return self._ask(one.owner, "GET", one.recommendation(), looks=one.id)

    def own_views(self) -> Iterator[Asked]:
        """All that is shown to each of them of their own, but for recommendations."""
        for who in self.realtors:
            yield self._notices_of(who, shows="notices")
            yield self._ask(who, "GET", "/leads", shows="objects", kind="LEAD")
            yield self._ask(who, "GET", "/properties", shows="objects", kind="PROPERTY")
        for one in self.objects:
            yield self._ask(one.owner, "GET", f"{one.path}/matches", shows="matches", id=one.id)

    def passes_by(self) -> None:
        """Just when something is half done somebody looks, or taps again."""
        if self.objects and self.rng.random() < PASSES_BY:
            what = self.rng.choice([self.look, self.look, self.read_notices, *self._under_way])
            self.scheduler.start(f"passer-by {next(self._numbers)}", what)

    def rung(self, realtor_id: str) -> None:
        """A push: they look at once, now and then."""
        who = next((one.owner for one in self.objects if owner_of(one.id) == realtor_id), None)
        if who and self.rng.random() < 0.5:
            self._at_once(f"rung {next(self._numbers)}", partial(self._read, who))

    def read_notices(self) -> None:
        self._read(self.rng.choice(self.realtors))

    def _read(self, who: Realtor) -> None:
        if self.rng.random() < 0.4:
            self._ask(who, "POST", "/notifications/read-all", reads="all")
            return
        asked = self._notices_of(who, notices=True)
        if asked.status == 200:
            rows = [row["id"] for row in asked.answer["notifications"] if not row["is_read"]]
            if rows and self.rng.random() < 0.7:
                a_notice = self.rng.choice(rows)
                self._ask(who, "POST", f"/notifications/{a_notice}/read", reads=a_notice)

    def _notices_of(self, who: Realtor, **about: Any) -> Asked:
        """Those they have are as good as an answer where they are told so."""
        old = self._known.get(who.telegram_id)
        headers = {"if-none-match": old.etag} if old else {}
        asked = self._ask(who, "GET", "/notifications", headers=headers, **about)
        if asked.status == 304 and old:
            asked.status, asked.answer = old.status, old.answer
        if asked.status == 200:
            self._known[who.telegram_id] = asked
        return asked

    def _got(self, kind: str, owner: Realtor, asked: Asked) -> None:
        an_id = asked.answer[f"{kind}_id"]
        if all(one.id != an_id for one in self.objects):
            new = Known(kind, an_id, owner, asked.etag)
            self.objects.append(new)
            if self.rng.random() < NOTICED:
                self._at_once(f"first {next(self._numbers)}", partial(self._react_to, new))

    def _one_of(self, things: Sequence[Known], fits: Callable[[Known], bool]) -> Known | None:
        """Mostly one of those that all are after just now."""
        found = [one for one in things if fits(one)]
        if found and self.rng.random() < 0.2:
            self._wanted = self.rng.sample(found, min(len(found), 3))
        wanted = [one for one in found if one in self._wanted]
        if wanted and self.rng.random() < 0.7:
            return self.rng.choice(wanted)
        return self.rng.choice(found) if found else None
