"""Lines and texts as they are kept."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from cobroke.domain.texts import has_link, line, undirected
from cobroke.edge.models.fields import HouseNumber, PlaceName, Street, Title
from cobroke.edge.models.lead import LeadBody
from tests.builders import a_lead

DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Анна", "Анна"),
        ("  Анна \t Мария\r\n", "Анна Мария"),
        ("Анна\u00a0\u2003\u3000Мария", "Анна Мария"),
        ("Анна\u2028Мария\u2029\u0085", "Анна Мария"),
        ("Ан\u00adна\u200b\ufeff", "Анна"),
        ("\u202eАнна\u202c \u2066Мария\u2069", "Анна Мария"),
        ("Анна \u200b Мария", "Анна Мария"),
        ("Андреи\u0306", "Андрей"),
        ("и\u200b\u0306", "й"),
        ("а́нна", "а́нна"),
        ("«Дом» №\u00a01", "«Дом» № 1"),
        ("семья\U0001f468\u200d\U0001f469", "семья\U0001f468\U0001f469"),
        ("\U000e0041Анна", "Анна"),
        (" \u200b\u00ad\n", ""),
    ],
)
def test_a_line_has_no_format_characters_single_spaces_none_at_its_ends_and_is_in_nfc(
    sent: str, kept: str
) -> None:
    assert line(sent) == kept


@given(st.text() | st.text("а\u0306и \t\u200b\u00ad\u2003\ufeff"))
def test_a_line_that_is_kept_stays_as_it_is(sent: str) -> None:
    assert line(line(sent)) == line(sent)


@pytest.mark.parametrize("control", DIRECTIONS)
def test_a_text_loses_its_direction_controls(control: str) -> None:
    assert undirected(f"{control}Звонить{control} вечером{control}") == "Звонить вечером"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  два\n\n\tабзаца \r\n ",
        "семья \U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f",
        "пере\u00adнос, \u200bноль\u200c\u2060\ufeff",
        "Андреи\u0306 (не NFC)",
        "см. https://a.ru и @anna",
        "\u00a0\u2003неразрывно",
    ],
)
def test_all_else_in_a_text_stays(text: str) -> None:
    assert undirected(text) == text


def test_every_text_of_a_lead_is_kept_so_and_its_length_is_that_of_what_is_kept() -> None:
    kept = "я" * 4000
    sent = f"\u202e{kept}\u202c"
    body = a_lead(
        notes=sent, client_contacts=f"\u200e{'7' * 500}", client_name=f" {'я\u00ad' * 200} "
    )
    body["requirements"]["additional_requirements"] = sent
    lead = LeadBody.model_validate(body)
    assert lead.notes == lead.requirements.additional_requirements == kept
    assert (lead.client_contacts, lead.client_name) == ("7" * 500, "я" * 200)
    with pytest.raises(ValidationError, match="at most 4000"):
        LeadBody.model_validate(body | {"notes": f"{kept}\u202e!"})


@pytest.mark.parametrize(
    ("field", "sent", "code"),
    [
        (Title, "\u200b \u00ad", "text_length"),
        (Title, "я" * 201, "text_length"),
        (Street, " \u200b ", "string_too_short"),
        (Street, "я" * 121, "string_too_long"),
        (HouseNumber, "\u00ad", "string_too_short"),
        (HouseNumber, "1" * 21, "string_too_long"),
        (PlaceName, "\u200b", "string_too_short"),
        (PlaceName, "я" * 121, "string_too_long"),
        (PlaceName, "—", "empty_name"),
        (PlaceName, "«.»", "empty_name"),
        (PlaceName, "\U0001f3e0", "empty_name"),
        (Street, "ул. Мира https://a.ru", "link"),
        (Street, "ул. Мира, t.me/anna", "link"),
        (HouseNumber, "1 @anna", "link"),
        (PlaceName, "WWW.a.ru", "link"),
        (PlaceName, "ww\u200bw.a.ru", "link"),
        (PlaceName, "T.\u00adMe/anna", "link"),
    ],
)
def test_a_line_that_says_nothing_says_too_much_or_links_is_refused(
    field: Any, sent: str, code: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(field).validate_python(sent, strict=True)
    assert [error["type"] for error in refused.value.errors()] == [code]


@pytest.mark.parametrize(
    ("field", "sent", "kept"),
    [
        (Title, " ООО\u00a0«Дом» @дом www.a.ru ", "ООО «Дом» @дом www.a.ru"),
        (Street, "ул.  Льва\u200b Толстого", "ул. Льва Толстого"),
        (Street, " \u2014 ", "\u2014"),
        (Street, "я\u00ad" * 120, "я" * 120),
        (HouseNumber, " 16\u00a0к2 ", "16 к2"),
        (PlaceName, "г.\u00a0 Москва\u200e", "г. Москва"),
        (PlaceName, "1", "1"),
        (PlaceName, "г.", "г."),
    ],
)
def test_a_line_is_kept_as_it_will_be_shown(field: Any, sent: str, kept: str) -> None:
    assert TypeAdapter(field).validate_python(sent, strict=True) == kept


@pytest.mark.parametrize("text", ["a://b", "WwW.", "t.ME/", "а@б"])
def test_a_link_is_seen_in_any_case_of_letters(text: str) -> None:
    assert has_link(f"Дом {text}")


@pytest.mark.parametrize("text", ["ул. Мира: 1/2", "www", "T.ME", "т.ме/дом", "Ввв.", "a:/ /b"])
def test_what_only_looks_like_a_link_is_none(text: str) -> None:
    assert not has_link(text)
