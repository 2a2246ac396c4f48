"""A PostgreSQL server of one's own."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from tools.emulator import HOST, free_port

NOBODY = 65534
READY_WITHIN_S = 30


class CpuClock:
    """Tells the CPU seconds that a connection's process of the server has used, in ticks of a
    hundredth.
    """

    def __init__(self, connection: psycopg.Connection) -> None:
        self._stat = Path(f"/proc/{connection.info.backend_pid}/stat")

    def __call__(self) -> float:
        fields = self._stat.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def connected() -> Iterator[psycopg.Connection | None]:
    """Yield a connection to a server that lives as long; None where there is no PostgreSQL."""
    found = shutil.which("initdb") and shutil.which("postgres")
    if not found:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        # It does not run as root.
        who = NOBODY if os.geteuid() == 0 else None
        if who:
            os.chown(folder, who, who)
        data, port = f"{folder}/data", free_port()
        words = ["initdb", "--auth=trust", "--username=bench", "--no-sync", data]
        subprocess.run(words, check=True, capture_output=True, cwd=folder, user=who)  # noqa: S603
        words = ["postgres", "-D", data, "-p", str(port), "-h", HOST, "-k", folder]
        words += ["-c", "fsync=off", "-c", "shared_buffers=512MB", "-c", "work_mem=64MB"]
        words += ["-c", "max_parallel_workers_per_gather=0", "-c", "jit=off"]
        # It is to see what is not wished.
        words += ["-c", "plan_cache_mode=force_custom_plan"]
        server = subprocess.Popen(  # noqa: S603 - our own words
            words, cwd=folder, stderr=subprocess.DEVNULL, user=who
        )
        try:
            yield _connection(port)
        finally:
            server.send_signal(signal.SIGINT)  # clients need not leave first
            server.wait()


def _connection(port: int) -> psycopg.Connection:
    until = time.monotonic() + READY_WITHIN_S
    while True:
        try:
            where = f"host={HOST} port={port} user=bench dbname=postgres"
            return psycopg.connect(where, autocommit=True, prepare_threshold=1)
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
