"""Who is gone, and what is still to be done about them."""

from cobroke.storage.entities.entity import Entity

GONE = Entity(
    "GONE",
    ("GONE | GONE",),
    "raw_ids returned version",
    "who is erased, until their objects have left, or suspended; and how often one was restored",
)
PROTECTION = Entity(
    "PROTECTION",
    ("PROTECTION#{hash} | PROTECTION",),
    "kept_at expires against suspended write_until? invite_until? newcomer_until? look_until?",
    "what protects others from whoever registers next with the Telegram id of one who was erased, "
    "under a keyed hash of it: who has blocked them, and the arrival times of their use",
    kept="30 days, or until somebody registers with it",
)
JOB = Entity(
    "JOB",
    ("JOBS | {job}#{realtor}",),
    "at woken_at done_at? version cause?",
    "that a realtor is to be erased, up to the audit that follows, or that those who have blocked "
    "a Telegram id are to be parted of who has newly registered with it; until that is done",
)
