"""How much the layer's bytecode saves a cold start: CPU time of a Python that imports a handler."""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.report import Section, publish
from infra.layer import build_layer

ROUNDS = 15
ZIPPED = 315_532_800
"""1980-01-01 in s since 1970: the date of every file in CDK's zip."""
FUNCTION = Path(__file__).parent.parent / "functions" / "leads"
START = f"import sys; sys.path[:0] = sys.argv[1], {str(FUNCTION)!r}; import handler"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "STAGE": "local",
    "TABLE_NAME": "cobroke-local",
    "PUBLIC_KEYS": "{}",
}


def measure() -> Section:
    with tempfile.TemporaryDirectory() as folder:
        layers = make_layers(Path(folder))
        seconds: dict[str, list[float]] = {name: [] for name in layers}
        for number in range(ROUNDS + 1):
            for name, layer in layers.items():
                spent = cpu_seconds(layer)
                if number:  # the first round only warms the disk
                    seconds[name].append(spent)
    medians = {name: statistics.median(spent) for name, spent in seconds.items()}
    fresh = medians["fresh: bytecode checked by date, and the dates are right"]
    return Section(
        "A cold start",
        f"A new Python imports `functions/leads`: CPU time, medians of {ROUNDS} rounds in turn. "
        "Goal: ours ≤ 1.2.",
        ("layer", "CPU time against fresh"),
        [(name, f"{median / fresh:.2f}") for name, median in medians.items()],
    )


def make_layers(folder: Path) -> dict[str, Path]:
    """Make the layer three times: at its best, as we ship it, and as CDK makes it of pip's."""
    ours, fresh, naive = (folder / name / "python" for name in ("ours", "fresh", "naive"))
    build_layer(ours)
    shutil.copytree(ours, fresh)
    words = [sys.executable, "-m", "compileall", "-q", "-f", "--invalidation-mode", "timestamp"]
    subprocess.run([*words, str(fresh)], check=True)  # noqa: S603 - our own words
    shutil.copytree(fresh, naive)
    for layer in (ours, naive):
        for file in layer.rglob("*"):
            os.utime(file, (ZIPPED, ZIPPED))
    return {
        "fresh: bytecode checked by date, and the dates are right": fresh,
        "ours: bytecode taken as it is, dated 1980": ours,
        "naive: bytecode checked by date, dated 1980": naive,
    }


def cpu_seconds(layer: Path) -> float:
    """Measure one start, user and system. It writes nothing: Lambda's layers are read-only."""
    words = [sys.executable, "-I", "-S", "-B", "-c", START, str(layer)]
    child = subprocess.Popen(words, env=ENVIRONMENT)  # noqa: S603 - our own words
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, words)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    publish(measure)
