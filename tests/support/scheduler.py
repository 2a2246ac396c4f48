"""Who goes on at each call of the table: threads of which one runs at a time, in an order and at
times of one seed.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from unittest.mock import patch

START_S = 1_795_000_000
NS = 1_000_000_000
STAYS = 0.2
"""How often the one who runs just goes on."""
SPRINTS, LONGEST_SPRINT = 0.1, 40
"""How often one is through with up to LONGEST_SPRINT calls before anybody else is with one."""
SLOWEST_CALL_NS = 30_000_000
_STACK_BYTES = 1 << 20


class Killed(BaseException):
    """The process is gone: nothing of it runs any more, not even what catches every error."""


@dataclass(eq=False)
class Task:
    """Something that goes on by itself. `kill_in`: at which chance from here it is killed."""

    name: str
    run: Callable[[], object]
    wakes_at: int = 0
    kill_in: int | None = None
    baton: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))


class Scheduler:
    """Hands the baton on. Time stands still but for what calls take and the sleepers wait for."""

    def __init__(self, seed: object) -> None:
        self.rng = Random(f"schedule {seed}")
        self.now = START_S * NS
        self.steps = 0
        self.current: Task | None = None
        self.meanwhile: Callable[[], None] = lambda: None
        """Runs at every step: what goes on without being a task."""
        self._tasks: list[Task] = []
        self._idle = threading.Semaphore(0)
        self._failed: BaseException | None = None
        self._sprint = 0

    @property
    def names(self) -> set[str]:
        return {task.name for task in self._tasks}

    def start(self, name: str, run: Callable[[], object]) -> None:
        task = Task(name, run)
        self._tasks.append(task)
        before = threading.stack_size(_STACK_BYTES)
        threading.Thread(target=self._body, args=(task,), daemon=True).start()
        threading.stack_size(before)

    def run(self, wake: Callable[[], None]) -> None:
        """Until nothing is left to do; `wake` starts what has found something to do, and is asked
        at each change.
        """
        while True:
            wake()
            if not self._tasks:
                return
            self._hand_over(self._next())
            if self._failed:
                raise self._failed

    def step(self, seconds: float = 0) -> None:
        """Let others act, so long at least. Killed where it is time."""
        self.steps += 1
        self.meanwhile()
        task = self.current
        if task is None:
            self.now += int(seconds * NS)
            return
        if task.kill_in is not None:
            task.kill_in -= 1
            if task.kill_in <= 0:
                task.kill_in = None
                raise Killed
        self.now += self.rng.randrange(SLOWEST_CALL_NS)
        self._sprint -= 1
        if not seconds and (self._sprint > 0 or self.rng.random() < STAYS):
            return
        task.wakes_at = self.now + int(seconds * NS)
        self._idle.release()
        task.baton.acquire()

    def _next(self) -> Task:
        awake = [task for task in self._tasks if task.wakes_at <= self.now]
        if awake:
            return self.rng.choice(awake)
        first = min(self._tasks, key=lambda task: task.wakes_at)
        self.now = first.wakes_at
        return first

    def _hand_over(self, task: Task) -> None:
        self.current = task
        self._sprint = self.rng.randrange(LONGEST_SPRINT) if self.rng.random() < SPRINTS else 0
        task.baton.release()
        self._idle.acquire()
        self.current = None

    def _body(self, task: Task) -> None:
        task.baton.acquire()
        try:
            task.run()
        except BaseException as bug:  # noqa: BLE001 - a bug of the world itself ends it
            self._failed = bug
        finally:
            self._tasks.remove(task)
            self._idle.release()


@contextmanager
def seeded(scheduler: Scheduler, seed: object) -> Iterator[None]:
    """Time, chance and the ids made of it, as the seed has them."""
    chance, jitter = Random(f"chance {seed}"), Random(f"jitter {seed}")
    with (
        patch("time.time_ns", lambda: scheduler.now),
        patch("time.time", lambda: scheduler.now / NS),
        patch("time.monotonic", lambda: scheduler.now / NS),
        patch("time.sleep", scheduler.step),
        patch("os.urandom", chance.randbytes),
        patch("random.uniform", jitter.uniform),
    ):
        yield
