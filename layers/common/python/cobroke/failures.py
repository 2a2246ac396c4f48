"""Failures as a log may have them: kind, AWS's code and place, never the text, which may hold what
somebody sent.
"""

import traceback
from typing import Any


def kind_and_place(failure: BaseException) -> dict[str, Any]:
    """Describe a failure: its class, where it came through, and AWS's code if it has one."""
    stack = traceback.extract_tb(failure.__traceback__)
    frames = [f"{frame.filename}:{frame.lineno}" for frame in stack]
    code = getattr(failure, "response", {}).get("Error", {}).get("Code")  # of a ClientError
    return {"kind": type(failure).__name__, "frames": frames} | ({"code": code} if code else {})
