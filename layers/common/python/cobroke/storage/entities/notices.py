"""What realtors are told, and how it is pushed."""

from cobroke.storage.entities.entity import Entity

NOTICE = Entity(
    "NOTICE",
    ("NOTICES#{realtor} | {notice}",),
    "type title message typed d expires counterparts? scores? version? is_read? queued_at? cause?",
    "what a realtor was told; one that tells of alerts grows until it is read (`counterparts`, "
    "`scores`, `version`); `queued_at`: when it came to the outbox, 0 where it is never pushed",
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
WAKE = Entity(
    "WAKE",
    ("REALTOR#{realtor} | WAKE",),
    "version",
    "that a realtor has set anew when they may be pushed to, or that the audit has found their "
    "outbox asleep: it changes with that, and wakes the outbox",
)
OUTBOX = Entity(
    "OUTBOX",
    ("REALTOR#{realtor} | OUTBOX",),
    "waiting version ticket replaced due made_by scheduled next_at claimed_until",
    "which notices wait to be pushed to a realtor, when the one message under way for them comes "
    "and which ticket it bears (0: there is none), and from when on their chat may be written to",
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
