"""`make letters`: looks at what has failed for good, sends it back, or drops it (docs/runbook.md).

Usage: python -m tools.dead_letters [look|redrive|drop] QUEUE [--stage STAGE] [--yes]
QUEUE is named by the function that failed; without a stage, the stack of `make run`.
"""

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from rich.console import Console
from rich.table import Table

from tools.stack import NotRunning, Stack, in_words

QUEUES = (
    *("erasure", "rematch_worker", "stream_matching", "stream_notifications", "telegram_push"),
)
HIDDEN_S = 120
WAIT_S = 2
"""An answer that comes sooner may leave out messages that are there."""
NO_WAY_BACK = (
    "These are places in the table's stream, not records, and the stream forgets after a day: "
    "nothing can be sent back.\n"
    "A scheduled run does what the function did not: `make rematch STAGE=…`, "
    "look at what it says, then drop them."
)


class NoWayBack(Exception):
    """The messages are no work that could be done again."""


@dataclass(frozen=True)
class DeadLetters:
    """A failure queue, and the queue that its messages came from: None where that is a stream."""

    sqs: Any
    url: str
    source_url: str | None

    def __len__(self) -> int:
        name = "ApproximateNumberOfMessages"
        answer = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=[name])
        return int(answer["Attributes"][name])

    def look(self) -> dict[str, list[int]]:
        """Return kind → when its messages were sent (ms). Nothing is taken out."""
        found = defaultdict(list)
        received = list(self._received())
        for message in received:
            found[kind_of(message["Body"])].append(int(message["Attributes"]["SentTimestamp"]))
        for message in received:
            receipt = message["ReceiptHandle"]
            self.sqs.change_message_visibility(
                QueueUrl=self.url, ReceiptHandle=receipt, VisibilityTimeout=0
            )
        return dict(found)

    def redrive(self) -> int:
        """Send back what is there now, and return how many. A message leaves only after it was
        sent: at worst it is done twice, which changes nothing. Raises NoWayBack.
        """
        if self.source_url is None:
            raise NoWayBack(NO_WAY_BACK)
        return sum(self._sent_back(message) for message in islice(self._received(), len(self)))

    def drop(self) -> int:
        """Delete what is there now, and return how many."""
        return sum(self._deleted(message) for message in islice(self._received(), len(self)))

    def _received(self) -> Iterator[Any]:
        asked = {
            "QueueUrl": self.url,
            "MaxNumberOfMessages": 10,
            "MessageSystemAttributeNames": ["SentTimestamp"],
            "VisibilityTimeout": HIDDEN_S,
            "WaitTimeSeconds": WAIT_S,
        }
        while messages := self.sqs.receive_message(**asked).get("Messages"):
            yield from messages

    def _sent_back(self, message: Any) -> int:  # noqa: ANN401 - SQS's own
        self.sqs.send_message(QueueUrl=self.source_url, MessageBody=message["Body"])
        return self._deleted(message)

    def _deleted(self, message: Any) -> int:  # noqa: ANN401 - SQS's own
        self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return 1


def kind_of(body: str) -> str:
    """Say what a message asks for, but not for whom."""
    try:
        match json.loads(body):
            case {"DDBStreamBatchInfo": {"batchSize": size}, "requestContext": {"condition": why}}:
                return f"{size} records of the stream: {why}"
            case {"part": part}:
                return f"a run's part: {part}"
            case {"ticket": _}:
                return "a realtor's pushes"
    except ValueError:
        pass
    return "unknown"


def dead_letters(stack: Stack, function: str) -> DeadLetters:
    """Find the failure queue of a function. Raises NotRunning where there is none."""
    sqs = stack.client("sqs")

    def url(what: str) -> str | None:
        prefix = f"{stack.name}-{function.replace('_', '')}{what}"
        return next(iter(sqs.list_queues(QueueNamePrefix=prefix).get("QueueUrls", [])), None)

    failed = url("failed")
    if failed is None:
        raise NotRunning(f"{stack.name} has no failure queue of {function}.")
    return DeadLetters(sqs, failed, url("queue"))


def shown(found: dict[str, list[int]], now_ms: int) -> Table:
    table = Table("kind", "messages", "oldest", "newest")
    for kind, times in sorted(found.items()):
        table.add_row(kind, str(len(times)), _age(now_ms - min(times)), _age(now_ms - max(times)))
    return table


def _age(ms: int) -> str:
    minutes = max(ms, 0) // 60_000
    return f"{minutes // 1440} d {minutes % 1440 // 60} h {minutes % 60} min"


def main(words: list[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tools.dead_letters", description="What has failed for good."
    )
    parser.add_argument("what", nargs="?", choices=("look", "redrive", "drop"), default="look")
    parser.add_argument("queue", choices=QUEUES)
    parser.add_argument("--stage", default="local")
    parser.add_argument("--yes", action="store_true", help="drop without asking")
    asked = parser.parse_args(words)
    letters, console = dead_letters(Stack(asked.stage), asked.queue), Console()
    if asked.what == "look":
        console.print(shown(letters.look(), time.time_ns() // 1_000_000))
    elif asked.what == "redrive":
        try:
            console.print(f"{letters.redrive()} sent back")
        except NoWayBack as why:
            sys.exit(str(why))
    elif asked.yes or input(f"Drop {len(letters)} messages for good? [y/N] ") == "y":
        console.print(f"{letters.drop()} dropped")


if __name__ == "__main__":
    with in_words():
        main(sys.argv[1:])
