"""What Python runs first in a function that `make dev` debugs: see tools/dev.py."""

import contextlib
import os

# Taken away first: debugpy's own processes must not begin here too.
port = os.environ.pop("DEBUGPY_PORT", "")
os.environ.pop("PYTHONPATH", None)
if port:
    import debugpy

    with contextlib.suppress(RuntimeError, OSError):  # a second start while the first listens
        debugpy.listen(("127.0.0.1", int(port)))
