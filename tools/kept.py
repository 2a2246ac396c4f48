"""What `make run KEEP=1` finds at its start and leaves in the end: the emulator's whole account."""

import json
from pathlib import Path

ENDS_WITHIN_S = 60
"""It is written when the emulator ends, a second for a market of hundreds."""


def environment(folder: Path) -> dict[str, str]:
    """Tell the emulator where it is."""
    return {"PERSIST_STATE": "1", "STATE_DIR": str(folder)}


def reopen(folder: Path) -> None:
    """Let the functions read the stream from its start. The emulator keeps up to where each has
    read, but not the stream: what was written last and not yet followed is left to the scheduled
    runs, as after any failure.
    """
    state = folder / "lambda.json"
    if state.exists():
        kept = json.loads(state.read_text())
        kept["payload"]["dynamodb_stream_positions"]["data"] = {}
        state.write_text(json.dumps(kept))
