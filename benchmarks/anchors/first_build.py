"""The first build of this product, in a process of its own."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.anchors.wanted import MOST
from benchmarks.contestants.first_build import TREE, get_tree
from benchmarks.report import CannotMeasure
from cobroke.domain.matching.top_list import PackedRow, Ranked, Selection
from cobroke.domain.postings.kinds import Kind

PACKAGE = "layers/common/python"


class FirstBuild:
    """Of one market at a time: that which it loaded last."""

    name = "our first build"

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._seconds = 0.0

    def load(self, kind: Kind, rows: Sequence[PackedRow]) -> float:
        """Let it index the rows, which are of this kind; return the CPU seconds of the build."""
        spent: float = self._asked("load", kind, [(an_id, row.hex()) for an_id, row in rows])
        return spent

    def best(self, seeker: PackedRow, read: Sequence[int] | None = None) -> Selection:
        """Return the best MOST by its index; given the numbers of rows, of these in two passes."""
        an_id, packed = seeker
        seconds, (ranked, was_cut) = self._asked("best", an_id, packed.hex(), MOST, read)
        self._seconds += seconds
        return Selection([Ranked(*place) for place in ranked], was_cut)

    def cpu_seconds(self) -> float:
        """Return what its lists have taken, without the way there and back."""
        return self._seconds

    def _asked(self, deed: str, *asked: object) -> Any:  # noqa: ANN401 - as the deed returns it
        asking, answering = self._process.stdin, self._process.stdout
        assert asking  # noqa: S101 - both are pipes
        assert answering  # noqa: S101
        asking.write(json.dumps([deed, asked]) + "\n")
        asking.flush()
        return json.loads(answering.readline())


@contextlib.contextmanager
def first_build() -> Iterator[FirstBuild | None]:
    """Yield it while its process lives; None where the repository does not hold its commit."""
    try:
        get_tree()
    except CannotMeasure as reason:
        print(reason)
        yield None
        return
    words = [sys.executable, str(Path(__file__).with_name("in_first_build.py"))]
    with subprocess.Popen(  # noqa: S603 - our own words
        words,
        env={"PYTHONPATH": str(TREE / PACKAGE)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield FirstBuild(process)
