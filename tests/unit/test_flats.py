"""The same flat, however its address is spelt; and what one of those who offer it is shown."""

from collections import Counter
from collections.abc import Collection
from random import Random
from typing import Any

import pytest

from cobroke.domain.ids import owner_of
from cobroke.domain.postings.features import Group
from cobroke.domain.postings.flats import (
    MOST_SHOWN,
    Offer,
    SameFlat,
    alike,
    fingerprint,
    house_key,
    same_flat,
    street_key,
)
from cobroke.domain.postings.posting import Content
from tests.builders import a_property
from tests.market import spelled
from tests.support.contents import content
from tests.support.moscow import beside
from tests.support.same_flat_pairs import DRAWN, drawn, judged, offer
from tests.support.seekers import HER, HIM, ME, an_id

THEM = [HER, HIM, *("0" * 12 + sign for sign in "02468ace")]

STREETS = {
    "улица Льва Толстого": [
        "Льва Толстого ул.",
        "ул.Льва Толстого",
        "УЛ ЛЬВА ТОЛСТОГО",
        "Толстого Льва, улица",
        "«Льва  Толстого»",
        "ул. Львa Толстoго",
    ],
    "Ленинский проспект": [
        "пр-т Ленинский",
        "Ленинский пр-кт.",
        "просп. Ленинский",
        "проспект,Ленинский",
        "Ленинский пр - т",
        "Ленинский",
    ],
    "Большой Козихинский переулок": ["Б\u00adольшой Козихинский пер.", "пер. Козихинский Большой"],
    "Цветной бульвар": ["б-р Цветной", "Цветной б\u2011р"],
    "Дмитровское шоссе": ["ш. Дмитровское", "Дмитровское ш"],
    "Красная площадь": ["пл. Красная", "Красная пл."],
    "Пушкинская набережная": ["наб. Пушкинская", "Пушкинская наб"],
    "3-й проезд Перова Поля": ["пр-д Перова Поля 3-й", "3-й пр-д. Перова Поля"],
    "улица Берёзовая Аллея": ["Березовая аллея ул", "ул. Аллея Берёзовая"],
}
HOUSES = {
    "14к3": ["14 корп 3", "14 К. 3", "14, корпус 3", "14корп.3", "14 к3", "14k3"],
    "8с1": ["8 стр 1", "8 строение 1", "8, стр. 1", "8С1"],
    "5А": ["5 а", "5a", "5 А"],
    "7лА": ["7 литер А", "7, лит. А", "7 Л А"],
    "88к4с1": ["88 корп. 4 стр. 1", "88 К4 С1", "88корпус4строение1"],
    "12/6": ["12 / 6"],
    "3-9": ["3 - 9", "3\u20119"],
}
APART = ["14", "143", "14 3", "14к3", "14с3", "14/3", "14л3", "14А", "14к3А", "1к43", "14к33"]


def body(**changes: Any) -> Content:
    return content("PROPERTY", a_property(**changes))


def print_of(**changes: Any) -> bytes:
    return fingerprint(body(**changes).body, Group.FLAT)


@pytest.mark.parametrize(
    ("street", "other"), [(name, other) for name, others in STREETS.items() for other in others]
)
def test_a_street_is_the_same_in_many_spellings(street: str, other: str) -> None:
    assert street_key(street) == street_key(other)
    assert print_of(street=street) == print_of(street=other)


@pytest.mark.parametrize(
    ("house", "other"), [(name, other) for name, others in HOUSES.items() for other in others]
)
def test_a_house_is_the_same_in_many_spellings(house: str, other: str) -> None:
    assert house_key(house) == house_key(other)
    assert print_of(house_number=house) == print_of(house_number=other)


def test_other_houses_and_streets_stay_others() -> None:
    assert len({house_key(house) for house in APART}) == len(APART)
    assert len({street_key(street) for street in STREETS}) == len(STREETS)


def test_a_word_that_only_begins_as_a_kind_of_street_stays() -> None:
    assert street_key("ул. Шоссейная") == "шоссейная"
    assert street_key("Плющиха") == "плющиха"
    assert street_key("улица 1905 года") == "1905 года"


def test_doubles_planted_in_a_city_are_found_and_no_others() -> None:
    rng, planted, prints = Random(1), 0, {}
    for number, (street, house) in enumerate(
        (street, house) for street in STREETS for house in HOUSES
    ):
        own = print_of(street=street, house_number=house, floor=number % 9 + 1, total_floors=9)
        for _ in range(3):
            other = print_of(
                street=rng.choice(STREETS[street]),
                house_number=rng.choice(HOUSES[house]),
                city=spelled(rng, "Москва", "city"),
                floor=number % 9 + 1,
                total_floors=9,
                price=rng.randint(1, 10**9),
                district="Арбат",
                metro_station=None,
                property_type="APARTMENTS",
                property_class="ELITE",
                condition="ROUGH",
            )
            planted += own == other
        prints[own] = street, house
    assert (planted, len(prints)) == (189, 63)


@pytest.mark.parametrize(
    "change",
    [
        {"city": "Тверь"},
        {"street": "улица Тимура Фрунзе"},
        {"house_number": "18"},
        {"floor": 4},
        {"total_floors": 10},
        {"rooms": 3},
    ],
    ids=str,
)
def test_another_flat_of_the_house_or_of_another_is_another(change: dict[str, Any]) -> None:
    assert print_of(**change) != print_of()


def test_a_house_is_no_flat() -> None:
    assert fingerprint(body().body, Group.HOUSE) != print_of()


@pytest.mark.parametrize(
    ("area", "other", "are"),
    [
        (6000, 6000, True),
        (6000, 6060, True),
        (6000, 6061, False),
        (6060, 6000, True),
        (3000, 3050, True),
        (3000, 3051, False),
        (1, 51, True),
        (1, 52, False),
        (9900, 10000, True),
        (9899, 10000, False),
    ],
)
def test_areas_differ_by_half_a_metre_or_a_hundredth_of_the_larger(
    area: int, other: int, *, are: bool
) -> None:
    one, two = an_offer(1, area=area), an_offer(2, area=other)
    assert (alike(one, two), alike(two, one)) == (are, are)


def an_offer(number: int, owner: str = HER, area: int = 6000, price: int = 100) -> Offer:
    return Offer(an_id(number, owner), b"flat", area, price)


def asked(
    others: Collection[Offer], left_out: Collection[str] = (), shown: Collection[str] | None = None
) -> SameFlat | None:
    """Of the first listing, hers; the reader is nobody's owner unless left out."""
    ids = {other.id for other in others}
    return same_flat(
        an_offer(1),
        others,
        lambda an_id_: owner_of(an_id_) in left_out,
        ids if shown is None else shown,
    )


def test_nobody_else_offers_it() -> None:
    assert asked([]) is None
    assert asked([an_offer(1)]) is None
    assert asked([an_offer(2, HIM, area=6061)]) is None
    assert asked([an_offer(2, HIM)._replace(fingerprint=b"another")]) is None


def test_others_are_counted_and_shown_by_price_then_id() -> None:
    others = [
        an_offer(2, THEM[2], price=70),
        an_offer(3, THEM[3], price=50),
        an_offer(4, THEM[4], price=70),
        an_offer(5, THEM[5], price=90),
    ]
    in_order = [others[number].id for number in (1, 0, 2, 3)]
    assert asked(others) == SameFlat(4, 50, in_order)
    assert asked([*reversed(others), an_offer(1)]) == SameFlat(4, 50, in_order)
    assert asked(others, shown=in_order[2:]) == SameFlat(4, 50, in_order[2:])
    assert asked(others, shown=()) == SameFlat(4, 50, [])


def test_at_most_ten_are_shown_and_all_are_counted() -> None:
    others = [an_offer(number, f"{number:012d}0", price=number) for number in range(2, 20)]
    found = asked(others)
    assert found == SameFlat(18, 2, [other.id for other in others[:MOST_SHOWN]])


def test_the_readers_own_and_blocked_ones_are_not_told() -> None:
    mine, his = an_offer(2, ME, price=1), an_offer(3, HIM, price=2)
    assert asked([mine, his], left_out=[ME]) == SameFlat(1, 2, [his.id])
    assert asked([mine, his], left_out=[ME, HIM]) is None


@pytest.mark.parametrize("owner", [HER, HIM])
def test_where_one_owner_offers_it_twice_nothing_is_said(owner: str) -> None:
    """Twins of a new building; also where they are the listing's owner's, or not told."""
    others = [an_offer(2, HIM), an_offer(3, owner), an_offer(4, ME)]
    assert asked(others) is None
    assert asked(others, left_out=[HIM]) is None
    twin_of_another_size = others[1]._replace(area=6061)
    assert asked([others[0], twin_of_another_size, others[2]]) is not None


@beside
def test_the_pairs_that_a_reader_has_judged_are_still_claimed() -> None:
    pairs = judged()
    assert len(pairs) == len({pair[:2] for pair in pairs}) == DRAWN
    for one, other, _ in pairs:
        found = same_flat(offer(one), [offer(other)], lambda _: False, {offer(other).id})
        assert found == SameFlat(1, offer(other).price, [offer(other).id])


def test_of_100_pairs_86_looked_alike_to_a_reader_and_5_did_not() -> None:
    """The goal is 95. What misses it are new houses: two areas a few tenths apart, each with its
    price of a developer's list.
    """
    verdicts = Counter(pair.verdict for pair in judged())
    assert verdicts == {"yes": 259, "cannot tell": 27, "no": 14}


@beside
def test_the_drawn_pairs_are_drawn_again() -> None:
    assert [pair[:2] for pair in drawn(Random(1))] == [pair[:2] for pair in judged()]
