"""`make dev`: `make run` whose functions are those of the checkout, a second after a change. The
market stays.

DEBUG=<function> lets debugpy listen for an editor on 127.0.0.1:5678 (DEBUG_PORT), and gives that
function 15 minutes instead of its seconds.
"""

import contextlib
import io
import os
import zipfile
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import watchfiles
from botocore.exceptions import ClientError

from tools.emulator import NotStarted, RunningStack
from tools.stack import LIVE

ROOT = Path(__file__).parent.parent
FUNCTIONS = ROOT / "functions"
PACKAGE = ROOT / "layers" / "common" / "python" / "cobroke"
BUNDLED = {"docs"}
"""Whose assets hold more than the files of their folders."""
DEBUGGER = Path(__file__).parent / "debugger"
DEBUGGED = "DEBUGPY_PORT"
LONGEST_S = 900

type Say = Callable[[str], None]


@contextlib.contextmanager
def following(stack: RunningStack, say: Say) -> Iterator[None]:
    """Let the stack run each change of a function or the package, while this lasts. Raises
    NotStarted where DEBUG names no function.
    """
    functions = Functions(stack.client("lambda"))
    if name := os.environ.get("DEBUG"):
        port = os.environ.get("DEBUG_PORT") or "5678"
        functions.debug(name, port)
        say(f"debugpy listens on 127.0.0.1:{port} as soon as {name} is called.")
    say("Whatever you save in functions/ or layers/ is live in a second.")
    over = Event()
    watching = Thread(target=_watch, args=(functions, over, say), daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()


def _watch(functions: "Functions", over: Event, say: Say) -> None:
    folders, wanted = (FUNCTIONS, PACKAGE), watchfiles.PythonFilter()
    for changes in watchfiles.watch(*folders, watch_filter=wanted, stop_event=over):
        changed = functions.of([Path(path) for _, path in changes])
        try:
            for name in changed:
                functions.renew(name)
        except ClientError as why:  # the next change tries again
            say(f"Not live: {why.operation_name} was refused, {why.response['Error']['Code']}.")
        else:
            say(f"Live: {', '.join(changed)}")


class Functions:
    """The functions of a running stack. Each has versions, and an alias that is called: what is
    changed becomes a version of its own. The one before it goes at the next change, so that what it
    is doing ends well; that of a debugger at once, for the port.
    """

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - boto3's own
        self._client = client
        pages = client.get_paginator("list_functions").paginate()
        self._settings = {
            one["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]: one
            for page in pages
            for one in page["Functions"]
        }
        self._renewed = 0
        self._going: dict[str, str] = {}

    def of(self, changed: Collection[Path]) -> list[str]:
        """Return the functions that run one of these files: one of its own, or one of the package,
        which all run.
        """
        if any(PACKAGE in path.parents for path in changed):
            return sorted(self._settings)
        own = {path.relative_to(FUNCTIONS).parts[0] for path in changed}
        return sorted(own & self._settings.keys())

    def renew(self, name: str, **settings: str) -> None:
        """Let what is called run the files as they are now, with these settings beside its own.
        What an asset holds beside its handler stays as it was deployed.
        """
        self._renewed += 1
        function = {"FunctionName": self._settings[name]["FunctionName"]}
        variables = self._settings[name]["Environment"]["Variables"]
        variables |= settings | {"RENEWED": str(self._renewed)}
        asked = function | {"Environment": {"Variables": variables}}
        if DEBUGGED in variables:
            asked |= {"Timeout": LONGEST_S}
        self._client.update_function_configuration(**asked)
        if name not in BUNDLED:
            self._client.update_function_code(**function, ZipFile=_zipped(FUNCTIONS / name))
        alias = function | {"Name": LIVE}
        before = self._client.get_alias(**alias)["FunctionVersion"]
        now = self._client.publish_version(**function)["Version"]
        self._client.update_alias(**alias, FunctionVersion=now)
        gone = before if DEBUGGED in variables else self._going.pop(name, "")
        if gone:
            self._client.delete_function(**function, Qualifier=gone)
        if gone != before:
            self._going[name] = before

    def debug(self, name: str, port: str) -> None:
        """Let debugpy listen in the function from its next start on. Raises NotStarted."""
        if name not in self._settings:
            raise NotStarted(f"DEBUG is {name!r}: it must be one of {', '.join(self._settings)}.")
        self.renew(name, **{DEBUGGED: port}, PYTHONPATH=str(DEBUGGER))


def _zipped(folder: Path) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in folder.rglob("*.py"):
            archive.write(path, path.relative_to(folder))
    return content.getvalue()
