"""Closings under way: behind which pair the next slice of an archived object's begins. What is put
here comes back as a record of the stream, behind what others have written meanwhile.
"""

from cobroke.domain.postings.kinds import Kind
from cobroke.storage import entities, keys
from cobroke.storage.table import Table

KEPT_S = 24 * 3600
"""As long as the stream keeps its record; the scheduled run has long ended what was lost by then.
"""


def go_on(table: Table, kind: Kind, posting_id: str, after: str, now_s: int) -> None:
    """Let the next slice begin behind the pair with this counterpart."""
    facts = {"after": after, "expires": now_s + KEPT_S}
    item = entities.CLOSING.at(keys.closing(kind, posting_id), facts)
    table.transact([table.put(item)])


def done(table: Table, kind: Kind, posting_id: str) -> None:
    table.transact([table.delete(keys.closing(kind, posting_id))])
