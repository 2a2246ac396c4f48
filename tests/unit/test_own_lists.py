"""Own lists give back stored texts, also those of before these were divided."""

from typing import Any

import pytest

from cobroke.domain.paging import Page
from cobroke.domain.postings.kinds import KINDS, Kind
from cobroke.domain.postings.posting import UNLISTED
from cobroke.domain.realtors import Realtor
from cobroke.edge.own_lists import own_row
from cobroke.exact_json import dumps, loads
from cobroke.storage import keys, realtors
from cobroke.storage.conditions import PRESENT
from cobroke.storage.postings import postings
from cobroke.storage.postings.own_lists import list_own
from tests.memory_table import MemoryTable
from tests.support.contents import lead, listing

NOW = 1_764_000_000_000
HOSTILE = 'he said: "notes":1,"photos":[2],"description":"client_contacts":'


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("written", ["now", "before"])
def test_a_row_has_all_of_the_body_but_what_lists_do_not_give_back(
    kind: Kind, written: str
) -> None:
    table = MemoryTable()
    owner = realtors.register(table, Realtor("", "1", "+7")).id
    content = lead() if kind == "LEAD" else listing()
    shown: dict[str, Any] = {"a": HOSTILE, "b": {"c": "ж", "d": 1}}
    hidden = dict.fromkeys(UNLISTED[kind], HOSTILE)
    content = content._replace(body=shown | hidden)
    made = postings.create(table, kind, owner, content, lambda: NOW)
    if written == "before":
        key = keys.owned(kind, made.id)
        item = table.get(key)
        assert item
        del item["more"]
        table.transact([table.put(item | {"d": dumps(content.body)}, when=PRESENT)])
    (own,), total = list_own(table, kind, owner, None, Page(1, 10))
    row = loads(own_row("id", own))
    assert (total, {name: row[name] for name in row if name in shown | hidden}) == (1, shown)
    assert (row["id"], row["status"], row["match_count"]) == (made.id, "ACTIVE", 0)
    assert postings.load_own(table, kind, owner, made.id) == made
