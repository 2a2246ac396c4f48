"""Realtors write what they say of themselves, and end their tokens."""

from cobroke.clock import Clock
from cobroke.domain.errors import Unauthorized
from cobroke.domain.preconditions import ANY_VERSION, IfMatch
from cobroke.domain.realtors import Contacts, Realtor, introduced, logged_out
from cobroke.storage import realtors
from cobroke.storage.postings.allowance import Allowance
from cobroke.storage.table import Table, Write


def put_contacts(
    table: Table,
    realtor_id: str,
    contacts: Contacts,
    clock: Clock,
    only_if: IfMatch = ANY_VERSION,
    allowance: Allowance | None = None,
) -> Realtor:
    """Put them in place of those of before, and return the realtor. Raises Unauthorized where there
    is no such realtor, PreconditionFailed or RateLimited.
    """

    def changed(old: Realtor) -> Realtor:
        only_if.check(old.revision)
        return introduced(old, contacts)

    def charge() -> list[Write]:
        return [allowance.charge("write", clock())] if allowance else []

    return realtors.change(table, realtor_id, changed, charge)


def log_out(table: Table, realtor_id: str, token_version: int, clock: Clock) -> int:
    """End every token of the realtor up to the version of the one that asks for it, and return when
    (ms) that was. What was issued since by a login is of a later version, and stays however often
    this is repeated. Raises Unauthorized where the first proven login had ended it.
    """
    ended = realtors.change(
        table, realtor_id, lambda old: logged_out(old, token_version, clock())
    ).logged_out_at
    if not ended:
        raise Unauthorized
    return ended
