"""What may have drifted is looked at twice, a little apart: what still moves is a write in flight, and no drift."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cobroke.storage.retry import until_written
from cobroke.storage.table import ConditionFailed, Table, Write

type Pause = Callable[[], None]


@dataclass(frozen=True)
class Looks:
    """`drift` counts by kind what was found and mended."""

    pause: Pause
    drift: Counter[str]

    def settle[Suspect, Found](
        self,
        kind: str,
        suspects: Iterable[Suspect],
        look: Callable[[Suspect], Found | None],
        mend: Callable[[Found], int],
    ) -> None:
        """`look` reads afresh: what is wrong, None where nothing is. `mend` says how much it mended: 0 where what was
        seen is no longer so.
        """
        first = [(suspect, found) for suspect in suspects if (found := look(suspect)) is not None]
        if first:
            self.pause()
        for suspect, found in first:
            if look(suspect) == found:
                self.drift[kind] += mend(found)


def written(table: Table, writes: Sequence[Write]) -> bool:
    """False where a condition does not hold: somebody else has written what was seen."""

    def attempt() -> bool:
        try:
            table.transact(writes)
        except ConditionFailed:
            return False
        return True

    return until_written(table, attempt)
