"""300 pairs of real listings that are claimed to be one flat, for a reader to judge.

`PYTHONPATH=layers/common/python:. .venv/bin/python -m tests.support.same_flat_pairs` prints them;
what the reader finds goes into the file's last column: `yes`, they look like one flat, `no`, or
`cannot tell`. With `--draw` it draws others.
"""

import csv
import sys
from collections import defaultdict
from itertools import combinations
from pathlib import Path
from random import Random
from typing import NamedTuple

from cobroke.domain.ids import realtor_id
from cobroke.domain.postings.features import Group
from cobroke.domain.postings.flats import Offer, alike, fingerprint
from tests.support.moscow import listings
from tests.support.seekers import an_id

FILE = Path(__file__).parent.parent / "data" / "same_flat_pairs.csv"
DRAWN = 300


class Judged(NamedTuple):
    """Numbers of rows from 0, as the data has them; no verdict: nobody has read them yet."""

    one: int
    other: int
    verdict: str


def judged() -> list[Judged]:
    with FILE.open(newline="") as lines:
        return [
            Judged(int(row["one"]), int(row["other"]), row["verdict"])
            for row in csv.DictReader(lines)
        ]


def offer(row: int) -> Offer:
    """Each row has an owner of its own."""
    body = listings()[row]
    area, price = (int(body["details"][name] * 100) for name in ("area", "price"))
    owner = realtor_id(row.to_bytes(8))
    return Offer(an_id(row, owner), fingerprint(body, Group.FLAT), area, price)


def drawn(rng: Random) -> list[Judged]:
    """Of as many flats a pair each."""
    by_flat = defaultdict(list)
    for row in range(len(listings())):
        by_flat[offer(row).fingerprint].append(row)
    claimed = [
        [pair for pair in combinations(rows, 2) if alike(*map(offer, pair))]
        for rows in by_flat.values()
    ]
    pairs = [rng.choice(pairs) for pairs in claimed if pairs]
    return [Judged(*pair, "") for pair in rng.sample(pairs, DRAWN)]


def told(row: int) -> str:
    """What a reader sees of a listing."""
    body = listings()[row]
    address, details = body["address"], body["details"]
    return (
        f"{row:>6}: {address['street']}, {address['house_number']} ({address['district']}), "
        f"{details['rooms']} rooms, {details['area']} m², floor {details['floor']} of "
        f"{details['total_floors']}, built {details['year_built'] or '?'}, {details['condition']}, "
        f"{details['price']:,}"
    )


def main() -> None:
    if "--draw" in sys.argv:
        with FILE.open("w", newline="") as lines:
            writer = csv.writer(lines, lineterminator="\n")
            writer.writerows([Judged._fields, *drawn(Random(1))])
    for one, other, verdict in judged():
        sys.stdout.write(f"{told(one)}\n{told(other)}\n        {verdict}\n")


if __name__ == "__main__":
    main()
