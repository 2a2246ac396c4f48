"""The kinds of item in the one table, a row each: where it stands, what it holds, how long, what it
is made from. docs/table.md is this page, printed; a test holds what is in the table against it.
"""

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


REALTOR = Entity(
    "REALTOR",
    ("REALTOR#{realtor} | PROFILE",),
    "telegram_id username name phone email agency_name verified proven_at token_version push_off "
    "push_after pushes? registered_at? logged_out_at? revision? erased_at? suspended_at? version",
    "a realtor; of who is erased that they were, and nothing else",
)
TELEGRAM = Entity(
    "TELEGRAM",
    ("TELEGRAM#{telegram_id} | TELEGRAM",),
    "realtor_id",
    "whose a Telegram id is: one realtor's",
)
WAKE = Entity(
    "WAKE",
    ("REALTOR#{realtor} | WAKE",),
    "version",
    "that a realtor has set anew when they may be pushed to: it changes with that, and wakes their "
    "outbox",
)
LIMITS = Entity(
    "LIMITS",
    ("REALTOR#{realtor} | LIMITS",),
    "leads? properties? archived_leads? archived_properties? whole? write_until? invite_until? "
    "newcomer_until? look_until? counted_on? shown? acted? refused_write? refused_invite? "
    "refused_newcomer? refused_look?",
    "what bounds a realtor: how many leads and properties they have (`whole`: all that ever were "
    "are counted), the arrival time (ms) of each class of use, and what was counted on one day",
    made_from="LEAD, PROPERTY",
)
NONE_YET = {
    **dict.fromkeys(("leads", "properties", "archived_leads", "archived_properties"), 0),
    "whole": 1,
}
"""What LIMITS says of who registers."""
IDEMPOTENCY = Entity(
    "IDEMPOTENCY",
    ("IDEMPOTENCY#{realtor} | {route}#{digest}",),
    "fingerprint made expires",
    "what a create under an `Idempotency-Key` has made, and of which body",
    kept="24 hours",
)
_OBJECT = (
    "d more f city status stale archived_for version revision changed_at updated_at erased? cause?"
)
LEAD = Entity(
    "LEAD",
    ("REALTOR#{realtor} | LEAD#{lead}",),
    _OBJECT,
    "a lead as its owner wrote it (`d`, which own lists give back, and `more`), and what matching "
    "needs of it, packed (`f`)",
)
PROPERTY = Entity(
    "PROPERTY",
    ("REALTOR#{realtor} | PROPERTY#{property}",),
    _OBJECT,
    "a listing, likewise",
)
COUNTS = Entity(
    "COUNTS",
    ("REALTOR#{realtor} | {kind}#{object}#COUNTS",),
    "pairs matches looked? gone?",
    "how many pairs and open or agreed matches a lead or listing has, which revision of it its "
    "owner has looked at, and how many pairs without a match went with an archived counterpart "
    "(`gone` only grows)",
    made_from="PAIR",
)
RANKING = Entity(
    "RANKING",
    ("REALTOR#{realtor} | RANKING#{kind}#{object}",),
    "rows cut watermark seen own_version returned? looked_at version expires",
    "the best 200 counterparts of a lead or listing, as of a watermark",
    kept="30 days from its watermark",
    made_from="ENTRY, CHANGE, PAIR",
)
ENTRY = Entity(
    "ENTRY",
    (
        "MARKET#LEAD#{city}#{group} | {price}#{lead}",
        "MARKET#PROPERTY#{city}#{group}#{rooms} | {price}#{property}",
    ),
    "f version revision?",
    "where a lead or listing stands in its market: a lead by the highest price it may be shown "
    "(with its revision), a listing by its rooms and price",
    made_from="LEAD, PROPERTY",
)
CHANGE = Entity(
    "CHANGE",
    ("CHANGES#{kind}#{city}#{group} | {ms}#{object}",),
    "f? version revision? expires",
    "what became of a lead or listing in a market, in order of time; without `f` it left",
    kept="30 days",
)
PAIR = Entity(
    "PAIR",
    ("LEAD#{lead} | PAIR#{property}",),
    "d version cause?",
    "what the two sides of a pair have said, the match that came of it, and what that owes them",
)
MIRROR = Entity(
    "MIRROR",
    ("PROPERTY#{property} | PAIR#{lead}",),
    "d version",
    "the same, where the property's side lists it",
    made_from="PAIR",
)
MESSAGE = Entity(
    "MESSAGE",
    ("LEAD#{lead} | MESSAGE#{property}#{side}",),
    "text at?",
    "what a side says with its LIKE, and when (ms)",
)
PAIR_CHANGE = Entity(
    "PAIR_CHANGE",
    ("CHANGES#PAIR#{city}#{group} | {ms}#{match}#{version}",),
    "d version expires",
    "a pair as it was after each change, in order of time",
    kept="30 days",
)
CLOSING = Entity(
    "CLOSING",
    ("CLOSING#{object} | {kind}#{object}",),
    "after expires cause?",
    "behind which counterpart's pair the closing of an archived lead or listing goes on",
    kept="a day, or until its end",
)
BLOCKS = Entity(
    "BLOCKS",
    ("REALTOR#{realtor} | BLOCKS", "REALTOR#{realtor} | BLOCKS#{part}"),
    "own? against parts? returned? version",
    "whom a realtor has blocked and who has blocked them, and how often one of these was unblocked",
)
GONE = Entity(
    "GONE",
    ("GONE | GONE",),
    "raw_ids returned version",
    "who is erased, until their objects have left, or suspended; and how often one was restored",
)
PROTECTION = Entity(
    "PROTECTION",
    ("PROTECTION#{hash} | PROTECTION",),
    "at expires against suspended write_until? invite_until? newcomer_until? look_until?",
    "what protects others from whoever registers next with the Telegram id of one who was erased, "
    "under a keyed hash of it: who has blocked them, and the arrival times of their use",
    kept="30 days, or until somebody registers with it",
)
JOB = Entity(
    "JOB",
    ("JOBS | {job}#{realtor}",),
    "at woken_at done_at? version cause?",
    "that a realtor is to be erased, up to the audit that follows, or that those who have blocked "
    "a Telegram id are to be parted of who has newly registered with it",
    kept="until it is done",
)
BLOCK_CHANGE = Entity(
    "BLOCK_CHANGE",
    ("CHANGES#BLOCKS | {ms}#{realtor}#{blocked}",),
    "after? expires cause?",
    "who has blocked or unblocked whom, in order of time; while what was open between the two "
    "still closes, behind which of the blocker's items that goes on (`after`)",
    kept="30 days",
)
NOTICE = Entity(
    "NOTICE",
    ("NOTICES#{realtor} | {notice}",),
    "type title message typed d expires counterparts? scores? version? is_read? claimed_until? "
    "pushed_at? cause?",
    "what a realtor was told; one that tells of alerts grows until it is read (`counterparts`, "
    "`scores`, `version`)",
    kept="90 days",
    made_from="PAIR, unless it tells of alerts",
)
UNREAD = Entity(
    "UNREAD",
    ("UNREAD#{realtor} | {notice}",),
    "expires grows?",
    "the mark of a notice that nobody has read",
    kept="90 days",
)
INBOX = Entity(
    "INBOX",
    ("REALTOR#{realtor} | INBOX",),
    "version changed oldest? room? closed?",
    "how often what a realtor is shown of notices has changed, what the last change was, which "
    "notice is the oldest that is listed, and how many more can be told until it is another; "
    "`closed`: nothing is told any more",
)
ALERTED = Entity(
    "ALERTED",
    ("ALERTS#{kind}#{object} | {counterpart}", "ALERTS#{kind}#{object} | DONE"),
    "price? notice? revision? expires?",
    "that a counterpart has alerted an object, in which notice and at which price; under DONE, up "
    "to which revision the object itself has alerted all it should",
    kept="180 days from when it was last told, DONE for good",
)
SLOT = Entity(
    "SLOT",
    ("ALERTS#{kind}#{object} | SLOT",),
    "notice",
    "the last notice of an object's alerts",
)
MARKET = Entity(
    "MARKET",
    ("MARKETS#{shard} | {group}#{digest}",),
    "city put_at",
    "a market there is, for the scheduled runs",
    made_from="LEAD, PROPERTY",
)
LOOK = Entity(
    "LOOK",
    ("LOOKS#{kind}#{city}#{group}#{day} | {object}",),
    "expires",
    "that somebody looked at an object's list on a day",
    kept="3 days",
)
DUE = Entity(
    "DUE",
    ("DUE#{date}#{shard} | {ms}#{what}#{id}",),
    "expires",
    "a reminder: an object grows stale, or a match expires, at a time",
    kept="100 days from then",
)
CURSOR = Entity(
    "CURSOR",
    ("AGENDA | CURSOR#{shard}",),
    "day",
    "up to which day a shard of the reminders is worked off",
)
FOLLOWED = Entity(
    "FOLLOWED",
    ("FOLLOWED#{city}#{group} | WATERMARK",),
    "watermark left expires",
    "up to when the scheduled runs have followed a market, and whether something has left it since "
    "one of them asked whether anything stands there",
    kept="30 days from then",
)
RUN = Entity(
    "RUN",
    ("RUN#{run} | {digest}",),
    "part expires n_*",
    "what one part of a scheduled run did",
    kept="7 days",
)

ENTITIES: tuple[Entity, ...] = tuple(
    found for found in list(globals().values()) if isinstance(found, Entity)
)
"""All kinds, as they stand above."""
OF_KIND = {"LEAD": LEAD, "PROPERTY": PROPERTY}
