"""What is kept of a text is what is shown of it, to its owner and to the other side."""

import pytest

from tests.builders import a_lead, a_property
from tests.client import Client

pytestmark = pytest.mark.usefixtures("in_memory")

TYPED = "\u202eПокупатель\u202c готов \U0001f468\u200d\U0001f469\u200e"
KEPT = "Покупатель готов \U0001f468\u200d\U0001f469"


def test_a_lead_shows_its_lines_and_texts_as_they_are_kept(anna: Client) -> None:
    body = a_lead(
        city=" г\u00a0 Моск\u00adва ",
        districts=["Хамовники  р\u2011н", "р-н\u200b Хамовники"],
        metro_stations=["ст.м.  Парк\tкультуры"],
        additional_requirements=TYPED,
        client_name="\u2066Анна \n Мария\u2069",
        client_contacts=TYPED,
        notes=TYPED,
    )
    lead = anna.get(f"/leads/{anna.post_lead(body)}").needs(200)
    assert lead["requirements"]["location"] == {
        "city": "г Москва",
        "districts": ["Хамовники р\u2011н"],
        "metro_stations": ["ст.м. Парк культуры"],
    }
    assert lead["client_name"] == "Анна Мария"
    texts = lead["requirements"]["additional_requirements"], lead["client_contacts"], lead["notes"]
    assert texts == (KEPT, KEPT, KEPT)


def test_a_property_shows_its_lines_and_texts_as_they_are_kept(anna: Client) -> None:
    address = {
        "city": "Москва\u200b, г.",
        "district": "р - н  Хамовники",
        "metro_station": "м.\u00a0Парк культуры",
    }
    body = a_property(
        **address,
        street=" улица\u2003Льва Толсто\u00adго",
        house_number="16\u00a0 к2",
        description=TYPED,
    )
    listing = anna.get(f"/properties/{anna.post_property(body)}").needs(200)
    assert listing["address"] == {
        "city": "Москва, г.",
        "district": "р - н Хамовники",
        "street": "улица Льва Толстого",
        "house_number": "16 к2",
        "metro_station": "м. Парк культуры",
    }
    assert listing["description"] == KEPT


def test_a_realtor_shows_his_agency_and_phone_as_they_are_kept(stranger: Client) -> None:
    anna = stranger.registered(
        agency_name=" ООО\u00a0«До\u200bм» ", phone="\u202a+8\u00a0916–123‑45−67\u202c"
    )
    profile = anna.get("/me").needs(200)
    assert (profile["agency_name"], profile["phone"]) == ("ООО «Дом»", "+79161234567")


def test_a_message_loses_its_direction_controls(anna: Client, boris: Client) -> None:
    lead, listing = anna.post_lead(a_lead()), boris.post_property(a_property())
    path = f"/leads/{lead}/property-recommendations/{listing}/action"
    match = anna.post(path, {"action": "LIKE", "notes": TYPED}).needs(200)["match"]
    assert boris.get(f"/matches/{match['match_id']}").needs(200)["message_from_counterpart"] == KEPT


@pytest.mark.parametrize(
    "city", ["г Москва", "Москва г.", "город МОСКВА", "Мо\u200bсква", "Mосква", "«Москва»"]
)
def test_a_city_is_found_however_it_is_typed(city: str, anna: Client, boris: Client) -> None:
    lead = anna.post_lead(
        a_lead(districts=["Хамовники р-н"], metro_stations=["ст.м. Парк культуры"])
    )
    listing = boris.post_property(
        a_property(city=city, district="р-н  Xамовники", metro_station="Парк культуры")
    )
    (row,) = anna.properties_for(lead)["recommendations"]
    assert (row["property_id"], row["match_score"]) == (listing, 100)


def test_a_lead_may_take_any_area_up_to_its_most(anna: Client, boris: Client) -> None:
    lead = anna.post_lead(a_lead(area={"min": 0, "max": 70}))
    listing = boris.post_property(a_property(area=0.01))
    (row,) = boris.leads_for(listing)["recommendations"]
    assert (row["lead_id"], row["match_score"]) == (lead, 100)
    assert [row["property_id"] for row in anna.properties_for(lead)["recommendations"]] == [listing]
