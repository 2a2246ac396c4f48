"""What the scheduled runs go by."""

from cobroke.storage.entities.entity import Entity

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
