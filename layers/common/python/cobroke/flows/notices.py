"""Tells realtors what became of a pair, each thing once however often its record comes."""

from cobroke.domain.ids import match_id, owner_of
from cobroke.domain.pair import Notice, Pair, owed
from cobroke.domain.wording import about_pair
from cobroke.storage import keys, notices, objects
from cobroke.storage.notation import Item
from cobroke.storage.table import Table


def tell_of_pair(table: Table, now: Pair, before: Pair | None) -> list[str]:
    """Tell what the change from `before` to `now` owes; the ids of its notices, told now or before."""
    known = owed(before) if before else ()
    new = [notice for notice in owed(now) if notice not in known]
    if not new:
        return []
    listing = table.get(keys.owned("PROPERTY", now.property_id))
    return [_tell(table, notice, now, listing) for notice in new if listing]


def _tell(table: Table, notice: Notice, pair: Pair, listing: Item) -> str:
    words = about_pair(notice, pair, objects.of_item(listing).content.body)
    data = {
        "lead_id": notice.lead_id,
        "property_id": notice.property_id,
        "match_id": match_id(notice.lead_id, notice.property_id),
    }
    told = notices.Notice(
        id=notices.notice_id(notice.at, *notice),
        type="CONTACT_SHARED" if notice.kind == "CONTACT_SHARED" else "NEW_MATCH",
        title=words.title,
        message=words.message,
        data=data if notice.kind == "CONTACT_SHARED" else data | {"reason": notice.kind},
    )
    to = notice.lead_id if notice.to == "LEAD" else notice.property_id
    notices.put(table, owner_of(to), told)
    return told.id
