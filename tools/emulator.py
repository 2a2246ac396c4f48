"""The stack on this machine: ministack with every role enforced, the same CDK app deployed onto it.

`make run` and the end-to-end tests share `running_stack`. Every start is an empty market; nothing
outlives it.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
import httpx

from tools import assembly, kept, tether

ROOT = Path(__file__).parent.parent
HOST = "127.0.0.1"
REGION = "eu-central-1"
KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
API_ID = "c0b40ce0"
BUCKET = f"cdk-hnb659fds-assets-000000000000-{REGION}"
READY_WITHIN_S = 60
TEST_BOT_TOKEN = "42:TEST"  # noqa: S105 - no bot has it

type Say = Callable[[str], None]


class NotStarted(Exception):
    """The stack did not come up; the text says why and what to do."""


@dataclass(frozen=True)
class RunningStack:
    """A deployed stack that answers at `base_url`, which has no slash at its end."""

    base_url: str
    endpoint: str
    table_name: str
    _emulator: subprocess.Popen[bytes]

    def client(self, service: str) -> Any:  # noqa: ANN401 - any boto3 client
        """Make a boto3 client of the emulator, as its administrator."""
        options = {"endpoint_url": self.endpoint, "region_name": REGION, **KEYS}
        return boto3.client(service, **options)  # type: ignore[call-overload]

    def logs(self) -> list[str]:
        """Return the log lines of all functions."""
        client = self.client("logs")
        described = client.get_paginator("describe_log_groups").paginate()
        groups: list[str] = [
            group["logGroupName"] for page in described for group in page["logGroups"]
        ]
        events = client.get_paginator("filter_log_events")
        pages = (page for group in groups for page in events.paginate(logGroupName=group))
        return [event["message"] for page in pages for event in page["events"]]

    @property
    def is_up(self) -> bool:
        return self._emulator.poll() is None


@dataclass(frozen=True)
class Settings:
    """What a stack on this machine is started with."""

    bot_token: str = TEST_BOT_TOKEN
    telegram_api_url: str = ""
    registration: str = "open"
    store_client: str = "lean"
    fair_use: str = "1"
    newcomer_days: str = "0"
    live: bool = False
    """Functions run the checkout's own package, as it is at their start."""
    kept: Path | None = None
    """Where the account, market and all, is found at the start and left in the end."""

    @property
    def context(self) -> dict[str, str]:
        """Return what the CDK app is told."""
        return {
            "stage": "local",
            "registration": self.registration,
            "store_client": self.store_client,
            "fair_use": self.fair_use,
            "newcomer_days": self.newcomer_days,
            "telegram_api_url": self.telegram_api_url,
            **({"live": "yes"} if self.live else {}),
        }


@contextlib.contextmanager
def running_stack(
    port: int, state: Path, settings: Settings = Settings(), say: Say = lambda _: None
) -> Iterator[RunningStack]:
    """Start the emulator on a port, deploy onto it, and stop it in the end. `state` is emptied
    first. Raises NotStarted.
    """
    _must_be_free(port)
    _clear(state)
    environment = environment_of(port, state)
    if settings.kept:
        kept.reopen(settings.kept)
        environment |= kept.environment(settings.kept)
    log = state / "synth.log"
    with contextlib.ExitStack() as stack:
        say(f"Starting the emulator on {HOST}:{port}, and making its templates")
        made = stack.enter_context(
            assembly.synthesis(assembly.APP, settings.context, environment, log)
        )
        emulator = tether.start(
            [sys.executable, "-m", "ministack"], environment, state / "emulator.log"
        )
        stack.callback(tether.stop, emulator)
        if settings.kept:
            stack.callback(tether.end, emulator, kept.ENDS_WITHIN_S)
        endpoint = f"http://{HOST}:{port}"
        running = RunningStack(f"{endpoint}/_aws/execute-api/{API_ID}", endpoint, "", emulator)
        _await(running, state)
        _furnish(running, settings.bot_token)
        cloud = _made(made)
        say("Deploying the stack")
        outputs = deploy(environment, state, cloud)
        yield RunningStack(running.base_url, endpoint, outputs["TableName"], emulator)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _clear(state: Path) -> None:
    """Make the folder anew. What an earlier run left in it goes meanwhile."""
    if state.exists():
        old = Path(tempfile.mkdtemp(prefix=f"{state.name}-old-", dir=state.parent))
        state.rename(old / state.name)
    for old in state.parent.glob(f"{state.name}-old-*"):
        Thread(target=shutil.rmtree, args=(old, True), daemon=True).start()
    (state / "tmp").mkdir(parents=True)


def _must_be_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            raise NotStarted(
                f"Port {port} is taken: stop what listens there, or choose another with PORT=…"
            ) from None


def environment_of(port: int, state: Path) -> dict[str, str]:
    """Return the caller's own environment, with the emulator for an AWS account."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return own | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), own.get("PATH", os.defpath)]),
        "TMPDIR": str(state / "tmp"),
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "AWS_ACCESS_KEY_ID": KEYS["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": KEYS["aws_secret_access_key"],
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": f"http://{HOST}:{port}",
        "AWS_EC2_METADATA_DISABLED": "true",
        "MINISTACK_REGION": REGION,
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "AUTH": "true",
        "IOT_MTLS_ENABLED": "false",  # it would listen on a port of its own
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
    }


def _await(running: RunningStack, state: Path) -> None:
    until = time.monotonic() + READY_WITHIN_S
    while running.is_up and time.monotonic() < until:
        with contextlib.suppress(httpx.TransportError):
            httpx.get(f"{running.endpoint}/_ministack/health", trust_env=False)
            return
        time.sleep(0.1)
    raise NotStarted(
        f"The emulator did not start. What it said:\n{_end_of(state / 'emulator.log')}"
    )


def _furnish(running: RunningStack, bot_token: str) -> None:
    """Put there what an account has before a first deploy: the bot token, and the CDK's bucket."""
    name = "/cobroke/local/telegram-bot-token"
    running.client("ssm").put_parameter(
        Name=name, Value=bot_token, Type="SecureString", Overwrite=True
    )
    where = {"LocationConstraint": REGION}
    with contextlib.suppress(running.client("s3").exceptions.BucketAlreadyOwnedByYou):
        running.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)


def _made(wait: Callable[[], Path]) -> Path:
    try:
        return wait()
    except assembly.NotSynthesized as why:
        raise NotStarted(
            f"The templates could not be made. What the CDK app said:\n{why}"
        ) from None


def deploy(environment: dict[str, str], state: Path, cloud: Path) -> dict[str, str]:
    """Deploy both stacks of an assembly with the CDK; return their outputs. Raises NotStarted."""
    cdk = ROOT / "node_modules" / ".bin" / "cdk"
    if not cdk.exists():
        raise NotStarted("The CDK is not installed: `make install` installs it.")
    words = [str(cdk), "deploy", "--all", "--app", str(cloud)]
    words += ["--require-approval", "never", "--method", "direct", "--no-notices"]
    words += ["--progress", "events", "--outputs-file", str(state / "outputs.json")]
    log = state / "deploy.log"
    deploying = tether.start(words, environment, log)
    try:
        deploying.wait()
    finally:
        tether.stop(deploying)
    if deploying.returncode:
        raise NotStarted(f"The deploy failed. The end of {log}:\n{_end_of(log)}")
    outputs: dict[str, dict[str, str]] = json.loads((state / "outputs.json").read_text())
    return {name: value for stack in outputs.values() for name, value in stack.items()}


def _end_of(log: Path, lines: int = 40) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
