"""Who calls: the bearer token, and whether it is still the realtor's own."""

from collections.abc import Mapping

from cobroke.clock import now_ms
from cobroke.config import Config
from cobroke.domain.errors import Unauthorized
from cobroke.edge import tokens
from cobroke.edge.tokens import Claim
from cobroke.storage import realtors
from cobroke.storage.table import Table

REMEMBERED_MS = 30_000
"""By the wall clock: a monotonic one stands still while the function's sandbox is frozen."""
_MOST_REMEMBERED = 10_000


class Access:
    """Tells callers from strangers; remembers each realtor's token version for 30 s."""

    def __init__(self, table: Table, config: Config) -> None:
        self._table = table
        self._config = config
        self._versions: dict[str, tuple[int, int]] = {}

    def caller(self, headers: Mapping[str, str]) -> str:
        """Return the realtor's id. Raises Unauthorized."""
        scheme, _, token = (headers.get("authorization") or "").partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthorized
        claim = tokens.verify(token, self._config.public_keys, self._config.stage)
        if claim.token_version != self._token_version(claim):
            raise Unauthorized
        return claim.realtor_id

    def _token_version(self, claim: Claim) -> int:
        """Return the realtor's token version as remembered. It is read anew for a token of a later
        one: its realtor has just logged in. Raises Unauthorized where there is no such realtor.
        """
        realtor_id, now = claim.realtor_id, now_ms()
        if realtor_id in self._versions:
            version, read_at = self._versions[realtor_id]
            if 0 <= now - read_at <= REMEMBERED_MS and claim.token_version <= version:
                return version
        realtor = realtors.find(self._table, realtor_id)
        if realtor is None:
            raise Unauthorized
        if len(self._versions) >= _MOST_REMEMBERED:
            self._versions.clear()
        self._versions[realtor_id] = realtor.token_version, now
        return realtor.token_version
