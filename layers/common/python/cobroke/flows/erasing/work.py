"""A slice of a job, of whichever kind."""

from collections.abc import Callable, Mapping

from cobroke.clock import Clock
from cobroke.flows.erasing import taking_over, worker
from cobroke.flows.erasing.places import Pending, Place
from cobroke.storage.erasing import jobs
from cobroke.storage.erasing.jobs import Job
from cobroke.storage.table import Table

__all__ = ["Pending", "Place", "work_on"]

type _Work = Callable[[Table, Job, Place, Clock], Pending | None]
_WORK: Mapping[jobs.Kind, _Work] = {"ERASE": worker.work_on, "PART": taking_over.work_on}


def work_on(table: Table, job: Job, place: Place, clock: Clock) -> Pending | None:
    """Do a slice, and return what is still to be done; None where nothing is. Repeatable."""
    return _WORK[job.kind](table, job, place, clock)
