"""Leads and listings, and their markets."""

from cobroke.storage.entities.entity import Entity

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
FLAT = Entity(
    "FLAT",
    ("FLAT#{digest} | OFFERS",),
    "offers",
    "which listings in the market offer one flat, at most 32: their ids, areas and prices, packed",
    made_from="PROPERTY",
)
CHANGE = Entity(
    "CHANGE",
    ("CHANGES#{kind}#{city}#{group} | {ms}#{object}",),
    "f? version revision? expires",
    "what became of a lead or listing in a market, in order of time; without `f` it left",
    kept="30 days",
)

OF_KIND = {"LEAD": LEAD, "PROPERTY": PROPERTY}
