"""What all tests share: an environment without an account, and no sockets but in the end-to-end
tests.
"""

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_socket import disable_socket, enable_socket
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from tests import canary

# Before any module reads its environment or makes a client.
os.environ |= {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"
LEAKS: list[Any] = []
"""What the processes of this run have logged and should not."""
TOGETHER = ("tests/e2e/", "tests/infra/")
WITH_SOCKETS = ROOT / "tests" / "e2e"
LAST = ("test_lists_while_writing.py", "test_main_job.py", "test_logs.py")
"""Of the end-to-end tests: what these leave to the stream to do keeps the emulator busy for
minutes.
"""


def _overheard(handle: Callable[[logging.Logger, logging.LogRecord], None]) -> None:
    def overhear(logger: logging.Logger, record: logging.LogRecord) -> None:
        canary.overhear(record)
        handle(logger, record)

    # For the whole run: nothing undoes it.
    pytest.MonkeyPatch().setattr(logging.Logger, "handle", overhear)


_overheard(logging.Logger.handle)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is fast first; the emulator runs for none but the tests that need it. In several
    processes one of them begins with these, and the others take file after file.
    """
    items.sort(key=_turn)
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not item.path.is_relative_to(WITH_SOCKETS))


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """A file's tests in one process, and all that share the emulator, or the templates."""

    def _split_scope(self, nodeid: str) -> str:
        path, *_ = nodeid.split("::")
        return next((folder for folder in TOGETHER if path.startswith(folder)), path)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return ByFile(config, log)


def _turn(item: pytest.Item) -> tuple[bool, int]:
    name = item.path.name
    return item.path.is_relative_to(WITH_SOCKETS), LAST.index(name) + 1 if name in LAST else 0


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that has logged what it must not, in whichever of its processes."""
    leaks = canary.leaked(canary.used, canary.logged)
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["leaks"] = leaks
    elif leaks or LEAKS:
        session.config.get_terminal_writer().line(f"Logged, and personal: {leaks + LEAKS}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    LEAKS.extend(getattr(node, "workeroutput", {}).get("leaks", ()))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.path.is_relative_to(WITH_SOCKETS):
        enable_socket()
    else:
        disable_socket(allow_unix_socket=True)
