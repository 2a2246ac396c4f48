"""Loads the listings of the real city into a table, and prints the ids of their realtors.

Usage: python load_market.py <table> <now, ms> <folder of the data>

It is of one text for ours and the first build: each runs it with its own `benchmarks` and
`cobroke`, and makes the same listings.
"""

import json
import sys
from pathlib import Path

from benchmarks import market
from cobroke.storage.table import Table


def main(table: str, now: str, data: str) -> None:
    market.DATA = Path(data)
    made = market.make_market(int(now))
    market.load(Table(table), made._replace(leads=[]))
    print(json.dumps([realtor.id for realtor in made.realtors]))


if __name__ == "__main__":
    main(*sys.argv[1:])
