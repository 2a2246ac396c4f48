"""What a cold start costs: CPU time of a new Python that imports a handler. Of ours, how much the
layer's bytecode saves; and beside the naive stack and the first build.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.contestants import first_build
from benchmarks.contestants.process import ROOT
from benchmarks.report import CannotMeasure, Section, publish, verdict
from infra.layer import build_layer

ROUNDS = 15
ZIPPED = 315_532_800
"""1980-01-01 in s since 1970: the date of every file in CDK's zip."""
START = "import sys; sys.path[:0] = sys.argv[2:]; __import__(sys.argv[1])"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "STAGE": "local",
    "STORE_CLIENT": "lean",
    "TABLE_NAME": "cobroke-local",
    "PUBLIC_KEYS": "{}",
}
LAMBDA = {"LAMBDA_TASK_ROOT": "/var/task", "AWS_LAMBDA_FUNCTION_NAME": "cold-start"}
"""Elsewhere Powertools' Tracer does nothing."""
FRESH = "fresh: bytecode checked by date, and the dates are right"
NAIVE = "naive: Logger, Tracer, Metrics, resolver with validation, `boto3.resource`, models, pyjwt"
NAIVE_FILES = ("__init__.py", "models.py", "leads_function.py")
INSTALLED = ROOT / "build" / "bench"
API, BEHIND = 0.50, 0.25
"""At most these parts of the naive stack: an API function; what the stream and queues wake."""
OURS = {
    "leads": API,
    "stream_matching": BEHIND,
    "stream_notifications": BEHIND,
    "rematch_worker": BEHIND,
    "telegram_push": BEHIND,
}
FIRST = ("leads", "stream_matching", "telegram_push")


class Start(NamedTuple):
    """A module that a new Python imports, found on this path."""

    module: str
    path: Sequence[Path]
    environment: Mapping[str, str]

    def cpu_seconds(self) -> float:
        """Measure one start, user and system. It writes nothing: Lambda's layers are read-only."""
        path = map(str, self.path)
        words = [sys.executable, "-I", "-S", "-B", "-c", START, self.module, *path]
        child = subprocess.Popen(words, env={**ENVIRONMENT, **self.environment})  # noqa: S603
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise subprocess.CalledProcessError(child.returncode, words)
        return used.ru_utime + used.ru_stime


def measure_bytecode() -> Section:
    with tempfile.TemporaryDirectory() as folder:
        function = _function(ROOT, "leads", Path(folder))
        layers = _make_layers(Path(folder))
        medians = _medians(
            {name: Start("handler", (layer, function), {}) for name, layer in layers.items()}
        )
    return Section(
        "A cold start",
        f"A new Python imports `functions/leads`: CPU time, medians of {ROUNDS} rounds in turn. "
        "Goal: ours ≤ 1.2.",
        ("layer", "CPU time against fresh"),
        [(name, f"{median / medians[FRESH]:.2f}") for name, median in medians.items()],
    )


def measure_stacks() -> Section:
    with tempfile.TemporaryDirectory() as folder:
        medians = _medians(_stacks(Path(folder)))
    return Section(
        "A cold start beside others",
        f"A new Python imports a handler: CPU time, medians of {ROUNDS} rounds in turn, and what "
        "part of the naive stack's that is. All is compiled beforehand but our handlers, which are "
        "deployed without bytecode.",
        ("what is imported", "CPU time", "against naive"),
        [
            (name, f"{median * 1000:.0f} ms", _against(name, median / medians[NAIVE]))
            for name, median in medians.items()
        ],
    )


def _stacks(folder: Path) -> dict[str, Start]:
    """Return the naive stack, ours and, where the history reaches so far, the first build's."""
    layer = folder / "layer"
    build_layer(layer)
    found = {NAIVE: _make_naive(folder / "naive")}
    for name in OURS:
        found[_ours(name)] = Start("handler", (layer, _function(ROOT, name, folder)), LAMBDA)
    try:
        first_build.get_first_build()
    except CannotMeasure as reason:
        print(reason)
        return found
    for name in FIRST:
        function = _function(first_build.TREE, name, folder / "first")
        found[f"first build: `{name}`"] = Start("handler", (first_build.LAYER, function), LAMBDA)
    return found


def _ours(name: str) -> str:
    return f"ours: `{name}`"


def _against(name: str, part: float) -> str:
    goals = {_ours(function): goal for function, goal in OURS.items()}
    return verdict(part, goals.get(name), less_is_better=True)


def _medians(starts: Mapping[str, Start]) -> dict[str, float]:
    seconds: dict[str, list[float]] = {name: [] for name in starts}
    for number in range(ROUNDS + 1):
        for name, start in starts.items():
            spent = start.cpu_seconds()
            if number:  # the first round only warms the disk
                seconds[name].append(spent)
    return {name: statistics.median(spent) for name, spent in seconds.items()}


def _function(tree: Path, name: str, folder: Path) -> Path:
    """Copy a function as it is deployed: without bytecode."""
    copy = folder / "functions" / name
    ignored = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(tree / "functions" / name, copy, ignore=ignored))


def _make_naive(folder: Path) -> Start:
    """Compile the naive function; the rest of its stack is whole, as pip installs it: compiled."""
    if not INSTALLED.exists():
        raise CannotMeasure("The naive stack is not installed: make build/bench/.installed")
    naive = folder / "benchmarks" / "naive"
    naive.mkdir(parents=True)
    for name in NAIVE_FILES:
        shutil.copy(ROOT / "benchmarks" / "naive" / name, naive)
    _compile(naive, "timestamp")
    return Start("benchmarks.naive.leads_function", (INSTALLED, folder), LAMBDA)


def _make_layers(folder: Path) -> dict[str, Path]:
    """Make the layer three times: at its best, as we ship it, and as CDK makes it of pip's."""
    ours, fresh, naive = (folder / name / "python" for name in ("ours", "fresh", "naive"))
    build_layer(ours)
    shutil.copytree(ours, fresh)
    _compile(fresh, "timestamp")
    shutil.copytree(fresh, naive)
    for layer in (ours, naive):
        for file in layer.rglob("*"):
            os.utime(file, (ZIPPED, ZIPPED))
    return {
        FRESH: fresh,
        "ours: bytecode taken as it is, dated 1980": ours,
        "naive: bytecode checked by date, dated 1980": naive,
    }


def _compile(folder: Path, mode: str) -> None:
    words = [sys.executable, "-m", "compileall", "-q", "-f", "--invalidation-mode", mode]
    subprocess.run([*words, str(folder)], check=True)  # noqa: S603 - our own words


if __name__ == "__main__":
    publish(measure_bytecode)
    publish(measure_stacks)
