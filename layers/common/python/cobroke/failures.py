"""What a log may say of a bug: kind, AWS's code and place, never its text, which may hold what
somebody sent.
"""

import traceback
from typing import Any


def kind_and_place(failure: BaseException) -> dict[str, Any]:
    frames = [
        f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(failure.__traceback__)
    ]
    code = (
        getattr(failure, "response", {}).get("Error", {}).get("Code")
    )  # botocore's ClientError has one
    return {"kind": type(failure).__name__, "frames": frames} | ({"code": code} if code else {})
