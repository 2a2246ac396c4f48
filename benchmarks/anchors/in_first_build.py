"""What answers in a process of the first build: lists of the market that it was given.

It reads and writes a line of JSON each. Its package has our own's name: only that build's modules
are on the path here.
"""

import gc
import json
import sys
import time
from importlib import import_module
from typing import Any

features = import_module("cobroke.domain.features")
ids = import_module("cobroke.domain.ids")
selection = import_module("cobroke.domain.selection")
KINDS = {
    "PROPERTY": (
        import_module("cobroke.domain.matching.listing_index").ListingIndex,
        features.unpack_lead,
        selection.best_properties,
    ),
    "LEAD": (
        import_module("cobroke.domain.matching.lead_index").LeadIndex,
        features.unpack_property,
        selection.best_leads,
    ),
}


class Answering:
    """Seconds are those of the processor."""

    def load(self, kind: str, rows: list[tuple[str, str]]) -> float:
        """Take the rows, hexadecimal, and build their index: return the seconds of the build."""
        make_index, self._unpack, self._two_passes = KINDS[kind]
        self._rows = [(an_id, bytes.fromhex(packed)) for an_id, packed in rows]
        gc.freeze()
        start = time.process_time()
        self._index = make_index(self._rows)
        return time.process_time() - start

    def best(
        self, an_id: str, packed: str, most: int, read: list[int] | None
    ) -> tuple[float, tuple[Any, bool]]:
        """Answer from the index, or from these rows in two passes. Return the seconds, and the
        list with whether it was cut.
        """
        seeker, owner = self._unpack("", bytes.fromhex(packed)), ids.owner_of(an_id)
        rows = None if read is None else [self._rows[number] for number in read]
        start = time.process_time()
        if rows is None:
            found = self._index.best(seeker, owner, most)
        else:
            found = self._two_passes(seeker, owner, rows, most)
        return time.process_time() - start, found


def main() -> None:
    answering = Answering()
    for line in sys.stdin:
        deed, asked = json.loads(line)
        print(json.dumps(getattr(answering, deed)(*asked)), flush=True)


if __name__ == "__main__":
    main()
