"""What the contestants are asked about: one table each kind of storage has, in it a real city's
listings and three realtors' doings, made by requests as far as they can make it.
"""

import base64
import itertools
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from random import Random
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks import market
from benchmarks.contestants.events import an_event
from benchmarks.contestants.process import OURS, Contestant, Process
from cobroke.clock import now_ms
from cobroke.domain.notices.wording import Words
from cobroke.edge import tokens
from cobroke.edge.tokens import Claim
from cobroke.exact_json import dumps
from cobroke.storage.notices import notices
from cobroke.storage.notices.notices import Notice
from cobroke.storage.table import Table

OWN_LEADS, LOOKED_AT, ACTED_FOR, NEW_LEADS = 50, 10, 12, 100
TOLD, UNREAD = 200, 40
LONG_AGO_MS = 3_600_000
STAGE, KEY_ID = "bench", "bench"
CREATE, LOOK = "POST /leads", "GET /leads/{lead_id}/property-recommendations"
_OFFERED = "2-комнатная квартира, 64,5 м², Хамовники, 28 500 000 ₽"
_AN_ID = "0" * 26
_ABOUT = {"lead_id": _AN_ID, "property_id": _AN_ID, "reason": "ALERT"}
_SAID = Words("Новый объект для вашего покупателя", f"{_OFFERED}. Совпадение 93 %.", _OFFERED)
_WRITTEN = "A family of four, with the money at hand; they could come and see it on Saturday."


class Scene(NamedTuple):
    """The tokens of who lists, who creates and who acts; the leads that are looked at, with their
    rankings kept; by lead, the listings to act on; the bodies of new leads.
    """

    lister: str
    creator: str
    actor: str
    looked_at: Sequence[str]
    to_act_on: Sequence[tuple[str, Sequence[str]]]
    wishes: Sequence[str]


class Gate(NamedTuple):
    """The key that signs, for all of them."""

    private_key: str
    settings: Mapping[str, str]

    def token(self, realtor_id: str) -> str:
        now = int(time.time())
        return tokens.sign(Claim(realtor_id, 1), KEY_ID, self.private_key, STAGE, now, "bench")


def make_gate() -> Gate:
    """Make a pair of keys, and the settings by which functions know it."""
    key = Ed25519PrivateKey.generate()
    private, public = key.private_bytes_raw(), key.public_key().public_bytes_raw()
    known = {KEY_ID: _spelled(public)}
    return Gate(_spelled(private), {"STAGE": STAGE, "PUBLIC_KEYS": json.dumps(known)})


def load_markets(contestants: Sequence[Contestant]) -> list[str]:
    """Load the listings into the table of each, at once, and return the ids of their realtors."""
    now = now_ms() - LONG_AGO_MS
    with ExitStack() as stack:
        loading = [stack.enter_context(_loading(each, now)) for each in contestants]
        said = [child.communicate()[0] for child in loading]
    if any(child.returncode for child in loading) or len({*said}) > 1:
        raise RuntimeError("The same listings were not loaded everywhere")
    realtors: list[str] = json.loads(said[0])
    return realtors


def bodies() -> Iterator[str]:
    """Yield bodies of `POST /leads`, of real wishes for a flat, endlessly: the same every time."""
    flats = [
        buyer for buyer in market.buyers() if buyer["requirements"]["property_type"] == "APARTMENT"
    ]
    Random(1).shuffle(flats)
    for number, buyer in enumerate(itertools.cycle(flats)):
        yield dumps({"client_name": f"Client {number}", "notes": _WRITTEN, **buyer})


def prepare(founder: Process, gate: Gate, realtors: Sequence[str], now: int) -> Scene:
    """Let the founder make what the others of its table find, as of a time (ms)."""
    lister, creator, actor = map(gate.token, realtors[:3])
    wishes = bodies()
    own = [_create(founder, lister, next(wishes)) for _ in range(OWN_LEADS)]
    looked_at = own[:LOOKED_AT]
    for lead in looked_at:
        _best(founder, lister, lead, "")
    acted = [_create(founder, actor, next(wishes)) for _ in range(ACTED_FOR)]
    to_act_on = [(lead, _best(founder, actor, lead, "limit=100")) for lead in acted]
    tell = _tell if founder.contestant.path == OURS else _tell_plainly
    tell(Table(founder.contestant.table), realtors[0], now)
    new = [*itertools.islice(wishes, NEW_LEADS)]
    return Scene(lister, creator, actor, looked_at, to_act_on, new)


def _loading(contestant: Contestant, now: int) -> subprocess.Popen[str]:
    words = [sys.executable, "-P", str(contestant.loads), contestant.table, str(now)]
    words.append(str(market.DATA))
    return subprocess.Popen(  # noqa: S603 - our own words
        words, env=contestant.environment(), stdout=subprocess.PIPE, text=True
    )


def _create(founder: Process, token: str, body: str) -> str:
    created = founder.ask("leads", an_event(token, CREATE, "/leads", body=body))
    lead_id: str = created.body["lead_id"]
    return lead_id


def _best(founder: Process, token: str, lead: str, query: str) -> Sequence[str]:
    """Look for the first time, which keeps the ranking."""
    path = LOOK.split()[1].format(lead_id=lead)
    found = founder.ask("recommendations", an_event(token, LOOK, path, query))
    return [row["property_id"] for row in found.body["recommendations"]]


def _tell(table: Table, realtor_id: str, now: int) -> None:
    """Tell the realtor TOLD things, of which the newest UNREAD have their marks."""
    for number, an_id in enumerate(_notice_ids(now)):
        item, mark = notices.writes(table, realtor_id, Notice(an_id, "NEW_MATCH", _SAID, _ABOUT))
        table.transact([item, mark] if number < UNREAD else [item])


def _tell_plainly(table: Table, realtor_id: str, now: int) -> None:
    """Tell the same as the others keep it, whatever becomes of ours."""
    expires = {"expires": now // 1000 + 90 * 24 * 3600}
    said = {"type": "NEW_MATCH", **_SAID._asdict(), "d": dumps(_ABOUT)} | expires
    for number, an_id in enumerate(_notice_ids(now)):
        notice = {"PK": f"NOTICES#{realtor_id}", "SK": an_id, "entity": "NOTICE"}
        mark = {"PK": f"UNREAD#{realtor_id}", "SK": an_id, "entity": "UNREAD"}
        table.try_put(notice | said)
        if number < UNREAD:
            table.try_put(mark | expires)


def _notice_ids(now: int) -> list[str]:
    """Return the ids of notices a minute apart, the newest first."""
    return [notices.notice_id(now - number * 60_000, number) for number in range(TOLD)]


def _spelled(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).decode().rstrip("=")
