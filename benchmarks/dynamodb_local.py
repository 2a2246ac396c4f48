"""AWS's own DynamoDB Local, for one benchmark: in memory, seen by nobody else, counting units.

It listens on every interface and no option changes that. So the benchmark first moves into a
network of its own, where 127.0.0.1 is all there is. Its licence forbids to run it within a program
of ours.
"""

import fcntl
import os
import re
import shutil
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import boto3

from benchmarks.report import CannotMeasure
from tools import tether

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

EMULATOR = Path(__file__).parent / "node_modules" / "amplify-dynamodb-simulator" / "emulator"
TABLE = "cobroke-bench"
LEAST_JAVA = 17
HOST, PORT = "127.0.0.1", 8000
"""In a network of its own every port is free."""
_START_SECONDS = 60
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 1


@contextmanager
def dynamodb_local() -> Iterator["DynamoDBClient"]:
    """Start a new DynamoDB with our table TABLE, empty, and give a client of it. Within, boto3's
    other clients reach it too.

    The thread stays without the machine's network for the rest of its life. Raises CannotMeasure.
    """
    java = _java()
    _leave_the_network()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        server = tether.start(_command(java, folder), os.environ, log)
        try:
            _wait(server, log)
            with patch.dict(os.environ, _environment()):
                client = boto3.client("dynamodb")
                make_table(client, TABLE)
                yield client
        finally:
            tether.stop(server)


def make_table(client: "DynamoDBClient", name: str) -> None:
    """Make an empty table like ours beside it."""
    client.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "PK", "KeyType": "HASH"},
            {"AttributeName": "SK", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("PK", "SK")
        ],
        BillingMode="PAY_PER_REQUEST",
    )


def _command(java: str, folder: str) -> list[str]:
    """Return the command that starts it. It keeps notes where it works: in the folder."""
    properties = [f"-Djava.library.path={EMULATOR / 'DynamoDBLocal_lib'}", f"-Duser.dir={folder}"]
    options = ["-inMemory", "-disableTelemetry", "-port", str(PORT)]
    return [java, *properties, "-jar", str(EMULATOR / "DynamoDBLocal.jar"), *options]


def _environment() -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL_DYNAMODB": f"http://{HOST}:{PORT}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }


def _java() -> str:
    java = shutil.which("java")
    if java:
        words = [java, "-version"]
        done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603
        version = re.search(r'version "(\d+)', done.stderr)
        if version and int(version[1]) >= LEAST_JAVA:
            return java
    raise CannotMeasure(f"DynamoDB Local needs Java {LEAST_JAVA} or newer, and none was found.")


def _leave_the_network() -> None:
    """Move this thread, and what it starts, into a network that holds nothing but a loopback."""
    try:
        os.unshare(os.CLONE_NEWNET if os.geteuid() == 0 else os.CLONE_NEWUSER | os.CLONE_NEWNET)
    except (AttributeError, OSError):
        raise CannotMeasure(
            "DynamoDB Local listens on every interface, "
            "and this machine does not let us keep it from them."
        ) from None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", _IFF_UP))


def _wait(server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection((HOST, PORT)).close()
        except OSError:
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"DynamoDB Local did not start: {log.read_text()}") from None
            time.sleep(0.05)
        else:
            return
