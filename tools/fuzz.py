"""`make fuzz`: schemathesis, with all its checks, on the API of a running `make run`, by
docs/openapi.json.

Usage: python -m tools.fuzz [base url]; without one, that of `make run`.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template
from typing import Any

import httpx

from tools.contract.deal import LEAD, PROPERTY
from tools.contract.examples import REGISTRATION
from tools.openapi import DOCUMENT
from tools.stack import api_url

SEEDS = (1, 2, 3)
EXAMPLES = 20
"""Of one operation with one seed, beyond what its coverage phase tries."""
PATIENCE_S = 30
CONFIG = Path(__file__).with_name("schemathesis.toml")
COMMAND = Path(sys.executable).with_name("schemathesis")


class Found(Exception):
    """Something that is not as the contract says; the text is schemathesis' own report."""


def fuzz(
    base_url: str, seed: int, examples: int = EXAMPLES, *options: str, whole: bool = True
) -> int:
    """How many requests were tried, all of them answered as the contract says; else Found."""
    with (
        httpx.Client(base_url=base_url, timeout=60, trust_env=False) as http,
        tempfile.TemporaryDirectory() as folder,
    ):
        config = Path(folder) / "schemathesis.toml"
        config.write_text(
            Template(CONFIG.read_text()).substitute(_a_market(http), whole=str(whole).lower())
        )
        words = [
            str(COMMAND),
            "--config-file",
            str(config),
            "run",
            str(DOCUMENT),
            "--url",
            base_url,
            "--no-color",
        ]
        words += ["--seed", str(seed), "--max-examples", str(examples), *options]
        here = {
            "PYTHONPATH": os.pathsep.join(sys.path),
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }
        ran = subprocess.run(
            words, env=os.environ | here, cwd=folder, capture_output=True, text=True, check=False
        )
    tried = re.search(r"^  ([\d,]+) generated", ran.stdout, re.MULTILINE)
    if ran.returncode or tried is None:
        raise Found(ran.stdout + ran.stderr)
    return int(tried[1].replace(",", ""))


def _a_market(http: httpx.Client) -> dict[str, str]:
    """A realtor whose lead and whose listing each suit one of another's, and who was liked and told
    so.
    """
    one, another = _registers(http), _registers(http)
    lead, listing = (_creates(http, one, *of) for of in (("lead", LEAD), ("property", PROPERTY)))
    others_lead, others_listing = (
        _creates(http, another, *of) for of in (("lead", LEAD), ("property", PROPERTY))
    )
    matches = []
    for liked in (lead, _creates(http, one, "lead", LEAD)):
        path = f"/properties/{others_listing}/lead-recommendations/{liked}/action"
        matches.append(_said(http, another, "POST", path, {"action": "LIKE"})["match"]["match_id"])
    _said(
        http,
        one,
        "POST",
        f"/leads/{liked}/property-recommendations/{others_listing}/action",
        {"action": "LIKE"},
    )
    path = f"/leads/{others_lead}/property-recommendations/{listing}/action"
    _said(http, another, "POST", path, {"action": "LIKE"})
    until = time.monotonic() + PATIENCE_S
    while (
        not (told := _said(http, one, "GET", "/notifications")["notifications"])
        and time.monotonic() < until
    ):
        time.sleep(0.2)
    if not told:
        raise Found(f"Nobody was told of a LIKE within {PATIENCE_S} s.")
    ids = {
        "own_lead": lead,
        "own_property": listing,
        "others_lead": others_lead,
        "others_property": others_listing,
    }
    return ids | {
        "token": one,
        "match": matches[0],
        "accepted": matches[1],
        "notice": told[0]["id"],
    }


def _registers(http: httpx.Client) -> str:
    """A new realtor's token."""
    body = REGISTRATION | {"telegram_id": str(time.time_ns())}
    return str(_said(http, "", "POST", "/auth/register", body)["access_token"])


def _creates(http: httpx.Client, token: str, noun: str, body: Mapping[str, Any]) -> str:
    path = {"lead": "/leads", "property": "/properties"}[noun]
    return str(_said(http, token, "POST", path, body)[f"{noun}_id"])


def _said(
    http: httpx.Client, token: str, verb: str, path: str, body: Mapping[str, Any] | None = None
) -> Any:  # noqa: ANN401 - JSON
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return http.request(verb, path, json=body, headers=headers).raise_for_status().json()


def _tries(base_url: str) -> Iterator[int]:
    for seed in SEEDS:
        started = time.monotonic()
        tried = fuzz(base_url, seed)
        print(
            f"seed {seed}: {tried:,} requests in {time.monotonic() - started:.0f} s, nothing found",
            flush=True,
        )
        yield tried


def main() -> None:
    try:
        print(f"{sum(_tries(api_url())):,} requests, nothing found.")
    except Found as what:
        sys.exit(str(what))


if __name__ == "__main__":
    main()
