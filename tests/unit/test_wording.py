"""What realtors read: Russian, short, numbers as they are written there, nothing of a client."""

from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from cobroke.domain.deals.owed import OwedNotice
from cobroke.domain.deals.pair import Pair
from cobroke.domain.notices.wording import (
    about_lead_alert,
    about_many,
    about_pair,
    about_property_alert,
    described,
    number,
    percent,
    plural,
    price,
    rooms,
)
from cobroke.telegram.bot_api import as_html
from tests.builders import a_property

TOLD = [*product(("INTEREST", "MUTUAL", "OFFER", "CONTACT_SHARED"), ("LEAD", "PROPERTY"))]
PAIR = Pair(
    lead_id="the lead",
    property_id="the listing",
    offer_lead=Decimal("12.5"),
    offer_property=40,
    agreed_share=33,
)
NBSP = "\u00a0"
FACTS = "2\u00a0комнаты, 60\u00a0м², 18\u00a0000\u00a0000\u00a0₽"
PLACE = {"PROPERTY": f"улица Льва Толстого, 16: {FACTS}", "LEAD": f"Хамовники: {FACTS}"}
"""By whom it is told."""


def a_notice(kind: Any, to: Any) -> OwedNotice:
    return OwedNotice(
        kind, to, at=1, round=0, lead_id=PAIR.lead_id, property_id=PAIR.property_id, epoch=1
    )


@pytest.mark.parametrize(
    ("roubles", "text"),
    [
        (18_500_000, "18 500 000 ₽"),
        (999, "999 ₽"),
        (1000, "1 000 ₽"),
        (Decimal("12345678901.23"), "12 345 678 901,23 ₽"),
        (10**12, "1 000 000 000 000 ₽"),
    ],
)
def test_a_price_has_its_thousands_apart_and_never_breaks(
    roubles: int | Decimal, text: str
) -> None:
    assert price(roubles) == text.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0"), (50, "50"), (Decimal("12.5"), "12,5"), (Decimal("0.05"), "0,05")]
)
def test_a_share_has_a_comma_and_its_sign_never_stands_alone(
    share: int | Decimal, text: str
) -> None:
    assert percent(share) == f"{text}\u00a0%"


def test_a_fraction_and_thousands_go_together() -> None:
    assert number(Decimal("99999.99")) == "99\u00a0999,99"


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (1, "1 комната"),
        (2, "2 комнаты"),
        (4, "4 комнаты"),
        (5, "5 комнат"),
        (11, "11 комнат"),
        (12, "12 комнат"),
        (14, "14 комнат"),
        (21, "21 комната"),
        (22, "22 комнаты"),
        (50, "50 комнат"),
        (111, "111 комнат"),
        (112, "112 комнат"),
        (121, "121 комната"),
        (0, "студия"),
    ],
)
def test_rooms_are_counted_as_in_russian(count: int, text: str) -> None:
    assert rooms(count) == text.replace(" ", "\u00a0")


def test_none_of_something_is_many() -> None:
    assert plural(0, "объект", "объекта", "объектов") == "объектов"


@pytest.mark.parametrize("to", ["LEAD", "PROPERTY"])
def test_ones_own_listing_is_described_by_its_address_and_anothers_by_its_district(to: Any) -> None:
    assert described(a_property(), to) == PLACE[to]
    studio = a_property(
        street="Мира", district="Сокол", rooms=0, area=Decimal("24.7"), price=Decimal("4999999.5")
    )
    facts = "студия, 24,7\u00a0м², 4\u00a0999\u00a0999,5\u00a0₽"
    assert described(studio, to) == f"{'Сокол' if to == 'LEAD' else 'Мира, 16'}: {facts}"


@pytest.mark.parametrize(
    "about", ["INTEREST", "MUTUAL", "OFFER", "CONTACT_SHARED", about_lead_alert]
)
def test_where_anothers_listing_stands_is_told_to_nobody(about: Any) -> None:
    listing = a_property(street="Тайная", house_number="77Ж")
    alert = (
        about(2, 99, listing)
        if callable(about)
        else about_pair(a_notice(about, "LEAD"), PAIR, listing)
    )
    assert not any(word in " ".join(alert) for word in ("Тайная", "77Ж"))


@pytest.mark.parametrize(
    ("kind", "to", "title", "terms"),
    [
        (
            "INTEREST",
            "PROPERTY",
            "На ваш объект есть покупатель",
            "Его риелтор просит 12,5 % комиссии.",
        ),
        (
            "INTEREST",
            "LEAD",
            "Вашему покупателю предлагают объект",
            "Вам предлагают 40 % комиссии.",
        ),
        ("MUTUAL", "PROPERTY", "Интерес взаимный", "Риелтор покупателя просит 12,5 % комиссии."),
        ("MUTUAL", "LEAD", "Интерес взаимный", "Риелтор объекта предлагает вам 40 % комиссии."),
        (
            "OFFER",
            "PROPERTY",
            "Новое предложение по комиссии",
            "Риелтор покупателя теперь просит 12,5 %.",
        ),
        ("OFFER", "LEAD", "Новое предложение по комиссии", "Вам теперь предлагают 40 %."),
        (
            "CONTACT_SHARED",
            "PROPERTY",
            "Договорились: контакты открыты",
            "Доля риелтора покупателя: 33 %.",
        ),
        ("CONTACT_SHARED", "LEAD", "Договорились: контакты открыты", "Ваша доля комиссии: 33 %."),
    ],
)
def test_each_side_is_told_what_the_other_offers_and_both_what_is_agreed(
    kind: str, to: str, title: str, terms: str
) -> None:
    words = about_pair(a_notice(kind, to), PAIR, a_property())
    assert words == (title, f"{PLACE[to]}. {terms.replace(' %', NBSP + '%')}", PLACE[to])


def the_longest_listing(name: str, house: str) -> Any:
    facts = {"price": Decimal("999999999999.99"), "area": Decimal("99999.99"), "rooms": 50}
    return a_property(street=name, district=name, house_number=house, **facts)


@pytest.mark.parametrize(("kind", "to"), TOLD)
@pytest.mark.parametrize(
    ("name", "house"),
    [("у" * 120, "1" * 20), ("улица " * 20, "1 корпус 2 строение"), ("у", "1")],
    ids=["one long word", "many words", "short"],
)
def test_every_text_is_short_however_long_the_address_is(
    kind: str, to: str, name: str, house: str
) -> None:
    words = about_pair(a_notice(kind, to), PAIR, the_longest_listing(name, house))
    assert len(words.title) <= 50
    assert len(words.message) <= 200
    assert (f", {house}: 50\u00a0комнат" in words.message) == (to == "PROPERTY")


@pytest.mark.parametrize(
    ("to", "name", "house"), [("PROPERTY", "street", ", 16"), ("LEAD", "district", "")]
)
def test_a_name_that_is_too_long_ends_in_an_ellipsis_and_any_other_stands_as_it_is(
    to: Any, name: str, house: str
) -> None:
    assert described(a_property(**{name: "у" * 71}), to).startswith("у" * 69 + f"…{house}: ")
    assert described(a_property(**{name: "ул " * 40}), to).startswith("ул " * 22 + f"ул…{house}: ")
    assert described(a_property(**{name: "у" * 70}), to).startswith("у" * 70 + f"{house}: ")


def test_a_place_stays_on_one_line_whatever_was_typed() -> None:
    listing = a_property(street=" улица\nМира\t\t", house_number="16\r\n", district="\nСокол\u2028")
    assert described(listing, "PROPERTY").startswith("улица Мира, 16: ")
    assert described(listing, "LEAD").startswith("Сокол: ")


@pytest.mark.parametrize(("kind", "to"), TOLD)
def test_a_text_holds_russian_words_and_no_ids_names_or_places_to_fill(kind: str, to: str) -> None:
    words = about_pair(a_notice(kind, to), PAIR, a_property())
    text = f"{words.title} {words.message}"
    assert not any("a" <= letter.lower() <= "z" for letter in text)
    assert not set(text) & set("{}<>_#")
    assert text[0].isupper()
    assert text.endswith(".")


@pytest.mark.parametrize(
    ("count", "title", "found"),
    [
        (1, "Новый объект для вашего покупателя", ""),
        (2, "Новые объекты для вашего покупателя", "2 новых объекта. Лучший: "),
        (5, "Новые объекты для вашего покупателя", "5 новых объектов. Лучший: "),
        (21, "Новые объекты для вашего покупателя", "21 новый объект. Лучший: "),
    ],
)
def test_the_owner_of_a_lead_reads_of_the_best_new_listing_and_how_many_there_are(
    count: int, title: str, found: str
) -> None:
    words = about_lead_alert(count, Decimal("88.25"), a_property())
    spaced = f"{found.replace(' н', NBSP + 'н', 1)}{PLACE['LEAD']}. Совпадение 88,25{NBSP}%."
    assert words == (title, spaced, PLACE["LEAD"])


@pytest.mark.parametrize(
    ("count", "title", "found"),
    [
        (1, "Новый покупатель на ваш объект", "1 новый покупатель"),
        (3, "Новые покупатели на ваш объект", "3 новых покупателя"),
        (11, "Новые покупатели на ваш объект", "11 новых покупателей"),
    ],
)
def test_the_owner_of_a_listing_reads_which_one_it_is_and_how_many_new_buyers_there_are(
    count: int, title: str, found: str
) -> None:
    words = about_property_alert(count, Decimal("100.00"), a_property())
    spaced = f"{PLACE['PROPERTY']}. {found.replace(' ', NBSP, 1)}, лучшее совпадение 100{NBSP}%."
    assert words == (title, spaced, PLACE["PROPERTY"])


@pytest.mark.parametrize("about", [about_lead_alert, about_property_alert])
@pytest.mark.parametrize("count", [1, 9999])
def test_an_alert_is_short_and_in_russian_however_much_there_is_to_tell(
    about: Any, count: int
) -> None:
    longest = about(count, Decimal("99.99"), the_longest_listing("у" * 120, "1" * 20))
    assert len(longest.title) <= 50
    assert len(longest.message) <= 200
    text = about(count, Decimal("99.99"), a_property()).message
    assert not any("a" <= letter.lower() <= "z" for letter in text)
    assert text.endswith(".")


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (1, "У вас 1 новое уведомление"),
        (4, "У вас 4 новых уведомления"),
        (5, "У вас 5 новых уведомлений"),
        (12, "У вас 12 новых уведомлений"),
        (21, "У вас 21 новое уведомление"),
        (500, "У вас 500 новых уведомлений"),
    ],
)
def test_many_notices_are_told_in_one_line(count: int, text: str) -> None:
    words = about_many(count)
    assert words.title.replace(NBSP, " ") == text
    assert as_html(words) == f"<b>{words.title}</b>"
