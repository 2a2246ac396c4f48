"""What realtors were charged, transaction by transaction: for each change they made once, for what
was not written never, and for each look that was answered once.
"""

from collections import defaultdict
from collections.abc import Iterator

from cobroke.domain.ids import owner_of
from cobroke.exact_json import loads
from cobroke.storage.notation import Item, item_of
from tests.support.far_side import Change
from tests.support.story import Story

CHANGING = ("write_until", "invite_until", "newcomer_until")


def faults(story: Story) -> Iterator[str]:
    together = defaultdict[int, list[Change]](list)
    for change in story.changes:
        if change.step > story.judged:
            together[change.step].append(change)
    for step, changes in together.items():
        charged = [owner for change in changes for owner in _charged(change, CHANGING)]
        changed = {owners for change in changes if (owners := _changed_by(change))}
        if len(charged) > 1 or any(not {*charged} & owners for owners in changed):
            yield f"at {step} {changed} have changed something, and {charged} are charged"
        touched = {owner for change in changes for owner in _touches(change)}
        if not {*charged} <= touched:
            yield f"at {step} {charged} are charged for nothing"
    yield from _looks(story)


def _looks(story: Story) -> Iterator[str]:
    charged = sum(len([*_charged(change, ("look_until",))]) for change in story.changes)
    looks = [one for one in story.log if "looks" in one.about]
    answered = sum(one.status == 200 for one in looks)
    unknown = sum(one.is_open for one in looks)
    if not answered <= charged <= answered + unknown:
        yield f"{charged} looks are charged, {answered} were answered, and {unknown} perhaps"


def _charged(change: Change, names: tuple[str, ...]) -> Iterator[str]:
    """Whose number of these has changed: once for each."""
    pk, sk = change.key
    if sk == "LIMITS" and change.new:
        old, new = _item(change.old), item_of(change.new)
        yield from (
            pk.partition("#")[2] for name in names if name in new and new[name] != old.get(name)
        )


def _changed_by(change: Change) -> frozenset[str]:
    """Who may have made this change: the owner of an object, one of two of a pair. Nobody where it
    is the system's.
    """
    old, new = _item(change.old), _item(change.new)
    match new.get("entity"):
        case "LEAD" | "PROPERTY" if old.get("revision") != new["revision"]:
            return frozenset({owner_of(change.key[1].partition("#")[2])})
        case "BLOCKS" if old.get("own", b"") != new.get("own", b""):
            return frozenset({change.key[0].partition("#")[2]})
        case "WAKE":
            return frozenset(_touches(change))
        case "PAIR" if _acted_at(old) != _acted_at(new):
            return frozenset(_touches(change))
    return frozenset()


def _touches(change: Change) -> Iterator[str]:
    pk, sk = change.key
    match pk.partition("#")[0], sk.split("#"):
        case "REALTOR", ["LEAD" | "PROPERTY", an_id]:
            yield owner_of(an_id)
        case "REALTOR", ["BLOCKS" | "WAKE"]:
            yield pk.partition("#")[2]
        case "LEAD", ["PAIR" | "MESSAGE" | "NOTE", an_id, *_]:
            yield from (owner_of(pk.partition("#")[2]), owner_of(an_id))


def _acted_at(item: Item) -> int:
    at: int = loads(item["d"]).get("acted_at", 0) if item else 0
    return at


def _item(raw: Item | None) -> Item:
    return item_of(raw) if raw else {}
