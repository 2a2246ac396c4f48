"""Anna and Boris in a land of many markets, and one memory of those that are known, as one stream
function has it.
"""

from random import Random
from unittest.mock import patch

from cobroke.domain.postings.features import Market
from functions.stream_matching import handler as matching
from tests.pump import drain
from tests.support.town import Town, pumps


class ManyMarkets(Town):
    def __init__(self) -> None:
        super().__init__(("anna", "boris"))
        self.anna, self.known = self.realtors[0], set[tuple[Market, int]]()
        self.readers = pumps(Random(0), quiet=True)

    def follows(self) -> None:
        with self.followed(), patch.object(matching, "known_markets", self.known):
            drain(self.table.stream, *self.readers)
