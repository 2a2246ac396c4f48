"""The first build, as it was: its commit's tree, and the layer that its own recipe makes."""

import io
import os
import shutil
import subprocess
import sys
import tarfile

from benchmarks.contestants.process import ROOT
from benchmarks.report import CannotMeasure

COMMIT = "72eaeff"
TREE = ROOT / "build" / "first"
LAYER = TREE / "layer"
UNPACKED, MADE = TREE / ".unpacked", TREE / ".installed"
_MAKE_LAYER = """
import sys
from pathlib import Path
from infra.layer import build_layer
build_layer(Path(sys.argv[1]))
"""


def get_tree() -> None:
    """Make TREE, once. Raises CannotMeasure where the history does not reach so far."""
    if UNPACKED.exists():
        return
    words = ["git", "archive", COMMIT]
    packed = subprocess.run(words, cwd=ROOT, capture_output=True, check=False)  # noqa: S603
    if packed.returncode:
        raise CannotMeasure(f"The first build, {COMMIT}, is not in the history of this repository.")
    shutil.rmtree(TREE, ignore_errors=True)
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as tree:
        tree.extractall(TREE, filter="data")
    UNPACKED.touch()


def get_first_build() -> None:
    """Make TREE and LAYER, once. Raises CannotMeasure as `get_tree` does."""
    get_tree()
    if MADE.exists():
        return
    words = [sys.executable, "-c", _MAKE_LAYER, str(LAYER)]
    environment = os.environ | {"PYTHONPATH": str(TREE)}
    done = subprocess.run(  # noqa: S603 - our own words
        words, cwd=TREE, env=environment, capture_output=True, check=False
    )
    if done.returncode:
        raise CannotMeasure(f"The first build's layer was not made: {done.stderr.decode()[-500:]}")
    MADE.touch()
