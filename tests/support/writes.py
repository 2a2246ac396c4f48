"""Judges what became of each object: what was acknowledged is there, once; what was refused, or
never asked, is not.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from cobroke.domain.postings.posting import Posting
from tests.support.asked import Asked
from tests.support.story import Story, Version, at, during, holds, mark_of

OPEN = {None, 503}


def faults(story: Story) -> Iterator[str]:
    marked = _by_mark(story)
    yield from _histories(story)
    posts = defaultdict[str, list[Asked]](list)
    marks = set[str]()
    for asked in story.log:
        mark = asked.about.get("mark")
        marks.add(mark or "")
        if asked.verb == "POST" and mark:
            posts[mark].append(asked)
        elif asked.verb == "PUT" and mark:
            yield from _of_put(story, asked, marked[mark])
        elif "archives" in asked.about:
            yield from _of_archive(story, asked)
    for mark, tries in posts.items():
        yield from _of_post(tries, marked[mark])
    yield from (
        f"{mark} was never sent: {there}" for mark, there in marked.items() if mark not in marks
    )
    yield from _archived_by_somebody(story)
    yield from _realtors(story)


def _by_mark(story: Story) -> dict[str, list[Version[Posting]]]:
    """The versions in which each mark first came to stand."""
    found = defaultdict[str, list[Version[Posting]]](list)
    for versions in story.objects.values():
        before = ""
        revision = 0
        for version in versions:
            if mark_of(version.now) != before or (
                version.now.revision > revision and version.now.status == "ACTIVE"
            ):
                found[mark_of(version.now)].append(version)
            before, revision = mark_of(version.now), version.now.revision
    return found


def _histories(story: Story) -> Iterator[str]:
    for an_id, versions in story.objects.items():
        numbers = [version.now.version for version in versions]
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"{an_id} has been written as versions {numbers}"
        for old, new in pairwise(versions):
            if old.now.status == "ARCHIVED":
                yield f"{an_id} was written at {new.step}, archived before"
            if new.now.changed_at <= old.now.changed_at:
                yield f"the time of {an_id} stands still at {new.step}"
    for ids, acts in story.pairs.items():
        counted = [version.now.version for version in acts]
        if counted[-1] == 0:  # it went with its object
            counted.pop()
        if counted != list(range(1, len(counted) + 1)):
            yield f"the pair {ids} has been written as versions {counted}"


def _of_post(tries: list[Asked], made: list[Version[Posting]]) -> Iterator[str]:
    ids = {version.now.id for version in made}
    kind = tries[0].about["kind"]
    if len(ids) > 1:
        yield f"made {len(ids)} times: {tries[0]}"
    for asked in tries:
        if asked.status == 201:
            if asked.answer[f"{kind}_id"] not in ids:
                yield f"acknowledged and not there: {asked}"
            elif made[0].step > asked.received or not holds(made[0].now.content.body, asked.body):
                yield f"acknowledged and another: {asked}"
            if asked.etag != '"1"':
                yield f"not the ETag of what was made: {asked} {asked.etag}"
        elif asked.status not in OPEN:
            yield f"refused without a reason: {asked}"
    if made and made[0].step < tries[0].sent:
        yield f"made before it was asked for: {tries[0]}"


def _of_put(story: Story, asked: Asked, written: list[Version[Posting]]) -> Iterator[str]:
    times = len(written)
    match asked.status:
        case 200:
            there = written[0] if written else None
            if there is None or there.step > asked.received or there.step < asked.sent:
                yield f"acknowledged and not there: {asked}"
            elif (
                not holds(there.now.content.body, asked.body)
                or asked.etag != f'"{there.now.revision}"'
            ):
                yield f"acknowledged and another: {asked}"
        case 409:
            if times or not _was_archived(story, asked, asked.about["id"]):
                yield f"refused as archived: {asked}"
        case 412:
            met = during(story.objects[asked.about["id"]], asked.sent, asked.received)
            if times or all(
                asked.headers.get("if-match") == f'"{one.now.revision}"' for one in met
            ):
                yield f"refused as changed: {asked}, written {times} times"
        case None | 503:
            pass
        case _:
            yield f"refused without a reason: {asked}"
    if times > 1:
        yield f"written {times} times: {asked}"


def _of_archive(story: Story, asked: Asked) -> Iterator[str]:
    if asked.status not in {200, *OPEN}:
        yield f"refused without a reason: {asked}"
    elif asked.status == 200 and not _was_archived(story, asked, asked.about["archives"]):
        yield f"acknowledged and not archived: {asked}"


def _was_archived(story: Story, asked: Asked, an_id: str) -> bool:
    then = at(story.objects.get(an_id, []), asked.received)
    return then is not None and then.status == "ARCHIVED"


def _archived_by_somebody(story: Story) -> Iterator[str]:
    for an_id, versions in story.objects.items():
        last = versions[-1]
        if last.now.status == "ARCHIVED":
            completed = last.now.archived_for == "OBJECT_CLOSED"
            whole = [one for one in story.log if one.sent <= last.step <= one.until]
            asked = [
                one
                for one in whole
                if (
                    an_id in one.about.get("pair", ()) and "completes" in one.about
                    if completed
                    else one.about.get("archives") == an_id
                )
            ]
            if not asked:
                yield f"nobody archived {an_id}"


def _realtors(story: Story) -> Iterator[str]:
    registered = {item["telegram_id"]: item["PK"] for item in story.of("REALTOR")}
    claims = {
        item["PK"].partition("#")[2]: f"REALTOR#{item['realtor_id']}"
        for item in story.of("TELEGRAM")
    }
    if registered != claims or len(registered) != sum(1 for _ in story.of("REALTOR")):
        yield f"realtors {registered} and their claims {claims}"
    for asked in story.log:
        if asked.path == "/auth/register":
            if asked.status == 201 and asked.body and asked.body["telegram_id"] not in registered:
                yield f"acknowledged and not there: {asked}"
            if asked.status not in {201, *OPEN}:
                yield f"refused without a reason: {asked}"
