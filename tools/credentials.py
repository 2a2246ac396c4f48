"""`make token`: registers a realtor whom Telegram has proven, and prints the proof and a token.

Usage: python -m tools.credentials [NAME]; on the stack of `make run`, whose bot's token is known.
"""

import sys
import time

import httpx

from tools.demo.proof import init_data
from tools.stack import API_URL, NotRunning, in_words

DEFAULT_NAME = "Анна"


def main(name: str) -> None:
    if not API_URL.exists():
        raise NotRunning("No running stack: start one with `make run` in another terminal.")
    telegram_id = str(time.time_ns() // 1_000_000)
    proof = init_data(telegram_id, name)
    body = {
        "telegram_id": telegram_id,
        "phone": f"+7{telegram_id[-10:]}",
        "telegram_auth_data": {"init_data": proof},
    }
    with httpx.Client(base_url=API_URL.read_text().strip(), timeout=30, trust_env=False) as http:
        answer = http.post("/auth/register", json=body).raise_for_status()
    print(f"init_data     {proof}")
    print(f"access_token  {answer.json()['access_token']}")


if __name__ == "__main__":
    with in_words():
        main(sys.argv[1] if len(sys.argv) > 1 else DEFAULT_NAME)
