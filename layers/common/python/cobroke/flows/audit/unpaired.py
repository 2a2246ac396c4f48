"""What two items state alike cancels out: only what is stated once is held on to."""

from collections.abc import Iterable


class Unpaired[Where]:
    """Facts that two items state: stated twice, a fact is forgotten. Facts are held as their
    hashes.
    """

    def __init__(self) -> None:
        self._left: dict[int, Where] = {}

    def state(self, fact: object, where: Where) -> None:
        digest = hash(fact)
        if self._left.pop(digest, None) is None:
            self._left[digest] = where

    def left(self) -> Iterable[Where]:
        return self._left.values()
