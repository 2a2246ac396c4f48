"""A command that never outlives its caller, the leader of a process group.

Usage: python -m tools.tether COMMAND…

Its standard input is a pipe that nobody writes to. When the caller ends, by kill -9 too, the pipe
ends, and with it the whole group.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path


def start(
    command: Sequence[str], environment: Mapping[str, str], log: Path
) -> subprocess.Popen[bytes]:
    """Start a command, and return its tether: its return code is the command's. What the command
    says goes to the log.
    """
    with log.open("wb") as said:
        return subprocess.Popen(  # noqa: S603 - our own words
            [sys.executable, "-m", "tools.tether", *command],
            cwd=Path(__file__).parent.parent,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def end(tether: subprocess.Popen[bytes], patience_s: float) -> None:
    """Ask the command alone to end, and wait so long for it to put away what it holds."""
    tether.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        tether.wait(patience_s)


def stop(tether: subprocess.Popen[bytes]) -> None:
    """End the command and all it started, at once: what they hold is thrown away."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(tether.pid, signal.SIGKILL)
    tether.wait()
    if tether.stdin:
        tether.stdin.close()


def _end_with_the_caller() -> None:
    os.read(0, 1)
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    threading.Thread(target=_end_with_the_caller, daemon=True).start()
    command = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)  # noqa: S603
    signal.signal(signal.SIGTERM, lambda *_: command.terminate())
    sys.exit(command.wait())


if __name__ == "__main__":
    main()
