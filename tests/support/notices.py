"""Judges what realtors were told: exactly what the records owe, each once, unread until its realtor
has read it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from math import inf
from typing import Any, NamedTuple

from cobroke.domain.ids import owner_of
from cobroke.domain.notices.alert import ALERTED, BEST
from cobroke.domain.postings.posting import Posting
from cobroke.exact_json import loads
from cobroke.storage.notation import Item, item_of
from tests.support.asked import Asked
from tests.support.story import Story, Version, at, during, price_of, score_of


class Told(NamedTuple):
    """When a notice was told, and (inf: never) its mark taken off, each with when everybody sees
    it.
    """

    told: int
    seen: float
    read: float = inf
    read_seen: float = inf


def faults(story: Story) -> Iterator[str]:
    yield from _of_pairs(story)
    yield from _of_reading(story)
    yield from _of_alerts(story)


def _of_pairs(story: Story) -> Iterator[str]:
    owed = set[tuple[Any, ...]]()
    for ids, acts in story.pairs.items():
        for act in acts:
            pair = act.now
            owed |= {
                (*ids, told.kind, told.to, told.at, told.round, pair.epoch) for told in pair.told
            }
    wanted = Counter(
        (owner_of(lead_id if to == "LEAD" else property_id), kind, at_ms, lead_id, property_id)
        for lead_id, property_id, kind, to, at_ms, *_ in owed
    )
    found = Counter(_fact(item) for item in story.of("NOTICE") if _reason(item) != "RECOMMENDED")
    yield from (
        f"told {found[fact]} times instead of {count}: {fact}"
        for fact, count in wanted.items()
        if found[fact] != count
    )
    yield from (f"nobody owes {fact}" for fact in found.keys() - wanted.keys())


def _reason(item: Item) -> str:
    return str(loads(item["d"]).get("reason", item["type"]))


def _fact(item: Item) -> tuple[Any, ...]:
    data = loads(item["d"])
    return (
        item["PK"].partition("#")[2],
        _reason(item),
        int(item["SK"][:13]),
        data["lead_id"],
        data["property_id"],
    )


def _of_reading(story: Story) -> Iterator[str]:
    told = told_in(story)
    asked = defaultdict[str, list[Asked]](list)
    ids = {item["telegram_id"]: item["PK"].partition("#")[2] for item in story.of("REALTOR")}
    for one in story.log:
        if "reads" in one.about or "notices" in one.about:
            asked[ids[one.who]].append(one)
    for (who, notice), times in told.items():
        reads = [one for one in asked[who] if one.about.get("reads") in ("all", notice)]
        if times.read < inf and not any(one.sent <= times.read <= one.until for one in reads):
            yield f"nobody has read {notice} of {who}"
        for one in reads:
            known = one.about["reads"] == notice or times.seen < one.sent
            if one.status == 200 and known and times.read > one.received:
                yield f"{notice} is unread after {one}"
    for who, looks in asked.items():
        own = {notice: times for (whose, notice), times in told.items() if whose == who}
        for one in looks:
            if one.sent > story.judged:
                yield from _of_look(one, own)


def _of_look(one: Asked, told: dict[str, Told]) -> Iterator[str]:
    if not one.is_open and one.status != 200:
        yield f"refused without a reason: {one}"
    if "notices" not in one.about or one.status != 200:
        return
    for row in one.answer["notifications"]:
        times = told.get(row["id"])
        if times is None or times.told > one.received:
            yield f"listed and never told: {row['id']} by {one}"
        elif row["is_read"] and times.read > one.received:
            yield f"listed as read, which nobody has: {row['id']} by {one}"
        elif not row["is_read"] and times.read_seen < one.sent:
            yield f"listed as unread, though read: {row['id']} by {one}"
    listed = {row["id"] for row in one.answer["notifications"]}
    missing = [
        notice for notice, times in told.items() if times.seen < one.sent and notice not in listed
    ]
    if missing and one.answer["total"] <= one.answer["limit"]:
        yield f"told and not listed: {missing} by {one}"


def told_in(story: Story) -> dict[tuple[str, str], Told]:
    found = dict[tuple[str, str], Told]()
    for change in story.changes:
        item = item_of(change.new or change.old or {})
        key = change.key[0].partition("#")[2], change.key[1]
        if item.get("entity") == "NOTICE" and change.old is None:
            found[key] = Told(change.step, change.seen)
        elif item.get("entity") == "UNREAD" and change.new is None and key in found:
            found[key] = found[key]._replace(read=change.step, read_seen=change.seen)
    return found


def _of_alerts(story: Story) -> Iterator[str]:
    told = told_in(story)
    unread = defaultdict[str, list[Told]](list)
    slots = {item["PK"].rpartition("#")[2]: item["notice"] for item in story.of("SLOT")}
    counted = defaultdict[str, set[str]](set)
    for change, item in story.written("ALERTED"):
        if "notice" in item:
            counted[item["notice"]].add(item["SK"])
            yield from _of_alert(story, change.step, item)
    for item in story.of("NOTICE"):
        if _reason(item) == "RECOMMENDED":
            data = loads(item["d"])
            own = data.get("lead_id") or data["property_id"]
            times = told[item["PK"].partition("#")[2], item["SK"]]
            unread[own].append(times)
            if times.read == inf and slots.get(own) != item["SK"]:
                yield f"the slot of {own} is not of its unread alert"
            if data["count"] != len(counted[item["SK"]]) or not data["top"]:
                yield f"an alert of {own} counts {data['count']} instead of {counted[item['SK']]}"
    for own, alerts in unread.items():
        for before, after in pairwise(sorted(alerts)):
            if after.told < before.read:
                yield f"{own} has two unread alerts, told at {before.told} and {after.told}"
    yield from _grown_unseen(story, told)
    yield from _marks(story)
    yield from _owed_alerts(story)


def _grown_unseen(story: Story, told: dict[tuple[str, str], Told]) -> Iterator[str]:
    for change, item in story.written("NOTICE"):
        read = told[item["PK"].partition("#")[2], item["SK"]].read
        if (
            change.old
            and change.step > read
            and change.old.get("scores") != (change.new or {}).get("scores")
        ):
            yield f"an alert grew at {change.step}, which was read at {read}: {item['SK']}"


def _marks(story: Story) -> Iterator[str]:
    notices = {(item["PK"].partition("#")[2], item["SK"]) for item in story.of("NOTICE")}
    for item in story.of("UNREAD"):
        if (item["PK"].partition("#")[2], item["SK"]) not in notices:
            yield f"a mark without a notice: {item}"


def _of_alert(story: Story, step: int, ledger: Item) -> Iterator[str]:
    """Of an object that was there before its cause, whose pair with it has no match, of the cause
    as it then stands.
    """
    own_id, cause_id = ledger["PK"].rpartition("#")[2], ledger["SK"]
    own, cause = at(story.objects[own_id], step), at(story.objects[cause_id], step)
    assert own
    assert cause
    what = f"{own_id} was alerted at {step} of {cause_id}"
    pair = at(
        story.known((own_id, cause_id) if own.kind == "LEAD" else (cause_id, own_id)), step - 1
    )
    if not cause.in_market:
        yield f"{what}, which had left"
    if at(story.parted(own.owner, cause.owner), step):
        yield f"{what}, of whose owner its owner was parted"
    if own.created_at >= cause.updated_at:
        yield f"{what}, which was written before it"
    if pair and pair.status:
        yield f"{what}, with which it has a match"
    if cause.kind == "PROPERTY" and ledger["price"] != price_of(cause):
        yield f"{what}, as it was before"
    if not any(
        (_score(one.now, cause) or 0) >= ALERTED
        for one in story.objects[own_id]
        if one.step <= step
    ):
        yield f"{what}, which does not fit"


def _score(own: Posting, cause: Posting) -> int | None:
    return score_of(own, cause) if own.kind == "LEAD" else score_of(cause, own)


def _owed_alerts(story: Story) -> Iterator[str]:
    """Whoever stood still beside a change, from its write until it was called done, was told of it
    or before.
    """
    done = defaultdict[str, list[tuple[int, int]]](list)
    ledgers = defaultdict[tuple[str, str], list[tuple[int, int | None]]](list)
    for change, item in story.written("ALERTED"):
        own_id = item["PK"].rpartition("#")[2]
        if "notice" in item:
            ledgers[own_id, item["SK"]].append((change.step, item["price"]))
        else:
            done[own_id].append((change.step, item["revision"]))
    for an_id, versions in story.objects.items():
        last = versions[-1].now
        called = [revision for _, revision in done[an_id]][-1:]
        if last.status == "ACTIVE" and called != [last.revision]:
            yield f"{an_id} of revision {last.revision} was called done for {called} alone"
        for step, revision in done[an_id]:
            if step <= story.judged:
                continue
            written = next(one for one in versions if one.now.revision == revision)
            yield from _missed(story, written, step, ledgers)


def _missed(
    story: Story,
    written: Version[Posting],
    until: int,
    ledgers: dict[tuple[str, str], list[tuple[int, int | None]]],
) -> Iterator[str]:
    """Of a change that nothing has overtaken before it was called done."""
    since, cause = written.step, written.now
    if not cause.in_market or at(story.objects[cause.id], until) != cause:
        return
    for own_id, versions in story.objects.items():
        own = at(versions, since - 1)
        if (
            own is None
            or own.kind == cause.kind
            or any(since <= one.seen and one.step <= until for one in versions)
        ):
            continue
        acts = story.pairs.get((own_id, cause.id) if own.kind == "LEAD" else (cause.id, own_id), [])
        if any(one.now for one in during(story.parted(own.owner, cause.owner), since, until)):
            continue
        if any(act.step <= until for act in acts) or (_score(own, cause) or 0) < ALERTED:
            continue
        told = any(at_step <= until for at_step, _ in ledgers[own_id, cause.id])
        if (
            own.created_at < cause.updated_at
            and not told
            and _among_the_best(story, own, cause, since, until)
        ):
            yield f"{own_id} was never alerted of {cause.id}, written at {since}, done at {until}"


def _among_the_best(story: Story, own: Posting, cause: Posting, since: int, until: int) -> bool:
    """Whether a look of `own` showed it in its first rows all that time."""
    score = _score(own, cause) or 0
    others = (
        during(versions, since, until)
        for versions in story.objects.values()
        if versions[0].now.kind == cause.kind
    )
    return (
        sum(any((_score(own, one.now) or 0) >= score for one in versions) for versions in others)
        <= BEST
    )
