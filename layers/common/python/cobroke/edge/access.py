"""Who calls: the bearer token, and whether it is still the realtor's own."""

from collections.abc import Mapping

from cobroke.clock import now_ms
from cobroke.config import Config
from cobroke.domain.errors import Unauthorized
from cobroke.domain.realtors import Realtor
from cobroke.edge import tokens
from cobroke.edge.tokens import Claim
from cobroke.storage import realtors
from cobroke.storage.realtors import KnownRealtors
from cobroke.storage.table import Table


class Access:
    """Tells callers from strangers, by what is remembered of each realtor."""

    def __init__(self, table: Table, config: Config, known: KnownRealtors) -> None:
        self._table = table
        self._config = config
        self._known = known

    def caller(self, headers: Mapping[str, str]) -> Realtor:
        """Return the realtor, as of 30 s ago at most. Raises Unauthorized."""
        scheme, _, token = (headers.get("authorization") or "").partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthorized
        claim = tokens.verify(token, self._config.public_keys, self._config.stage)
        realtor = self._realtor(claim)
        if claim.token_version != realtor.token_version:
            raise Unauthorized
        return realtor

    def _realtor(self, claim: Claim) -> Realtor:
        """Return the realtor as remembered. They are read anew for a token of a later version: its
        realtor has just logged in. Raises Unauthorized where there is no such realtor.
        """
        realtor_id, now = claim.realtor_id, now_ms()
        realtor = self._known.among([realtor_id], now).get(realtor_id)
        if realtor is None or realtor.token_version < claim.token_version:
            realtor = realtors.find(self._table, realtor_id)
            if realtor is None:
                raise Unauthorized
            self._known.remember([realtor], now)
        return realtor
