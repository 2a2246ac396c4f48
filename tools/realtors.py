"""`make realtor`: what the operator does about one realtor.

Usage: python -m tools.realtors [show|export|suspend|restore|erase] WHO [--stage STAGE] [--yes];
WHO is a realtor's id, a Telegram id, or a phone, for which the whole table is read. By one's own
credentials; without a stage, on the stack of `make run`. Each act is logged beside the function
`erasure`, by ids alone; but for show and export nothing personal is printed.
"""

import argparse
import hmac
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from cobroke.clock import now_ms, timestamp, timestamp_or_none
from cobroke.domain.ids import is_realtor_id
from cobroke.domain.realtors import Realtor
from cobroke.domain.texts import phone_number
from cobroke.edge.exports import part, place_of
from cobroke.edge.models.profile import profile
from cobroke.flows.erasing import leaving
from cobroke.flows.own import export
from cobroke.storage import keys, realtors
from cobroke.storage.table import Table
from tools.stack import Stack, in_words

LOG, LOG_STREAM = "erasure", "operator"
type Act = Callable[[Stack, Table, Realtor], None]


class NotTheOne(Exception):
    """Nobody, or more than one, is meant."""


def find(table: Table, who: str) -> Realtor:
    """Return the realtor who is meant, erased ones by their id alone. Raises NotTheOne."""
    claim = table.get(keys.telegram(who))
    an_id = claim["realtor_id"] if claim else who if is_realtor_id(who) else ""
    item = table.get(keys.realtor(an_id)) if an_id else None
    if item:
        return realtors.of_item(item)
    found = [*_with_phone(table, phone_number(who))]
    if len(found) != 1:
        ids = ", ".join(sorted(one.id for one in found))
        raise NotTheOne(f"Several have this phone: {ids}" if found else "There is no such realtor.")
    return found[0]


def _with_phone(table: Table, phone: str | None) -> Iterator[Realtor]:
    """Read the whole table for a phone: half a read unit for each 4 KB, no index is kept of it."""
    for item in table.scan(("PK", "SK", "entity", "phone")) if phone else ():
        if item.get("entity") == "REALTOR" and item.get("phone") == phone:
            whose = table.get((item["PK"], item["SK"]))
            yield from [realtors.of_item(whose)] if whose else []


def show(_: Stack, table: Table, realtor: Realtor) -> None:
    limits = table.get(keys.limits(realtor.id)) or {}
    counted = {name: limits.get(name, 0) for name in ("leads", "properties", "acted", "shown")}
    since = {
        "registered_at": timestamp(realtor.registered_at),
        "suspended_at": timestamp_or_none(realtor.suspended_at or None),
        "erased_at": timestamp_or_none(realtor.erased_at or None),
    }
    _print(profile(realtor).model_dump(exclude={"pushes"}) | since | counted)


def export_all(_: Stack, table: Table, realtor: Realtor) -> None:
    """Print all that is kept about them, a part a line: what `GET /me/export` gives."""
    cursor: str | None = None
    while True:
        start, now = place_of(realtor.id, cursor), now_ms()
        found = export.steps(table, realtor.id, start, now // 1000)
        head = {"exported_at": timestamp(now), "profile": profile(realtor).model_dump()}
        text = part(realtor.id, head, found)
        print(text)
        cursor = json.loads(text)["next"]
        if cursor is None:
            return


def suspend(_: Stack, table: Table, realtor: Realtor) -> None:
    done = leaving.suspend(table, realtor.id, now_ms)
    _print({"realtor_id": realtor.id, "suspended_at": timestamp(done.suspended_at)})


def restore(_: Stack, table: Table, realtor: Realtor) -> None:
    leaving.restore(table, realtor.id)
    _print({"realtor_id": realtor.id, "suspended_at": None})


def erase(stack: Stack, table: Table, realtor: Realtor) -> None:
    """Erase them as they would themselves, under the same key."""
    key = _hash_key(stack)

    def digest(telegram_id: str) -> str:
        return hmac.digest(key.encode(), telegram_id.encode(), "sha256").hex()

    at = leaving.erase(table, realtor.id, digest, now_ms)
    _print({"realtor_id": realtor.id, "erased_at": timestamp(at)})


def _hash_key(stack: Stack) -> str:
    name, _, alias = stack.function("auth").partition(":")
    told = stack.client("lambda").get_function_configuration(FunctionName=name, Qualifier=alias)
    parameter = told["Environment"]["Variables"]["HASH_KEY_PARAMETER"]
    found = stack.client("ssm").get_parameter(Name=parameter, WithDecryption=True)
    return str(found["Parameter"]["Value"])


ACTS: Mapping[str, Act] = {
    "show": show,
    "export": export_all,
    "suspend": suspend,
    "restore": restore,
    "erase": erase,
}


def note(stack: Stack, act: str, realtor_id: str) -> None:
    """Write down who has done what about whom, before it is done."""
    logs, group = stack.client("logs"), f"/cobroke/{stack.stage}/{LOG}"
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_stream(logGroupName=group, logStreamName=LOG_STREAM)
    by = stack.client("sts").get_caller_identity()["Arn"]
    line = {"level": "INFO", "timestamp": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S,%f+0000}"}
    line |= {"message": "operator", "service": LOG, "act": act, "realtor_id": realtor_id, "by": by}
    event = {"timestamp": int(time.time() * 1000), "message": json.dumps(line)}
    logs.put_log_events(logGroupName=group, logStreamName=LOG_STREAM, logEvents=[event])


def _print(facts: Mapping[str, Any]) -> None:
    print(json.dumps(facts, ensure_ascii=False, indent=2))


def main(words: list[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tools.realtors", description="What the operator does about one realtor."
    )
    parser.add_argument("act", choices=ACTS)
    parser.add_argument("who", help="a realtor's id, a Telegram id, or a phone")
    parser.add_argument("--stage", default="local")
    parser.add_argument("--yes", action="store_true", help="erase without asking")
    asked = parser.parse_args(words)
    stack = Stack(asked.stage)
    table = Table(stack.output("TableName"), stack.client("dynamodb"))
    try:
        realtor = find(table, asked.who)
    except NotTheOne as why:
        sys.exit(str(why))
    if asked.act == "erase" and not asked.yes and not _is_sure(realtor.id):
        sys.exit("Nothing was done.")
    note(stack, asked.act, realtor.id)
    ACTS[asked.act](stack, table, realtor)


def _is_sure(realtor_id: str) -> bool:
    print(f"Erase {realtor_id} for good? Nothing brings them back. [yes/no]")
    return sys.stdin.readline().strip() == "yes"


if __name__ == "__main__":
    with in_words():
        main(sys.argv[1:])
