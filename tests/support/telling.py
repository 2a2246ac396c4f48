"""One alert of one own object, worded by its count and its best alone: no posting is needed."""

from cobroke.domain.notices.alert import Alert
from cobroke.domain.notices.wording import Words
from cobroke.storage.notices import alerts
from cobroke.storage.notices.alerts import Cause, Telling
from cobroke.storage.notices.notices import Notice
from cobroke.storage.table import Table


def told_alone(table: Table, cause: Cause, own_id: str, score: int, now_s: int) -> bool:
    """Whether the cause still had to alert the owner of this object."""
    tellings = []
    for pending in alerts.pending(table, cause, [own_id], now_s):
        notice_id, alert = pending.with_one_more(cause, score)
        tellings.append(Telling(pending, alert, _notice(notice_id, alert)))
    alerts.commit(table, cause, tellings, {}, alerts.no_new_pair(table, cause))
    return bool(tellings)


def _notice(notice_id: str, alert: Alert) -> Notice:
    top = [{"property_id": one, "match_score": score} for one, score in alert.top]
    data = {"count": alert.count, "top": top}
    return Notice(notice_id, "NEW_MATCH", Words("title", "message"), data)
