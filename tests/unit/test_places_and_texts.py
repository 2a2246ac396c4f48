"""Names as they are compared, phones as they are kept, addresses that are shown."""

import pytest

from cobroke.domain.places import merged, normalised, place
from cobroke.domain.texts import phone_number, web_address


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Москва", "москва"),
        ("  МОСКВА\u00a0 ", "москва"),
        ("г. Москва", "москва"),
        ("г.Орёл", "орел"),
        ("город  Орел", "орел"),
        ("Город", "город"),
        ("городец", "городец"),
        ("м. Парк   Культуры", "парк культуры"),
        ("метро Арбат", "арбат"),
        ("р-н Хамовники", "хамовники"),
        ("район Арбат", "арбат"),
        ("г. м. Арбат", "м. арбат"),
        ("и\u0306", "й"),
        ("г.", ""),
        ("г. ", ""),
    ],
)
def test_a_name_is_compared_normalised(name: str, expected: str) -> None:
    assert normalised(name) == expected


def test_equal_names_are_one_place_and_the_first_spelling_stays() -> None:
    assert merged(["Орёл", "г. ОРЕЛ", "Тула", "орел"]) == ["Орёл", "Тула"]
    assert place("Орёл") == place("г. орел") != place("Орёл-2")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("+7 (916) 123-45-67", "+79161234567"),
        ("8 916 123 45 67", "+79161234567"),
        ("7 916 123 45 67", "+79161234567"),
        ("9161234567", "+79161234567"),
        ("+3751234567", "+3751234567"),
        ("+123456789012345", "+123456789012345"),
        ("+1234567890123456", None),
        ("+123456789", None),
        ("19161234567", None),
        ("916123456", None),
        ("916+1234567", None),
        ("9161234567 доб. 2", None),
        ("9161234567\n", None),
        ("٩161234567", None),
        ("+7" + " " * 30 + "9161234567", None),
    ],
)
def test_a_phone_is_kept_as_plus_and_digits(sent: str, kept: str | None) -> None:
    assert phone_number(sent) == kept


@pytest.mark.parametrize(
    "url",
    [
        "https://a.ru/1.jpg",
        "https://xn--e1afmkfd.xn--p1ai/?a=1#b",
        "https://пример.рф/",
        "https://a.ru:8443",
        "https://a.1com/",
    ],
)
def test_an_https_address_with_a_host_name_is_a_photo(url: str) -> None:
    assert web_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://a.ru/",
        "ftp://a.ru/",
        "https://",
        "https:///a",
        "a.ru/1.jpg",
        "https://user@a.ru/",
        "https://u:p@a.ru/",
        "https://@a.ru/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://127.0.0.0x1/",
        "https://[::1]/",
        "https://127.0.0.1./",
        "https://１２７.0.0.1/",
        "https://127。0。0。1/",
        "https://foo。1/",
        "https://a.ru:99999/",
        "https://a.ru\\@evil.ru/",
        "https://a b.ru/",
        "https://a.ru/\n",
        "https://a..ru/",
        "https://0x7f000001\ufe0f/a.jpg",
        "https://0𝐗7f000001/a.jpg",
        "https://127.0.0.0x\u034f1/a.jpg",
        "https://0x7𝐅/a",
        "https://a^b.ru/",
        "https://a|b.ru/",
    ],
)
def test_anything_else_is_not(url: str) -> None:
    assert not web_address(url)
