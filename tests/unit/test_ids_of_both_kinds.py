"""A lead and a listing of one owner may share an id: made in one millisecond, with the same two
random bytes.
"""

from random import Random

import pytest

from cobroke.domain import ids
from cobroke.domain.matching.ranking import Ranking
from cobroke.domain.postings.kinds import KINDS, Kind, other
from cobroke.domain.postings.posting import Content, Posting
from cobroke.flows.audit import scan
from cobroke.storage import key_parts, keys
from cobroke.storage.matching import rankings
from cobroke.storage.notices import alerts
from cobroke.storage.notices.alerts import Cause
from cobroke.storage.postings import postings
from cobroke.storage.table import Table
from tests.memory_table import MemoryTable
from tests.support.seekers_world import START, Offer
from tests.support.telling import told_alone

OWNER, OTHER = ids.realtor_id(b"12345678"), ids.realtor_id(b"abcdefgh")
COUNTERPART = ids.posting_id(START, b"\0\0", OTHER)


@pytest.fixture
def table() -> MemoryTable:
    return MemoryTable()


@pytest.fixture
def twins(table: Table, monkeypatch: pytest.MonkeyPatch) -> dict[Kind, Posting]:
    monkeypatch.setattr("os.urandom", lambda size: b"\0" * size)
    found = {
        kind: postings.create(
            table, kind, OWNER, Content({}, Offer().features(kind)), lambda: START
        )
        for kind in KINDS
    }
    assert len({one.id for one in found.values()}) == 1
    return found


def kept(table: Table, own: Posting) -> int | None:
    """How much the ranking has seen that is kept for it."""
    (loaded,) = rankings.load_many(table, own.kind, [own.id])
    assert loaded == rankings.load_own(table, own.kind, OWNER, own.id)
    return loaded[1].ranking.seen if loaded[1] else None


def test_each_has_a_ranking_of_its_own(table: Table, twins: dict[Kind, Posting]) -> None:
    assert [kept(table, one) for one in twins.values()] == [None, None]
    for seen, own in enumerate(twins.values()):
        assert rankings.save(table, own, Ranking((), None, START, seen, own.version), None, START)
    assert [kept(table, one) for one in twins.values()] == [0, 1]


def test_a_ranking_is_no_object(twins: dict[Kind, Posting]) -> None:
    assert [
        key_parts.posting_of(keys.ranking(OWNER, kind, one.id)[1]) for kind, one in twins.items()
    ] == [None, None]


def test_the_audit_draws_each_ranking_for_its_own_object(
    table: Table, twins: dict[Kind, Posting]
) -> None:
    moved = Content({}, Offer(here=False).features("LEAD"))
    lead = postings.replace_content(table, "LEAD", OWNER, twins["LEAD"].id, moved, lambda: START)
    rankings.save(table, lead, Ranking((), None, START, 0, lead.version), None, START)
    seen = scan.over(table, START, Random(0))
    assert seen.samples == [[scan.Owned("LEAD", lead.id)]]
    assert {one.content.features.market for one in (lead, twins["PROPERTY"])} == seen.standing


def test_each_is_alerted_by_a_counterpart_of_the_same_id(
    table: MemoryTable, twins: dict[Kind, Posting]
) -> None:
    def told(kind: Kind) -> bool:
        content = Content({}, Offer().features(other(kind)))
        written = Posting(other(kind), COUNTERPART, content, "ACTIVE", 1, 1, START, START)
        pk, sk = keys.market_entry(content.features, COUNTERPART)
        table.transact([table.put({"PK": pk, "SK": sk, "entity": "ENTRY", "version": 1})])
        return told_alone(table, Cause(written, {}), twins[kind].id, 9_000, START // 1000)

    assert [told("LEAD"), told("PROPERTY"), told("LEAD"), told("PROPERTY")] == [
        True,
        True,
        False,
        False,
    ]
    assert [item["entity"] for item in table.items()].count("NOTICE") == 2


def test_what_one_has_alerted_is_not_done_for_the_other(
    table: Table, twins: dict[Kind, Posting]
) -> None:
    alerts.mark_done(table, twins["LEAD"])
    assert {kind: alerts.cause_of(table, one) is None for kind, one in twins.items()} == {
        "LEAD": True,
        "PROPERTY": False,
    }
    assert [list(alerts.standing(table, kind, [one.id])) for kind, one in twins.items()] == [
        [(twins["LEAD"], True)],
        [(twins["PROPERTY"], False)],
    ]
