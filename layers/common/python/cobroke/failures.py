"""What a log may say of a bug: its kind and its place, never its text, which may hold what somebody sent."""

import traceback
from typing import Any


def kind_and_place(failure: BaseException) -> dict[str, Any]:
    frames = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(failure.__traceback__)]
    return {"kind": type(failure).__name__, "frames": frames}
