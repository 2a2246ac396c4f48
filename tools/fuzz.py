"""`make fuzz`: tries the API of a running `make run` by its contract, with schemathesis: by all
that JSON Schema can say of it, also what docs/openapi.json leaves out for the sake of generators.

Usage: python -m tools.fuzz [base url]; without one, that of `make run`.
"""

import json
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
from tools.openapi import exact
from tools.stack import api_url

SEEDS = (1, 2, 3)
EXAMPLES = 20
"""How many of an operation with a seed, beyond what the coverage phase tries."""
PATIENCE_S = 30
CONFIG = Path(__file__).with_name("schemathesis.toml")
COMMAND = Path(sys.executable).with_name("schemathesis")


class Found(Exception):
    """Something is not as the contract says; the text is schemathesis' own report."""


def fuzz(
    base_url: str, seed: int, examples: int = EXAMPLES, *options: str, whole: bool = True
) -> int:
    """Return how many requests were tried, all answered as the contract says. Raises Found."""
    with (
        httpx.Client(base_url=base_url, timeout=60, trust_env=False) as http,
        tempfile.TemporaryDirectory() as folder,
    ):
        config = Path(folder) / "schemathesis.toml"
        config.write_text(
            Template(CONFIG.read_text()).substitute(_a_market(http), whole=str(whole).lower())
        )
        contract = Path(folder) / "openapi.json"
        contract.write_text(json.dumps(exact()))
        words = [str(COMMAND), "--config-file", str(config), "run", str(contract)]
        words += ["--url", base_url, "--no-color", "--seed", str(seed)]
        words += ["--max-examples", str(examples), *options]
        here = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        here |= {"PYTHONPATH": os.pathsep.join(sys.path)}
        ran = subprocess.run(  # noqa: S603 - our own words
            words, env=os.environ | here, cwd=folder, capture_output=True, text=True, check=False
        )
    tried = re.search(r"^  ([\d,]+) generated", ran.stdout, re.MULTILINE)
    if ran.returncode or tried is None:
        raise Found(ran.stdout + ran.stderr)
    return int(tried[1].replace(",", ""))


def _a_market(http: httpx.Client) -> dict[str, str]:
    """Make a realtor whose lead and whose listing each suit one of another's, and who was liked and
    told so. Return their token, that of one who may log out, and all ids, by the names that the
    configuration has for them.
    """
    token, others_token = _registers(http), _registers(http)
    lead, others_lead = (_creates(http, of, "lead", LEAD) for of in (token, others_token))
    listing, others_listing = (
        _creates(http, of, "property", PROPERTY) for of in (token, others_token)
    )
    second_lead = _creates(http, token, "lead", LEAD)
    of_theirs = f"/properties/{others_listing}/lead-recommendations"
    match = _likes(http, others_token, f"{of_theirs}/{lead}")
    accepted = _likes(http, others_token, f"{of_theirs}/{second_lead}")
    _likes(http, token, f"/leads/{second_lead}/property-recommendations/{others_listing}")
    _likes(http, others_token, f"/leads/{others_lead}/property-recommendations/{listing}")
    return {
        "token": token,
        "leaving": _registers(http),
        "own_lead": lead,
        "own_property": listing,
        "others_lead": others_lead,
        "others_property": others_listing,
        "match": match,
        "accepted": accepted,
        "notice": _first_notice(http, token),
        "stranger": str(_said(http, _registers(http), "GET", "/me")["realtor_id"]),
    }


def _likes(http: httpx.Client, token: str, pair: str) -> str:
    """Return the id of the match that the LIKE opens or agrees."""
    answer = _said(http, token, "POST", f"{pair}/action", {"action": "LIKE"})
    return str(answer["match"]["match_id"])


def _first_notice(http: httpx.Client, token: str) -> str:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if told := _said(http, token, "GET", "/notifications")["notifications"]:
            return str(told[0]["id"])
        time.sleep(0.2)
    raise Found(f"Nobody was told of a LIKE within {PATIENCE_S} s.")


def _registers(http: httpx.Client) -> str:
    """Return a new realtor's token."""
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
