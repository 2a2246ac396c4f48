"""What may have drifted is looked at twice, a little apart: what still moves is a write in flight,
and no drift.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cobroke.domain.errors import Busy
from cobroke.failures import kind_and_place

type Pause = Callable[[], None]

logger = logging.getLogger("audit.looks")
"""Its lines go to the function's own."""


class Unmended(Exception):
    """Something raised when it was looked at or mended: a bug. All the rest is settled."""


@dataclass(frozen=True)
class Looks:
    """`drift` counts by kind what was found and mended, `raised` what could not be."""

    pause: Pause
    drift: Counter[str]
    raised: Counter[str] = field(default_factory=Counter)

    def settle[Suspect, Found](
        self,
        kind: str,
        suspects: Iterable[Suspect],
        look: Callable[[Suspect], Found | None],
        mend: Callable[[Found], int],
    ) -> None:
        """Count and mend what two looks, a pause apart, find alike. `look` reads afresh and returns
        what is wrong, None where nothing is. `mend` returns how much it mended: 0 where what was
        seen is no longer so.
        """
        first = list[tuple[Suspect, Found]]()
        for suspect in suspects:
            with self._going_on(kind):
                if (found := look(suspect)) is not None:
                    first.append((suspect, found))
        if first:
            self.pause()
        for suspect, found in first:
            with self._going_on(kind):
                if look(suspect) == found:
                    self.drift[kind] += mend(found)

    def end(self) -> None:
        if self.raised:
            raise Unmended(dict(self.raised))

    @contextmanager
    def _going_on(self, kind: str) -> Iterator[None]:
        """Count what raises, which does not keep the others from being settled. Raises Busy, which
        means that the next run goes on.
        """
        try:
            yield
        except Busy:
            raise
        except Exception as failure:  # noqa: BLE001 - whatever it was
            self.raised[kind] += 1
            said = {"drift_kind": kind, **kind_and_place(failure)}
            logger.error("not settled", extra=said)  # noqa: TRY400 - never its text
