"""PostgreSQL: one statement over a covering index, on a server of its own."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg

from benchmarks.anchors.loops import STEPS
from benchmarks.anchors.wanted import LISTED, MOST, Best, Offer, Wish
from tools.emulator import HOST, free_port

NOBODY = 65534
READY_WITHIN_S = 30
TABLE = """
CREATE TABLE offers (number int PRIMARY KEY, owner int, price bigint, area bigint, rooms smallint,
  type smallint, klass smallint, condition smallint, district int, metro int)"""
INDEX = """
CREATE INDEX by_price ON offers (type, rooms, price)
  INCLUDE (number, owner, area, klass, condition, district, metro)"""
STATEMENT = """
WITH scored AS (
  SELECT number, {location} AS location,
    (30 * CASE WHEN price > {high} THEN (10000 * {high} - 80000 * (price - {high})) / {high}
               WHEN price < {low} THEN (10000 * {low} - 20000 * ({low} - price)) / {low}
               ELSE 10000 END
     + 12 * CASE WHEN area > {largest}
                 THEN greatest(4000, (10000 * {largest} - 10000 * (area - {largest})) / {largest})
                 WHEN area < {smallest}
                 THEN (10000 * {smallest} - 40000 * ({smallest} - area)) / {smallest}
                 ELSE 10000 END
     + CASE WHEN type = %(type)s THEN 80000 ELSE 40000 END
     + 5 * ((%(klass)s::int[])[klass + 1] + (%(condition)s::int[])[condition + 1])
     + {rooms} + 25 * {location_or_0}) / {weights} AS score
  FROM offers
  WHERE type = ANY(%(types)s) {near_rooms}
    AND price BETWEEN %(cheapest)s AND %(dearest)s AND 10 * area >= 8 * {smallest}
    AND owner <> %(owner)s),
shown AS (SELECT number, CASE WHEN location < 5000 THEN least(score, 6000) ELSE score END AS score
  FROM scored)
SELECT score, number FROM shown WHERE score >= {listed}
ORDER BY score DESC, number DESC LIMIT {most}"""
DISTRICT = "CASE WHEN district = ANY(%(districts)s) THEN 10000 ELSE 0 END"
METRO = "CASE WHEN metro = 0 THEN 3000 WHEN metro = ANY(%(metros)s) THEN 10000 ELSE 0 END"
BOTH = f"(85 * greatest({DISTRICT}, {METRO}) + 15 * least({DISTRICT}, {METRO})) / 100"
ROOMS = """CASE WHEN rooms = ANY(%(rooms)s) THEN 150000
       WHEN rooms - 1 = ANY(%(rooms)s) THEN 90000 ELSE 60000 END"""


def _statement(wish: Wish) -> str:
    """Write the statement for the wishes that are stated: the planner sees no others."""
    numbers = ("low", "high", "smallest", "largest")
    both = BOTH if wish.metros else DISTRICT
    location = both if wish.districts else METRO if wish.metros else "NULL::int"
    placed = bool(wish.districts or wish.metros)
    return STATEMENT.format(
        **{name: f"%({name})s::bigint" for name in numbers},
        location=location,
        location_or_0=f"({location})" if placed else "0",
        rooms=ROOMS if wish.rooms else "0",
        near_rooms="AND rooms = ANY(%(near_rooms)s)" if wish.rooms else "",
        weights=60 + 15 * bool(wish.rooms) + 25 * placed,
        listed=LISTED,
        most=MOST,
    )


class Postgres:
    name = "PostgreSQL"

    def __init__(self, connection: psycopg.Connection, offers: Sequence[Offer]) -> None:
        self._connection = connection
        self._pid = connection.info.backend_pid
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS offers")
            cursor.execute(TABLE)
            with cursor.copy("COPY offers FROM STDIN") as copy:
                for offer in offers:
                    copy.write_row(offer)
            cursor.execute(INDEX)
            cursor.execute("VACUUM ANALYZE offers")

    def best(self, wish: Wish) -> Best:
        group = wish.type // 2 * 2
        near = {count + step for count in wish.rooms for step in (-1, 0, 1)}
        asked = {
            **{name: getattr(wish, name) for name in ("low", "high", "smallest", "largest")},
            **{name: [*getattr(wish, name)] for name in ("rooms", "districts", "metros")},
            "type": wish.type,
            "types": [group, group + 1],
            "owner": wish.owner,
            "klass": STEPS[wish.klass],
            "condition": STEPS[wish.condition],
            "near_rooms": [*near],
            "cheapest": -(-6 * wish.low // 10),
            "dearest": 11 * wish.high // 10,
        }
        with self._connection.cursor() as cursor:
            found: Best = cursor.execute(_statement(wish), asked).fetchall()
            return found

    def cpu_seconds(self) -> float:
        """Return what the server's process has used, in ticks of a hundredth."""
        fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
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
