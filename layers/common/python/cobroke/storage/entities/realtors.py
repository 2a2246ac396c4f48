"""What is kept of realtors, and between two of them."""

from cobroke.storage.entities.entity import Entity

REALTOR = Entity(
    "REALTOR",
    ("REALTOR#{realtor} | PROFILE",),
    "telegram_id username name phone email agency_name verified proven_at token_version push_off "
    "pushes? registered_at? logged_out_at? revision? erased_at? suspended_at? version",
    "a realtor; of who is erased that they were, and nothing else",
)
TELEGRAM = Entity(
    "TELEGRAM",
    ("TELEGRAM#{telegram_id} | TELEGRAM",),
    "realtor_id",
    "whose a Telegram id is: one realtor's",
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
AGREED = Entity(
    "AGREED",
    ("REALTORS#{realtor}#{realtor} | AGREED",),
    "matches",
    "how many matches two realtors have agreed on and not left again",
    made_from="PAIR",
)
INVITED = Entity(
    "INVITED",
    ("REALTORS#{realtor}#{realtor} | INVITED#{realtor}",),
    "told_until expires",
    "the arrival time (ms) of what one of two strangers is told of the other's interest",
    kept="a day from when it is over",
)
BLOCKS = Entity(
    "BLOCKS",
    ("REALTOR#{realtor} | BLOCKS", "REALTOR#{realtor} | BLOCKS#{part}"),
    "own? against parts? returned? version",
    "whom a realtor has blocked and who has blocked them, and how often one of these was unblocked",
)
BLOCK_CHANGE = Entity(
    "BLOCK_CHANGE",
    ("CHANGES#BLOCKS | {ms}#{realtor}#{blocked}",),
    "after? expires cause?",
    "who has blocked or unblocked whom, in order of time; while what was open between the two "
    "still closes, behind which of the blocker's items that goes on (`after`)",
    kept="30 days",
)
IDEMPOTENCY = Entity(
    "IDEMPOTENCY",
    ("IDEMPOTENCY#{realtor} | {route}#{digest}",),
    "fingerprint made expires",
    "what a create under an `Idempotency-Key` has made, and of which body",
    kept="24 hours",
)
