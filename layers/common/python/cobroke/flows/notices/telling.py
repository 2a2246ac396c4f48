"""Tells realtors what became of a pair, each thing once however often its record comes."""

from cobroke.clock import DAY_MS
from cobroke.domain.deals.owed import OwedNotice, newly_owed
from cobroke.domain.deals.pair import Pair
from cobroke.domain.ids import match_id
from cobroke.domain.notices.wording import Words, about_pair
from cobroke.storage import keys
from cobroke.storage.notices import notices
from cobroke.storage.postings import posting
from cobroke.storage.table import Table

RECENT_MS = 30 * DAY_MS


def tell_of_pair(table: Table, now: Pair, before: Pair | None) -> int:
    """Tell what the change from `before` to `now` owes and nobody has told yet; return how many
    notices that is. Of a pair with one who is erased nobody is told anything any more.
    """
    new = {
        notices.due(notice): notice for notice in newly_owed(now, before) if _recent(notice, now)
    }
    told = notices.already_put(table, new)
    missing = {key: owed_one for key, owed_one in new.items() if key not in told}
    if not missing:
        return 0
    both = keys.owned("LEAD", now.lead_id), keys.owned("PROPERTY", now.property_id)
    items = table.get_many(both)
    lead, listing = (posting.of_item(items[key]) for key in both)
    if lead.erased or listing.erased:
        return 0
    body = listing.content.body
    return sum(
        notices.put(table, to, _told(an_id, owed_one, about_pair(owed_one, now, body)))
        for (to, an_id), owed_one in missing.items()
    )


def _told(an_id: str, notice: OwedNotice, words: Words) -> notices.Notice:
    ids = notice.lead_id, notice.property_id
    data = {"lead_id": ids[0], "property_id": ids[1], "match_id": match_id(*ids)}
    if notice.kind == "CONTACT_SHARED":
        return notices.Notice(an_id, "CONTACT_SHARED", words, data)
    return notices.Notice(an_id, "NEW_MATCH", words, data | {"reason": notice.kind})


def _recent(notice: OwedNotice, now: Pair) -> bool:
    """Return whether the notice is recent: what is older was told by an image of its own, and may
    have been kept long enough.
    """
    return notice.at >= now.changed_at - RECENT_MS
