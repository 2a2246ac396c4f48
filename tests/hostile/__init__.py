"""Requests made to break a parser, a router or a check, as data: each with the status that the
contract has for it.
"""

from collections.abc import Mapping, Sequence

from tests.hostile.bodies import with_bodies, with_bodies_nobody_reads
from tests.hostile.headers import with_headers
from tests.hostile.paths import with_paths
from tests.hostile.queries import with_queries
from tests.hostile.request import Hostile

_BODIES, _QUERIES = tuple(with_bodies()), tuple(with_queries())
_OTHERS = (*with_bodies_nobody_reads(), *with_paths(), *with_headers())
REQUESTS: Sequence[Hostile] = (*_BODIES, *_QUERIES, *_OTHERS)
OVER_HTTP: Sequence[Hostile] = (*_BODIES[::8], *_QUERIES[::9], *_OTHERS)
"""Of what no gateway looks into, some of each kind: every route takes each of its turns."""


def of(facts: Mapping[str, str], requests: Sequence[Hostile] = REQUESTS) -> list[Hostile]:
    """With a caller's own ids and token in their places."""
    return [request.of(facts) for request in requests]
