"""What becomes of each kind of item of a realtor who is erased: so that none is forgotten."""

from collections.abc import Mapping
from typing import Literal

type Fate = Literal[
    "emptied",  # in the transaction of the request: nothing personal is left of it
    "freed",  # deleted in the transaction of the request
    "deleted",  # by the worker
    "nameless",  # by the worker: emptied too where no match is kept
    "with its match",  # deleted by the worker, unless both have agreed on the match
    "forgets them",  # by the worker: others', without their id
    "counted",  # numbers alone, which others' items are compared with
    "left the market",  # by the object's own write; what says so holds ids and numbers, and expires
    "swept",  # by the nightly audit: ids alone, under others' keys
    "not theirs",  # names no realtor, or is what erases
]

FATES: Mapping[str, Fate] = {
    "REALTOR": "emptied",
    "TELEGRAM": "freed",
    "WAKE": "deleted",
    "OUTBOX": "deleted",
    "LIMITS": "counted",
    "AGREED": "with its match",
    "INVITED": "swept",
    "IDEMPOTENCY": "deleted",
    "LEAD": "nameless",
    "PROPERTY": "nameless",
    "COUNTS": "counted",
    "RANKING": "deleted",
    "ENTRY": "left the market",
    "FLAT": "left the market",
    "CHANGE": "left the market",
    "PAIR": "with its match",
    "MIRROR": "with its match",
    "OWN_MATCH": "with its match",
    "OWN_MATCHES": "counted",
    "MESSAGE": "with its match",
    "NOTE": "with its match",
    "PAIR_CHANGE": "left the market",
    "CLOSING": "swept",
    "BLOCKS": "forgets them",
    "GONE": "forgets them",
    "PROTECTION": "not theirs",
    "JOB": "not theirs",
    "BLOCK_CHANGE": "swept",
    "NOTICE": "deleted",
    "UNREAD": "deleted",
    "INBOX": "emptied",
    "ALERTED": "swept",
    "SLOT": "deleted",
    "MARKET": "not theirs",
    "LOOK": "swept",
    "DUE": "swept",
    "CURSOR": "not theirs",
    "FOLLOWED": "not theirs",
    "RUN": "not theirs",
}
"""By the name of the kind."""
