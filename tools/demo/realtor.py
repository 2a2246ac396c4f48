"""A realtor of the tour, who registers and then acts; every call is named."""

import sys
import time
from collections.abc import Callable

import httpx

from tools.demo.proof import init_data
from tools.demo.tables import Json, console

PATIENCE_S = 15


class Realtor:
    """One realtor, registered when they are made."""

    def __init__(self, http: httpx.Client, name: str, *, quiet: bool = False) -> None:
        self._http = http
        self.name = name
        telegram_id = str(time.time_ns() // 1_000_000)
        self.init_data = init_data(telegram_id, name)
        body = {
            "telegram_id": telegram_id,
            "phone": f"+7{telegram_id[-10:]}",
            "agency_name": f"Агентство {name}",
            "telegram_auth_data": {"init_data": self.init_data},
        }
        self.token = ""
        self.token = str(self.call("POST", "/auth/register", body, quiet=quiet)["access_token"])

    def call(self, verb: str, path: str, body: Json | None = None, *, quiet: bool = False) -> Json:
        """Return the answer to a request, printed unless `quiet`; an error ends the tour."""
        if not quiet:
            console.print(f"[dim]{self.name}:[/] [bold cyan]{verb}[/] {path}")
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        answer = self._http.request(verb, path, json=body, headers=headers)
        if answer.is_error:
            sys.exit(f"{verb} {path} answered {answer.status_code}: {answer.text}")
        said: Json = answer.json()
        return said

    def awaits(self, path: str, seen: Callable[[Json], bool]) -> Json:
        """Ask until the answer shows what the stream makes of it, PATIENCE_S at most."""
        until = time.monotonic() + PATIENCE_S
        answer = self.call("GET", path)
        while not seen(answer) and time.monotonic() < until:
            time.sleep(0.3)
            answer = self.call("GET", path, quiet=True)
        return answer
