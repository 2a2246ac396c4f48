"""Where each item of the table lives: partition and sort keys, in one place."""

from cobroke.domain.ids import owner_of
from cobroke.domain.matching.market import position_of
from cobroke.domain.postings.features import Features, Group, Market
from cobroke.domain.postings.kinds import KINDS, Kind
from cobroke.storage.table import Key

_BY_NAME: dict[str, Kind] = {kind: kind for kind in KINDS}

LAST = "~"
"""Sorts after everything that an id or a number is written with."""
PAIR = "PAIR#"
"""The sort keys of pairs and mirrors begin with it."""
_PRICE_DIGITS = 15


def realtor(realtor_id: str) -> Key:
    return f"REALTOR#{realtor_id}", "PROFILE"


def wake(realtor_id: str) -> Key:
    return f"REALTOR#{realtor_id}", "WAKE"


def outbox(realtor_id: str) -> Key:
    return f"REALTOR#{realtor_id}", "OUTBOX"


def limits(realtor_id: str) -> Key:
    return f"REALTOR#{realtor_id}", "LIMITS"


def _two(realtor_id: str, another: str) -> str:
    """Return the partition of what two realtors have had to do with each other."""
    return "REALTORS#" + "#".join(sorted((realtor_id, another)))


def agreed(realtor_id: str, another: str) -> Key:
    return _two(realtor_id, another), "AGREED"


def invited(inviting: str, realtor_id: str) -> Key:
    """Return the key of what this realtor is told of the other's interest."""
    return _two(inviting, realtor_id), f"INVITED#{realtor_id}"


def idempotency(realtor_id: str, route: str, digest: str) -> Key:
    return f"IDEMPOTENCY#{realtor_id}", f"{route}#{digest}"


def telegram(telegram_id: str) -> Key:
    return f"TELEGRAM#{telegram_id}", "TELEGRAM"


def owned(kind: Kind, posting_id: str) -> Key:
    """Return the key of a lead or property: it lives with its owner, whom its id names."""
    return owned_by(owner_of(posting_id), kind, posting_id)


def owned_by(owner: str, kind: Kind, posting_id: str) -> Key:
    """Return where it would be if it were theirs: absent and not theirs are the same miss."""
    return realtor(owner)[0], f"{kind}#{posting_id}"


def counts(kind: Kind, posting_id: str) -> Key:
    """Return the key of the counts: a match neither rewrites the object nor wakes the matching."""
    pk, sk = owned(kind, posting_id)
    return pk, f"{sk}#COUNTS"


def pairs_of(kind: Kind, posting_id: str) -> str:
    """Return the partition of the pairs of a lead, or of the mirrors of a listing's."""
    return f"{kind}#{posting_id}"


def pair(lead_id: str, property_id: str) -> Key:
    return pairs_of("LEAD", lead_id), f"{PAIR}{property_id}"


def mirror(lead_id: str, property_id: str) -> Key:
    """Return the key of the pair as the property's side lists it."""
    return pairs_of("PROPERTY", property_id), f"{PAIR}{lead_id}"


def own_matches(realtor_id: str, standing: str) -> str:
    """Return the partition of a realtor's matches that stand so, in order of their last change."""
    return f"MATCHES#{realtor_id}#{standing}"


def own_match(realtor_id: str, standing: str, ms: int, match: str) -> Key:
    return own_matches(realtor_id, standing), f"{moment(ms)}#{match}"


def own_match_counts(realtor_id: str) -> Key:
    return realtor(realtor_id)[0], "MATCHES"


def message(lead_id: str, property_id: str, side: Kind) -> Key:
    """Return the key of what a side says with its LIKE: apart from what every look reads."""
    return pairs_of("LEAD", lead_id), f"MESSAGE#{property_id}#{side}"


def note(lead_id: str, property_id: str, side: Kind) -> Key:
    """Return the key of why a side dislikes a pair."""
    return pairs_of("LEAD", lead_id), f"NOTE#{property_id}#{side}"


def closing(kind: Kind, posting_id: str) -> Key:
    """Return the key of how far the closing of an archived object has come."""
    return f"CLOSING#{posting_id}", f"{kind}#{posting_id}"


def notices(realtor_id: str) -> str:
    return f"NOTICES#{realtor_id}"


def unread(realtor_id: str) -> str:
    """Return the partition of the marks of what was not read, under the notices' own sort keys."""
    return f"UNREAD#{realtor_id}"


def inbox(realtor_id: str) -> Key:
    """Return the key of what is known of a realtor's notices as a whole."""
    return realtor(realtor_id)[0], "INBOX"


def alerted(kind: Kind, posting_id: str, counterpart: str) -> Key:
    """Return the key in the ledger: this counterpart has alerted the owner of this object."""
    return f"ALERTS#{kind}#{posting_id}", counterpart


def alerts_of(kind: Kind, posting_id: str) -> str:
    """Return the partition of the ledger of an object."""
    return f"ALERTS#{kind}#{posting_id}"


def alert_slot(kind: Kind, posting_id: str) -> Key:
    """Return the key of the object's open alert: the notice that grows while nobody has read it."""
    return f"ALERTS#{kind}#{posting_id}", "SLOT"


def alerted_all(kind: Kind, posting_id: str) -> Key:
    """Return the key of the revision up to which the object itself has alerted whom it should."""
    return f"ALERTS#{kind}#{posting_id}", "DONE"


def ranking(owner: str, kind: Kind, posting_id: str) -> Key:
    """Return the key by kind: a lead and a listing of one owner may have the same id."""
    return realtor(owner)[0], f"RANKING#{kind}#{posting_id}"


def market_shelf(kind: Kind, market: Market, shelf: str) -> str:
    """Return the partition of a part of a market's leads or listings, in order of price."""
    whole = f"MARKET#{kind}#{market.city}#{market.group.name}"
    return f"{whole}#{shelf}" if shelf else whole


def market_entry(features: Features, posting_id: str) -> Key:
    shelf, kopecks = position_of(features)
    pk = market_shelf(features.kind, features.market, shelf)
    return pk, f"{price(kopecks)}#{posting_id}"


def flat(fingerprint: bytes) -> Key:
    """Return the key of who offers a flat: of any address it has so many bytes."""
    return f"FLAT#{fingerprint.hex()}", "OFFERS"


def changes(kind: Kind, market: Market) -> str:
    """Return the partition of what has changed among a market's leads or properties, by time."""
    return f"CHANGES#{kind}#{market.city}#{market.group.name}"


def change(kind: Kind, market: Market, time: int, posting_id: str) -> Key:
    return changes(kind, market), f"{moment(time)}#{posting_id}"


def pair_changes(market: Market) -> str:
    """Return the partition of what has changed between a market's leads and properties, by time."""
    return f"CHANGES#PAIR#{market.city}#{market.group.name}"


def pair_change(market: Market, ms: int, match: str, version: int) -> Key:
    """Return the key by version: it keeps two changes of one millisecond apart."""
    return pair_changes(market), f"{moment(ms)}#{match}#{version}"


def looks(kind: Kind, market: Market, day: int) -> str:
    """Return the partition of a market's objects that were looked at on a day (since 1970)."""
    return f"LOOKS#{kind}#{market.city}#{market.group.name}#{day}"


def followed(market: Market) -> Key:
    """Return the key of how far the scheduled runs have followed a market."""
    return f"FOLLOWED#{market.city}#{market.group.name}", "WATERMARK"


def run(run: str) -> str:
    """Return the partition of what the parts of a scheduled run did."""
    return f"RUN#{run}"


def markets(shard: int) -> str:
    """Return the partition of a part of the markets there are."""
    return f"MARKETS#{shard}"


def market(shard: int, group: Group, digest: str) -> Key:
    """Return the key by digest: a city's name may hold any sign, and more bytes than a sort key."""
    return markets(shard), f"{group.name}#{digest}"


def reminders(date: str, shard: int) -> str:
    """Return the partition of what falls due on a day, in order of time."""
    return f"DUE#{date}#{shard}"


def reminder(date: str, shard: int, ms: int, what: str, an_id: str) -> Key:
    return reminders(date, shard), f"{moment(ms)}#{what}#{an_id}"


def cursor(shard: int) -> Key:
    """Return the key of the day up to which the reminders of a shard are worked off."""
    return "AGENDA", f"CURSOR#{shard}"


def price(kopecks: int) -> str:
    return f"{kopecks:0{_PRICE_DIGITS}}"


def moment(ms: int) -> str:
    return f"{ms:013}"
