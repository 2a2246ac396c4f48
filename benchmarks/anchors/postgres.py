"""PostgreSQL: one statement, over a covering index of listings or a GiST index of leads, for one
list or for all at once.
"""

import operator
import re
from collections.abc import Sequence
from functools import reduce

import psycopg

from benchmarks.anchors.server import CpuClock
from benchmarks.anchors.wanted import LISTED, MOST, STEPS, Best, Offer, Wish

NAME = "PostgreSQL"
OFFER = """number int, owner int, price bigint, area bigint, rooms smallint, type smallint,
  klass smallint, condition smallint, district int, metro int"""
BY_PRICE = """
CREATE INDEX by_price ON offers (type, rooms, price)
  INCLUDE (number, owner, area, klass, condition, district, metro)"""
LEAD = """number int, owner int, low bigint, high bigint, smallest bigint, largest bigint,
  cheapest bigint, dearest bigint, rooms bigint, near smallint[], type smallint, types smallint[],
  klass smallint, condition smallint, districts int[], metros int[], placed boolean, weights int"""
"""The columns of leads: rooms as bits, with those that are near."""
CREDITS = f"(ARRAY{STEPS})"
SAME = "(1::bigint << o.rooms)"
ROOMS = f"""CASE WHEN l.rooms = 0 THEN 0 WHEN l.rooms & {SAME} <> 0 THEN 150000
    WHEN l.rooms & ({SAME} >> 1) <> 0 THEN 90000 ELSE 60000 END"""
LOCATION = """CASE WHEN districts = '{{}}'
      THEN CASE WHEN metros = '{{}}' THEN 0 WHEN metro = 0 THEN 3000
        WHEN metro = ANY(metros) THEN 10000 ELSE 0 END
    WHEN metros = '{{}}' THEN CASE WHEN district = ANY(districts) THEN 10000 ELSE 0 END
    WHEN district = ANY(districts)
      THEN CASE WHEN metro = 0 THEN 8950 WHEN metro = ANY(metros) THEN 10000 ELSE 8500 END
    ELSE CASE WHEN metro = 0 THEN 2550 WHEN metro = ANY(metros) THEN 8500 ELSE 0 END END"""
BEST = f"""
  WITH earned AS (
    SELECT {{number}} AS number, placed, weights, {LOCATION} AS location,
      30 * CASE WHEN price > high THEN (10000 * high - 80000 * (price - high)) / high
                WHEN price < low THEN (10000 * low - 20000 * (low - price)) / low
                ELSE 10000 END
      + 12 * CASE WHEN area > largest
                  THEN greatest(4000, (10000 * largest - 10000 * (area - largest)) / largest)
                  WHEN area < smallest
                  THEN (10000 * smallest - 40000 * (smallest - area)) / smallest
                  ELSE 10000 END
      + CASE WHEN o.type = l.type THEN 80000 ELSE 40000 END
      + 5 * ({CREDITS}[l.klass + 1][o.klass + 1] + {CREDITS}[l.condition + 1][o.condition + 1])
      + {ROOMS} AS others
    FROM {{tables}} AND 10 * area >= 8 * smallest AND o.owner <> l.owner OFFSET 0),
  scored AS (SELECT number, placed AND location < 5000 AS capped,
    (others + 25 * location) / weights AS score FROM earned OFFSET 0),
  shown AS (
    SELECT number, CASE WHEN capped THEN least(score, 6000) ELSE score END AS score FROM scored)
  SELECT score, number FROM shown WHERE score >= {LISTED}
  ORDER BY score DESC, number DESC LIMIT {MOST}"""  # noqa: S608 - our own words
"""Nothing is worked out twice: that is what OFFSET 0 is for."""
COLUMN = re.compile(r"(\w+) (\w+(?:\[\])?)")
A_LEAD, AN_OFFER = (COLUMN.sub(r"%(\1)s::\2 AS \1", columns) for columns in (LEAD, OFFER))
FITTING = "o.type = ANY(types) AND o.rooms = ANY(near) AND price BETWEEN cheapest AND dearest"
FOR_A_LEAD = BEST.format(number="o.number", tables=f"offers o, (SELECT {A_LEAD}) l WHERE {FITTING}")
FOR_EACH_LEAD = BEST.format(number="o.number", tables=f"offers o WHERE {FITTING}")
FOR_ALL_LEADS = f"""
SELECT l.number, best.score, best.number
  FROM leads l CROSS JOIN LATERAL ({FOR_EACH_LEAD}) best"""  # noqa: S608 - our own words
FOR_A_LISTING = BEST.format(
    number="l.number",
    tables=f"leads l, (SELECT {AN_OFFER}) o WHERE tolerated @> price AND l.type / 2 = o.type / 2"
    f" AND (l.rooms = 0 OR l.rooms & ({SAME} | ({SAME} << 1) | ({SAME} >> 1)) <> 0)",
)


class Postgres:
    """Over the listings of a city."""

    name = NAME

    def __init__(self, connection: psycopg.Connection, offers: Sequence[Offer]) -> None:
        self._connection = connection
        self.cpu_seconds = CpuClock(connection)
        self._counts = sorted({offer.rooms for offer in offers})
        _make(connection, "offers", OFFER, BY_PRICE, offers)

    def best(self, wish: Wish) -> Best:
        with self._connection.cursor() as cursor:
            found: Best = cursor.execute(FOR_A_LEAD, self._row(0, wish)).fetchall()
            return found

    def load(self, wishes: Sequence[Wish]) -> None:
        """Take the leads of the city too."""
        self._leads = len(wishes)
        rows = [[*self._row(number, wish).values()] for number, wish in enumerate(wishes)]
        _make(self._connection, "leads", LEAD, None, rows)

    def all_best(self) -> list[Best]:
        """Return the lists of all these leads, found in one statement."""
        lists: list[Best] = [[] for _ in range(self._leads)]
        with self._connection.cursor() as cursor:
            for number, score, offer in cursor.execute(FOR_ALL_LEADS):
                lists[number].append((score, offer))
        return lists

    def _row(self, number: int, wish: Wish) -> dict[str, object]:
        return _row_of_lead(number, wish, self._counts)


class PostgresOverLeads:
    """Over leads, by the range of prices that each may be shown."""

    name = NAME

    def __init__(self, connection: psycopg.Connection, wishes: Sequence[Wish]) -> None:
        self._connection = connection
        self.cpu_seconds = CpuClock(connection)
        rows = []
        for number, wish in enumerate(wishes):
            row = _row_of_lead(number, wish, ())
            rows.append([*row.values(), f"[{row['cheapest']},{row['dearest']}]"])
        index = "CREATE INDEX by_tolerated ON leads USING gist (tolerated)"
        _make(connection, "leads", f"{LEAD}, tolerated int8range", index, rows)

    def best(self, offer: Offer) -> Best:
        with self._connection.cursor() as cursor:
            found: Best = cursor.execute(FOR_A_LISTING, offer._asdict()).fetchall()
            return found


def _row_of_lead(number: int, wish: Wish, counts: Sequence[int]) -> dict[str, object]:
    """Make the row of LEAD's columns; `counts`: the numbers of rooms that there are."""
    group = wish.type // 2 * 2
    near = {count + step for count in wish.rooms for step in (-1, 0, 1)} or counts
    placed = bool(wish.districts or wish.metros)
    values = (
        *(number, wish.owner, wish.low, wish.high, wish.smallest, wish.largest),
        *(-(-6 * wish.low // 10), 11 * wish.high // 10),
        *(reduce(operator.or_, (1 << count for count in wish.rooms), 0), [*near]),
        *(wish.type, [group, group + 1], wish.klass, wish.condition),
        *([*wish.districts], [*wish.metros], placed, 60 + 15 * bool(wish.rooms) + 25 * placed),
    )
    names = (name for name, _ in COLUMN.findall(LEAD))
    return dict(zip(names, values, strict=True))


def _make(
    connection: psycopg.Connection,
    table: str,
    columns: str,
    index: str | None,
    rows: Sequence[Sequence[object]],
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(f"CREATE TABLE {table} ({columns})")
        with cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        if index:
            cursor.execute(index)
        cursor.execute(f"VACUUM ANALYZE {table}")
