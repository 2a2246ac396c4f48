"""The cloud assembly of `local`, what the CDK app makes of the code. It is kept under the hash of
all it is made of: a second start does not make it again.
"""

import contextlib
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from tools import tether

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "build" / "assemblies"
MOST_KEPT = 8
APP = ("app.py",)
SOURCES = (
    "app.py",
    "cdk.json",
    "docs/openapi.json",
    "functions/**/*",
    "infra/*.py",
    "layers/common/**/*",
    "package-lock.json",
    "requirements-dev.txt",
    "tools/drill/app.py",
)

type Context = Mapping[str, str]


class NotSynthesized(Exception):
    """The CDK app failed; the text is the end of what it said."""


@contextlib.contextmanager
def synthesis(
    app: Sequence[str], context: Context, environment: Mapping[str, str], log: Path
) -> Iterator[Callable[[], Path]]:
    """Run an app (its file, or `-m` and its module, and arguments) beside the caller. What is
    yielded waits for it, and returns the assembly; it raises NotSynthesized.
    """
    made = KEPT / _hash(app, context)
    if made.exists():
        os.utime(made)
        yield lambda: made
        return
    KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="half-", dir=KEPT) as folder:
        half = Path(folder) / "cdk.out"
        told = {"CDK_OUTDIR": str(half), "CDK_CONTEXT_JSON": json.dumps(dict(context))}
        running = tether.start([sys.executable, *app], {**environment, **told}, log)

        def wait() -> Path:
            if running.wait():
                raise NotSynthesized(log.read_text(errors="replace")[-4000:])
            with contextlib.suppress(OSError):  # another process was as fast
                half.rename(made)
            _forget_old()
            return made

        try:
            yield wait
        finally:
            tether.stop(running)


def _hash(app: Sequence[str], context: Context) -> str:
    seen = hashlib.sha256(json.dumps([sys.version, str(ROOT), *app, dict(context)]).encode())
    for path in sorted({path for pattern in SOURCES for path in ROOT.glob(pattern)}):
        if path.is_file() and path.suffix != ".pyc":
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            seen.update(f"{path.relative_to(ROOT)} {content}\n".encode())
    return seen.hexdigest()[:32]


def _forget_old() -> None:
    """Forget all but the assemblies that were used last; others may be starting from these."""
    used = sorted(KEPT.glob("[0-9a-f]*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in used[MOST_KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
