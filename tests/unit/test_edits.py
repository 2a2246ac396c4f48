"""An edit erases nothing that its author could not read: what no list gives back, they need not
know of.
"""

from itertools import count
from typing import Any

import pytest

from cobroke.domain.postings.posting import Content
from cobroke.edge.models.fields import PostingBody
from cobroke.edge.models.lead import LeadBody
from cobroke.edge.models.property import PropertyBody
from cobroke.exact_json import dumps, loads_strictly
from cobroke.storage.postings import postings
from tests.builders import Json, a_lead, a_property
from tests.memory_table import MemoryTable

OWNER = "0" * 13
PHOTOS = ["https://photos.example/1.jpg"]


def said[Posting: PostingBody](posting: type[Posting], body: Json) -> Posting:
    return posting.model_validate(loads_strictly(dumps(body).encode()))


@pytest.mark.parametrize(
    ("posting", "body", "name", "value", "cleared"),
    [
        (LeadBody, a_lead(), "client_contacts", "@client", None),
        (LeadBody, a_lead(), "notes", "спешит", None),
        (PropertyBody, a_property(), "photos", PHOTOS, []),
        (PropertyBody, a_property(), "description", "Окна во двор", None),
    ],
)
def test_an_edit_speaks_of_what_is_not_listed_only_where_it_was_sent(
    posting: type[LeadBody | PropertyBody], body: Json, name: str, value: Any, cleared: Any
) -> None:
    assert name not in said(posting, body).edit()
    assert said(posting, body | {name: value}).edit()[name] == value
    assert said(posting, body | {name: None}).edit()[name] == cleared


def test_an_edit_speaks_of_all_else_whether_it_was_sent_or_not() -> None:
    nameless = a_lead()
    del nameless["client_name"]
    edit = said(LeadBody, nameless).edit()
    assert edit["client_name"] is None
    assert edit["requirements"]["additional_requirements"] is None
    yearless = a_property()
    del yearless["details"]["year_built"], yearless["address"]["metro_station"]
    edit = said(PropertyBody, yearless).edit()
    assert edit["details"]["year_built"] is None
    assert edit["address"]["metro_station"] is None


class Desk:
    """A lead and a listing of one owner, whom several devices write."""

    def __init__(self) -> None:
        self.table, self.clock = MemoryTable(), count(1_764_000_000_000).__next__
        lead, listing = (
            said(LeadBody, a_lead(notes="старое")),
            said(PropertyBody, a_property(photos=PHOTOS)),
        )
        self.lead = postings.create(
            self.table, "LEAD", OWNER, self.of_lead(lead, lead.model_dump()), self.clock
        ).id
        content = self.of_listing(listing, listing.model_dump())
        self.listing = postings.create(self.table, "PROPERTY", OWNER, content, self.clock).id

    def of_lead(self, lead: LeadBody, body: Json) -> Content:
        return Content(body, lead.features())

    def of_listing(self, listing: PropertyBody, body: Json) -> Content:
        return Content(body, listing.features())

    def put_lead(self, body: Json) -> Json:
        lead = said(LeadBody, body)
        content = self.of_lead(lead, lead.edit())
        return postings.replace_content(
            self.table, "LEAD", OWNER, self.lead, content, self.clock
        ).content.body

    def put_listing(self, body: Json) -> Json:
        listing = said(PropertyBody, body)
        content = self.of_listing(listing, listing.edit())
        return postings.replace_content(
            self.table, "PROPERTY", OWNER, self.listing, content, self.clock
        ).content.body

    def meanwhile(self, put: Any) -> None:
        """Another device does so between what the next edit reads and what it writes."""
        calls = count()

        def others() -> None:
            if next(calls) == 1:
                put()

        self.table.between = others


def test_what_is_kept_is_what_stands_when_the_edit_is_written() -> None:
    desk = Desk()
    desk.meanwhile(lambda: desk.put_lead(a_lead(notes="новое")))
    edited = desk.put_lead(a_lead(client_name="Ирина"))
    assert (edited["client_name"], edited["notes"]) == ("Ирина", "новое")
    desk.meanwhile(lambda: desk.put_listing(a_property(photos=None, description="двор")))
    edited = desk.put_listing(a_property(price=1))
    assert (edited["details"]["price"], edited["photos"], edited["description"]) == (1, [], "двор")


def test_what_an_edit_sends_stands_whatever_another_device_wrote() -> None:
    desk = Desk()
    desk.meanwhile(lambda: desk.put_lead(a_lead(notes="новое")))
    assert desk.put_lead(a_lead(notes=None))["notes"] is None
    assert desk.put_lead(a_lead())["notes"] is None
