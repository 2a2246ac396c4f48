"""`make token`: registers a realtor whom Telegram has proven, and prints the proof and a token.

Usage: python -m tools.credentials [NAME]; on the stack of `make run`, whose bot's token is known.
"""

import sys

import httpx

from tools.demo.realtor import Realtor
from tools.stack import API_URL, NotRunning, in_words

DEFAULT_NAME = "Анна"


def main(name: str) -> None:
    if not API_URL.exists():
        raise NotRunning("No running stack: start one with `make run` in another terminal.")
    with httpx.Client(base_url=API_URL.read_text().strip(), timeout=30, trust_env=False) as http:
        realtor = Realtor(http, name, quiet=True)
    print(f"init_data     {realtor.init_data}")
    print(f"access_token  {realtor.token}")


if __name__ == "__main__":
    with in_words():
        main(sys.argv[1] if len(sys.argv) > 1 else DEFAULT_NAME)
