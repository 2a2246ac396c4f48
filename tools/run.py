"""`make run`: serves the stack on this machine until Ctrl-C, its URL in .local/api-url."""

import contextlib
import fcntl
import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tools import dev
from tools.emulator import TEST_BOT_TOKEN, NotStarted, RunningStack, Settings, running_stack

LOCAL = Path(__file__).parent.parent / ".local"
API_URL = LOCAL / "api-url"
DEFAULT_PORT = "4566"
REGISTRATIONS = ("open", "proof_required")
STORE_CLIENTS = ("lean", "boto3")
NEXT = """\
Docs page: {}/docs
In another terminal:
  make demo   a tour                        make logs FOLLOW=1   what the functions say
  make seed   a city                        make trace ID=…      a request, up to its pushes
  make token  a realtor of your own         make data ID=…       what the table holds of it
  make rematch  a scheduled run             make pushes          what Telegram would be sent
Ctrl-C stops it."""
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Ctrl-C, TERM or HUP."""


def main() -> None:
    for number in STOPPING:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # else nohup
            signal.signal(number, _stop)
    try:
        with _only_one():
            _serve(live="--live" in sys.argv)
    except Stopped:
        print("Stopped.", flush=True)
    except NotStarted as why:
        sys.exit(str(why))


def _stop(*_: object) -> None:
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)  # once is enough: now all is put away
    raise Stopped


def _serve(*, live: bool) -> None:
    started = time.monotonic()
    port = _port(os.environ.get("PORT") or DEFAULT_PORT)
    settings = Settings(
        bot_token=os.environ.get("TELEGRAM_BOT_TOKEN") or TEST_BOT_TOKEN,
        telegram_api_url=os.environ.get("TELEGRAM_API_URL", ""),
        registration=_one_of("REGISTRATION", REGISTRATIONS),
        store_client=_one_of("STORE_CLIENT", STORE_CLIENTS),
        fair_use=_number("FAIR_USE", "1", r"\d{1,6}(\.\d{1,6})?"),
        newcomer_days=_number("NEWCOMER_DAYS", "0", r"\d{1,5}"),
        live=live,
        kept=LOCAL / "kept" if os.environ.get("KEEP") else None,
    )

    def say(step: str) -> None:
        print(f"[{time.monotonic() - started:4.0f} s] {step} …", flush=True)

    with (
        running_stack(port, LOCAL / "run", settings, say) as stack,
        _announced(stack),
        dev.following(stack, print) if live else contextlib.nullcontext(),
    ):
        _wait(stack)


def _one_of(name: str, known: tuple[str, ...]) -> str:
    """Return a setting's value, the first one known where there is none."""
    value = os.environ.get(name) or known[0]
    if value not in known:
        raise NotStarted(f"{name} is {value!r}: it must be one of {', '.join(known)}.")
    return value


def _number(name: str, default: str, form: str) -> str:
    """Return a setting's value. Raises NotStarted where it has not this form."""
    value = os.environ.get(name) or default
    if not re.fullmatch(form, value, re.ASCII):
        raise NotStarted(f"{name} is {value!r}: write a number, as in {default}.")
    return value


@contextlib.contextmanager
def _only_one() -> Iterator[None]:
    """Hold a lock that ends with this process, however it ends. Raises NotStarted."""
    LOCAL.mkdir(exist_ok=True)
    with (LOCAL / "run.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotStarted(
                "`make run` is running already: use the API of .local/api-url, "
                "or stop it with Ctrl-C in its terminal."
            ) from None
        API_URL.unlink(missing_ok=True)  # left by a run that was killed
        yield


@contextlib.contextmanager
def _announced(stack: RunningStack) -> Iterator[None]:
    whole = API_URL.with_suffix(".half")
    whole.write_text(f"{stack.base_url}\n")
    whole.replace(API_URL)
    try:
        print(f"API ready: {stack.base_url}", flush=True)
        print(NEXT.format(stack.base_url), flush=True)
        yield
    finally:
        API_URL.unlink(missing_ok=True)


def _wait(stack: RunningStack) -> None:
    """Wait for a signal. A make that was killed sends none, but leaves us to another parent."""
    parent = os.getppid()
    while stack.is_up:
        time.sleep(0.5)
        if "MAKELEVEL" in os.environ and os.getppid() != parent:
            raise Stopped
    raise NotStarted(
        "The emulator ended by itself; .local/run/emulator.log says why. "
        "Start again with `make run`."
    )


def _port(text: str) -> int:
    if not text.isdecimal() or not 1024 <= int(text) <= 65_535:
        raise NotStarted(f"PORT is {text!r}: it must be a number from 1024 to 65535.")
    return int(text)


if __name__ == "__main__":
    main()
