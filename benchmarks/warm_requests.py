"""The CPU time of a warm request: ours beside FastAPI over boto3's resource and the first build."""

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.contestants import first_build
from benchmarks.contestants.events import an_event
from benchmarks.contestants.process import OURS, ROOT, Contestant, Event, Process, Served, started
from benchmarks.contestants.scene import (
    CREATE,
    LOOK,
    OWN_LEADS,
    TOLD,
    Gate,
    Scene,
    load_markets,
    make_gate,
    prepare,
)
from benchmarks.dynamodb_local import TABLE, dynamodb_local, make_table
from benchmarks.report import CannotMeasure, Section, publish, verdict
from cobroke.clock import now_ms
from cobroke.exact_json import dumps

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

WARM, SAMPLE = 6, 60
MOST_CONTESTANTS = 4
NAIVE = "FastAPI + Mangum + `boto3.resource`"
LOAD_NAIVE = ROOT / "benchmarks" / "naive" / "load_market.py"
ACT = "POST /leads/{lead_id}/property-recommendations/{property_id}/action"
_MESSAGE = "A family of four, with the money at hand; they could come and see it on Saturday."

type Json = Any
type Answers = Mapping[str, Sequence[Served]]
"""By contestant, one a turn."""


class Action(NamedTuple):
    """What is asked in one turn of one contestant, by its place; and what must be the same in the
    answers of all. `goal`: how many times ours the naive stack takes.
    """

    name: str
    function: str
    goal: float
    event: Callable[[Scene, int, int], Event]
    essence: Callable[[Json], object]


def measure() -> Section:
    contestants = _contestants()
    gate = make_gate()
    with dynamodb_local() as client, _all_started(client, contestants, gate) as asked:
        rows = [_row(action, _answers(action, asked)) for action in ACTIONS]
    return Section(
        "A warm request",
        f"CPU time of a handler, the median of {SAMPLE} requests: contestants in turns, each in a "
        "process of its own, DynamoDB Local in another. Of others also how many times ours it is. "
        f"A real city's listings; {OWN_LEADS} own leads, a page of 20 of a kept ranking, a page of "
        f"20 of {TOLD} notices; acts are LIKEs with a message and DISLIKEs. The answers say the "
        "same. What the naive stack is: `benchmarks/naive`.",
        ("action", *(each.name for each in contestants)),
        rows,
    )


def _contestants() -> list[Contestant]:
    """Ours come first. The first build takes part where the history reaches so far."""
    with_fastapi = (ROOT / "build" / "bench", *OURS)
    found = [
        Contestant("Cobroke", "functions.{}.handler", OURS, TABLE, {"STORE_CLIENT": "lean"}),
        Contestant("over boto3", "functions.{}.handler", OURS, TABLE, {"STORE_CLIENT": "boto3"}),
        Contestant(NAIVE, "benchmarks.naive.app", with_fastapi, f"{TABLE}-naive", {}, LOAD_NAIVE),
    ]
    try:
        first_build.get_first_build()
    except CannotMeasure as reason:
        print(reason)
        return found
    path = (first_build.TREE, first_build.LAYER)
    return [*found, Contestant("first build", "functions.{}.handler", path, f"{TABLE}-first")]


@contextmanager
def _all_started(
    client: "DynamoDBClient", contestants: Sequence[Contestant], gate: Gate
) -> Iterator[list[tuple[Process, Scene]]]:
    """Start them all, each with what it is asked about. Who comes first of a table makes it."""
    founders = {each.table: each for each in reversed(contestants)}
    for table in founders.keys() - {TABLE}:
        make_table(client, table)
    realtors, now = load_markets([*founders.values()]), now_ms()
    with ExitStack() as stack:
        processes = [stack.enter_context(started(each, gate.settings)) for each in contestants]
        scenes: dict[str, Scene] = {}
        for process in processes:
            table = process.contestant.table
            scenes[table] = scenes.get(table) or prepare(process, gate, realtors, now)
        yield [(process, scenes[process.contestant.table]) for process in processes]


def _answers(action: Action, asked: Sequence[tuple[Process, Scene]]) -> Answers:
    """Raises RuntimeError where one was refused, or answers say different things."""
    answers: dict[str, list[Served]] = {process.contestant.name: [] for process, _ in asked}
    for turn in range(WARM + SAMPLE):
        said = set()
        for place, (process, scene) in enumerate(asked):
            served = process.ask(action.function, action.event(scene, turn, place))
            said.add(repr(action.essence(served.body)))
            answers[process.contestant.name].append(served)
        if len(said) > 1:
            raise RuntimeError(f"{action.name}: {said}")
    return {name: served[WARM:] for name, served in answers.items()}


def _row(action: Action, answers: Answers) -> Sequence[str]:
    medians = {
        name: statistics.median(each.seconds for each in served) for name, served in answers.items()
    }
    ours = next(iter(medians))
    cells = []
    for name, median in medians.items():
        calls = statistics.median(each.calls for each in answers[name])
        said = f"{median * 1000:.2f} ms, {calls:g} {'call' if calls == 1 else 'calls'}"
        goal = action.goal if name == NAIVE else None
        cells.append(said if name == ours else f"{said}: {verdict(median / medians[ours], goal)}")
    return action.name, *cells


def _create(scene: Scene, turn: int, _: int) -> Event:
    return an_event(scene.creator, CREATE, "/leads", body=scene.wishes[turn])


def _list(scene: Scene, _turn: int, _place: int) -> Event:
    return an_event(scene.lister, "GET /leads", "/leads")


def _look(scene: Scene, turn: int, _: int) -> Event:
    lead_id = scene.looked_at[turn % len(scene.looked_at)]
    return an_event(scene.lister, LOOK, LOOK.split()[1].format(lead_id=lead_id))


def _act(scene: Scene, turn: int, place: int) -> Event:
    """Act on a pair that nobody has acted on: in a turn all on one lead's."""
    lead_id, offered = scene.to_act_on[turn % len(scene.to_act_on)]
    number = turn // len(scene.to_act_on) * MOST_CONTESTANTS + place
    path = ACT.split()[1].format(lead_id=lead_id, property_id=offered[number])
    act = {"action": "DISLIKE"} if turn % 2 else {"action": "LIKE", "notes": _MESSAGE}
    return an_event(scene.actor, ACT, path, body=dumps(act))


def _notices(scene: Scene, _turn: int, _place: int) -> Event:
    return an_event(scene.lister, "GET /notifications", "/notifications")


def _names_of_clients(body: Json) -> object:
    return body["total"], [row["client_name"] for row in body["leads"]]


def _ids_of_properties(body: Json) -> object:
    rows = body["recommendations"]
    return body["total"], [(row["property_id"], float(row["match_score"])) for row in rows]


def _outcome(body: Json) -> object:
    return body["action"], body["match"] and body["match"]["status"]


def _ids_of_notices(body: Json) -> object:
    rows = body["notifications"]
    return body["total"], body["unread_count"], [(row["id"], row["is_read"]) for row in rows]


ACTIONS = (
    Action("a new lead", "leads", 1.8, _create, lambda body: [*body]),
    Action(f"{OWN_LEADS} own leads", "leads", 3.5, _list, _names_of_clients),
    Action("the next look", "recommendations", 2, _look, _ids_of_properties),
    Action("an act", "matches", 2, _act, _outcome),
    Action("notices", "notifications", 2.5, _notices, _ids_of_notices),
)


if __name__ == "__main__":
    publish(measure)
