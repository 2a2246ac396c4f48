"""`make seed`: a made-up city on a running `make run`, big enough to look at: realtors with
listings and buyers, and a token of one who has both.

Usage: python -m tools.seed [base url]; without one, that of `make run`.
"""

import random

import httpx
from rich.console import Console
from rich.progress import track

from tools.demo.city import a_lead, a_listing
from tools.demo.realtor import Realtor
from tools.stack import api_url

CITY = "Вымышленск"
REALTORS = ("Анна", "Борис", "Вера", "Глеб", "Дарья")
LISTINGS, LEADS = 200, 60


def main() -> None:
    chance, console = random.Random(7), Console(soft_wrap=True)  # noqa: S311 - a seeded example
    with httpx.Client(base_url=api_url(), timeout=30) as http:
        realtors = [Realtor(http, name) for name in REALTORS]
        posts = [("/properties", a_listing(chance, CITY)) for _ in range(LISTINGS)]
        posts += [("/leads", a_lead(chance, CITY)) for _ in range(LEADS)]
        for number, (path, body) in enumerate(track(posts, "Posting", console=console)):
            realtors[number % len(realtors)].call("POST", path, body, quiet=True)
        console.print(
            f"{LISTINGS} listings and {LEADS} buyers of {CITY}, by {', '.join(REALTORS)}."
        )
        console.print(f"access_token of {REALTORS[0]}  {realtors[0].token}")


if __name__ == "__main__":
    main()
