"""Pairs, the matches that come of them, and what is said about them."""

from cobroke.storage.entities.entity import Entity

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
OWN_MATCH = Entity(
    "OWN_MATCH",
    ("MATCHES#{realtor}#{standing} | {ms}#{match}",),
    "d version",
    "a match where each of its two realtors lists all of theirs, by how it stands for them, in "
    "order of its last change",
    made_from="PAIR",
)
OWN_MATCHES = Entity(
    "OWN_MATCHES",
    ("REALTOR#{realtor} | MATCHES",),
    "pending_me? pending_them? accepted? rejected? completed?",
    "how many matches a realtor has, by how they stand for them",
    made_from="PAIR",
)
MESSAGE = Entity(
    "MESSAGE",
    ("LEAD#{lead} | MESSAGE#{property}#{side}",),
    "text at?",
    "what a side says with its LIKE, and when (ms)",
)
NOTE = Entity(
    "NOTE",
    ("LEAD#{lead} | NOTE#{property}#{side}",),
    "reason? said?",
    "why a side dislikes a pair, for itself alone",
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
