"""Counts the table by itself: whatever is kept twice must agree with what it is made from."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from cobroke.domain.ids import owner_of
from cobroke.domain.postings.posting import Posting
from cobroke.exact_json import loads
from cobroke.storage.notation import Item
from cobroke.storage.postings import flats, limits
from tests.support.offered import by_listings, kept
from tests.support.story import Story, price_of

PENDING_FOR, FRESH_FOR = 14 * 86_400_000, 60 * 86_400_000


def faults(story: Story) -> Iterator[str]:
    now = {an_id: versions[-1].now for an_id, versions in story.objects.items()}
    yield from _mirrors_and_counts(story)
    yield from _own_matches(story)
    yield from _limits(story, now)
    yield from _entries(story, now)
    yield from _flats(story, now)
    yield from _changes(story)
    yield from _reminders(story, now)
    yield from _left_open(story, now)
    yield from _left_between(story)
    yield from _markets(story, now)


def _left_between(story: Story) -> Iterator[str]:
    """What is open between two who are parted, or still to be closed."""
    for ids, acts in story.pairs.items():
        owners = map(owner_of, ids)
        if acts[-1].now.status == "PENDING" and story.parted(*owners)[-1].now:
            yield f"{ids} is open under a block"
    yield from (f"{item} goes on" for item in story.of("BLOCK_CHANGE") if "after" in item)


def _mirrors_and_counts(story: Story) -> Iterator[str]:
    mirrors = {
        (item["PK"], item["SK"]): (item["d"], item["version"]) for item in story.of("MIRROR")
    }
    counted = defaultdict[str, Counter[str]](Counter)
    for item in story.of("PAIR"):
        lead_id, property_id = item["PK"].partition("#")[2], item["SK"].partition("#")[2]
        if mirrors.pop((f"PROPERTY#{property_id}", f"PAIR#{lead_id}"), None) != (
            item["d"],
            item["version"],
        ):
            yield f"the mirror of {lead_id} {property_id} is not as the pair"
        matches = loads(item["d"]).get("status") in ("PENDING", "ACCEPTED", "COMPLETED")
        for an_id in (lead_id, property_id):
            counted[an_id].update(pairs=1, matches=int(matches))
    yield from (f"the mirror {key} has no pair" for key in mirrors)
    kept = {item["SK"].split("#")[1]: item for item in story.of("COUNTS")}
    for an_id in counted.keys() | kept.keys():
        is_kept = {name: kept.get(an_id, {}).get(name, 0) for name in ("pairs", "matches")}
        if is_kept != {name: counted[an_id][name] for name in ("pairs", "matches")}:
            yield f"{an_id} counts {is_kept} instead of {dict(counted[an_id])}"


def _own_matches(story: Story) -> Iterator[str]:
    """Both realtors of a match list it as it stands, once, and count it; and what is agreed on."""
    listed, agreed = dict[tuple[str, str], tuple[str, int]](), Counter[str]()
    for item in story.of("PAIR"):
        lead_id, property_id = item["PK"].partition("#")[2], item["SK"].partition("#")[2]
        pair, owners = loads(item["d"]), [owner_of(lead_id), owner_of(property_id)]
        status = pair.get("status")
        if status in {"ACCEPTED", "COMPLETED"}:
            agreed["REALTORS#" + "#".join(sorted(owners))] += 1
        for owner, side in zip(owners, ("LEAD", "PROPERTY"), strict=True):
            turn = "_ME" if pair.get("awaiting") == side else "_THEM"
            stands = f"{status}{turn}" if status == "PENDING" else status
            if status:
                sk = f"{pair['changed_at']:013}#{lead_id}{property_id}"
                listed[f"MATCHES#{owner}#{stands}", sk] = item["d"], item["version"]
    found = {
        (item["PK"], item["SK"]): (item["d"], item["version"]) for item in story.of("OWN_MATCH")
    }
    for place in {one for one in listed.keys() | found.keys() if listed.get(one) != found.get(one)}:
        yield f"{place} lists {found.get(place)} instead of {listed.get(place)}"
    counted = Counter((place[0].split("#")[1], place[0].split("#")[2].lower()) for place in listed)
    kept = Counter[tuple[str, str]]()
    for item in story.of("OWN_MATCHES"):
        numbers = {name: many for name, many in item.items() if isinstance(many, int)}
        kept.update({(item["PK"].partition("#")[2], name): many for name, many in numbers.items()})
    if counted != +kept:
        yield f"realtors have {dict(counted)} matches, and {dict(kept)} are counted"
    known = Counter({item["PK"]: item["matches"] for item in story.of("AGREED")})
    if agreed != +known:
        yield f"realtors have agreed on {dict(agreed)}, and {dict(known)} are counted"


def _limits(story: Story, now: dict[str, Posting]) -> Iterator[str]:
    counted = Counter[tuple[str, str, str]](
        (one.owner, one.kind, one.status) for one in now.values()
    )
    kept = Counter[tuple[str, str, str]]()
    for item in story.of("LIMITS"):
        owner = item["PK"].partition("#")[2]
        kept.update({(owner, *of): count for of, count in limits.of_item(item).items()})
    for key in counted.keys() | kept.keys():
        if counted[key] != kept[key]:
            yield f"{key} are {counted[key]}, and {kept[key]} by LIMITS"


def _entries(story: Story, now: dict[str, Posting]) -> Iterator[str]:
    entries = defaultdict[str, list[Item]](list)
    for item in story.of("ENTRY"):
        entries[item["SK"].partition("#")[2]].append(item)
    for an_id in now.keys() | entries.keys():
        one, found = now.get(an_id), entries[an_id]
        wanted = [_place(one)] if one and one.in_market else []
        if [(item["PK"].split("#")[1:3], item["SK"]) for item in found] != wanted:
            stands = [(item["PK"], item["SK"]) for item in found]
            yield f"{an_id} stands at {stands} instead of {wanted}"
        for item in found:
            own = story.items[f"REALTOR#{owner_of(an_id)}", f"{item['PK'].split('#')[1]}#{an_id}"]
            if (item["f"], item["version"]) != (own["f"], own["version"]):
                wrong, right = item["version"], own["version"]
                yield f"the entry of {an_id} is of version {wrong} instead of {right}"


def _place(one: Posting) -> tuple[list[str], str]:
    """The partition's first names and the sort key, from the body."""
    body = one.content.body
    if one.kind == "PROPERTY":
        return [one.kind, body["address"]["city"].casefold()], f"{price_of(one):015}#{one.id}"
    requirements = body["requirements"]
    highest = int(requirements["budget"]["max"] * 100) * 110 // 100
    return [one.kind, requirements["location"]["city"].casefold()], f"{highest:015}#{one.id}"


def _flats(story: Story, now: dict[str, Posting]) -> Iterator[str]:
    """A flat's offers are those of the listings; of one that is full, or ever was, some of them."""
    wanted, found = by_listings(now.values()), kept(story.of("FLAT"))
    ever = by_listings(each.now for versions in story.objects.values() for each in versions)
    for flat in wanted.keys() | found.keys():
        want, have = wanted.get(flat, set()), found.get(flat, set())
        was_full = len({an_id for an_id, *_ in ever.get(flat, ())}) >= flats.MOST
        if have - want or (want - have and not was_full):
            yield f"{flat} is offered as {have} instead of {want}"
    yield from (f"nobody offers {item}" for item in story.of("FLAT") if not item["offers"])


def _changes(story: Story) -> Iterator[str]:
    """In each market the newest change of an object says what became of it there."""
    told = defaultdict[tuple[str, int], list[Item]](list)
    for item in story.of("CHANGE"):
        told[item["SK"].partition("#")[2], item["version"]].append(item)
    for an_id, versions in story.objects.items():
        for version in versions:
            found = told[an_id, version.now.version]
            standing = [item["PK"].split("#")[1] for item in found if "f" in item]
            if standing != [version.now.kind] * version.now.in_market or not found:
                yield f"of version {version.now.version} of {an_id} the changes say {found}"
    known = Counter((item["SK"].split("#")[1], item["version"]) for item in story.of("PAIR_CHANGE"))
    for ids, acts in story.pairs.items():
        for act in [one for one in acts if one.now.version]:
            changes = known["".join(ids), act.now.version]
            if changes != 1:
                yield f"version {act.now.version} of the pair {ids} has {changes} changes"


def _reminders(story: Story, now: dict[str, Posting]) -> Iterator[str]:
    """What falls due is on the agenda at its time; an object once, then or before."""
    due = {item["SK"] for item in story.of("DUE")}
    times = defaultdict[str, list[int]](list)
    for at_ms, _, an_id in (reminder.split("#") for reminder in due):
        times[an_id].append(int(at_ms))
    for one in now.values():
        found = times[one.id]
        if one.in_market and (len(found) != 1 or found[0] > one.updated_at + FRESH_FOR):
            yield f"of when {one.id} grows stale one is reminded at {found}"
    for ids, acts in story.pairs.items():
        pair = acts[-1].now
        if (
            pair.status == "PENDING"
            and f"{pair.acted_at + PENDING_FOR:013}#PAIR#{''.join(ids)}" not in due
        ):
            yield f"nobody is reminded that {ids} expires"


def _left_open(story: Story, now: dict[str, Posting]) -> Iterator[str]:
    """With an object its matches that nobody has answered close, and its pairs without one go."""
    for ids, acts in story.pairs.items():
        pair = acts[-1].now
        if "ARCHIVED" in {now[an_id].status for an_id in ids}:
            if pair.status == "PENDING":
                yield f"the match {ids} is open, and one of the two archived"
            if pair.version and pair.status is None:
                yield f"the pair {ids} is kept, and one of the two archived"
    yield from (f"a closing has no end: {item}" for item in story.of("CLOSING"))
    kept = {item["PK"] + item["SK"].partition("#")[2] for item in story.of("PAIR")}
    for item in story.of("MESSAGE"):
        if item["PK"] + item["SK"].split("#")[1] not in kept:
            yield f"a message of nobody's pair: {item['PK']} {item['SK']}"


def _markets(story: Story, now: dict[str, Posting]) -> Iterator[str]:
    known = {item["city"] for item in story.of("MARKET")}
    for one in now.values():
        if one.in_market and one.content.features.city not in known:
            yield f"no run will follow the market of {one.id}"
