"""`make pushes`: what a stack without a Bot API would have sent to Telegram, the oldest first.

Usage: python -m tools.pushes; on the stack of `make run`.
"""

from typing import Any

from rich.console import Console

from tools.stack import Stack, in_words, own_lines


def recorded(stack: Stack) -> list[dict[str, Any]]:
    """Return the pushes that were only written down. Raises NotRunning."""
    lines = own_lines(stack.log("telegram_push"))
    return [line for line in lines if line["message"] == "push recorded"]


def main() -> None:
    console = Console(soft_wrap=True)
    found = recorded(Stack("local"))
    for line in found:
        when, title = line["timestamp"][11:19], line["title"]
        console.print(f"[dim]{when}[/] [bold]{title}[/] {line['text']}")
    console.print(f"{len(found)} pushes recorded.")


if __name__ == "__main__":
    with in_words():
        main()
