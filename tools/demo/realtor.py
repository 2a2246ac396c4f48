"""A realtor of the tour: registers, then speaks for himself; every call is named."""

import sys
import time
from collections.abc import Callable
from typing import Any

import httpx

from tools.demo.proof import init_data
from tools.demo.tables import Json, console

PATIENCE_S = 15


class Realtor:
    """Registers when he is made."""

    def __init__(self, http: httpx.Client, name: str) -> None:
        self._http = http
        self.name = name
        telegram_id = str(time.time_ns() // 1_000_000)
        body = {
            "telegram_id": telegram_id,
            "phone": "+7 916 123-45-67",
            "agency_name": f"Агентство {name}",
            "telegram_auth_data": {"init_data": init_data(telegram_id, name)},
        }
        self._token = self.call("POST", "/auth/register", body)["access_token"]

    def call(self, verb: str, path: str, body: Json | None = None, *, quiet: bool = False) -> Any:  # noqa: ANN401 - JSON
        if not quiet:
            console.print(f"[dim]{self.name}:[/] [bold cyan]{verb}[/] {path}")
        headers = {"Authorization": f"Bearer {self._token}"} if hasattr(self, "_token") else {}
        answer = self._http.request(verb, path, json=body, headers=headers)
        if answer.is_error:
            sys.exit(f"{verb} {path} answered {answer.status_code}: {answer.text}")
        return answer.json()

    def awaits(self, path: str, seen: Callable[[Json], bool]) -> Json:
        """Ask until the answer is what the stream will have made of it."""
        until = time.monotonic() + PATIENCE_S
        answer: Json = self.call("GET", path)
        while not seen(answer) and time.monotonic() < until:
            time.sleep(0.3)
            answer = self.call("GET", path, quiet=True)
        return answer
