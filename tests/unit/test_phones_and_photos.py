"""Phones as they are kept, addresses that are shown."""

import pytest

from cobroke.domain.texts import holds_bot_token, phone_number, web_address


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
        ("9161234567\n", "+79161234567"),
        ("+7\u00a0(916)\u2009123\u202f45\u300067", "+79161234567"),
        ("+7–916—123\u201145\u221267", "+79161234567"),
        ("8\uff0d916\u301c123\ufe5845\ufe6367", "+79161234567"),
        ("\u202a+7 916 123-45-67\u202c", "+79161234567"),
        ("\ufeff8916\u00ad123\u200b4567", "+79161234567"),
        ("+89161234567", "+79161234567"),
        ("+8 (916) 123-45-67", "+79161234567"),
        ("+8 – 916 – 123-45-67", "+79161234567"),
        ("+8916123456", "+8916123456"),
        ("+891612345678", "+891612345678"),
        ("+88161234567", "+88161234567"),
        ("89161234567", "+79161234567"),
        ("+7 916 123-45-67" + "\u200b" * 30, "+79161234567"),
        ("\u200b" * 5 + "12345", None),
        (" +79161234567", None),
        ("+7+9161234567", None),
        ("9161234567_", None),
        ("916.123.45.67", None),
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


HOLD_TOKENS = [
    "https://api.telegram.org/",
    "https://api.telegram.org",
    "https://API.Telegram.ORG/file/x.jpg",
    "https://api.telegram.org:8443/1.jpg",
    "https://api.telegram.org./1.jpg",
    "https://api.telegram.org.:443/1.jpg",
    "https://u:p@api.telegram.org/1.jpg",
    "https://ａｐｉ.telegram.org/1.jpg",
    "https://api。telegram。org/1.jpg",
    "https://api.tele\u034fgram.org/1.jpg",
    "https://%61pi.telegram.org/1.jpg",
    "https://a.ru/bot123:AAE/getMe",
    "https://a.ru/file/bot123:AAE/photos/1.jpg",
    "https://a.ru:8081/bot1:",
    "https://a.ru//bot123:AAE/1.jpg",
    "https://a.ru///file//bot123:AAE/1.jpg",
    "https://a.ru/./bot123:AAE",
    "https://a.ru/x/../bot123:AAE",
    "https://a.ru/bot123%3AAAE",
    "https://a.ru/%62ot123:AAE",
    "https://a.ru/%2562ot123%253aAAE",
    "https://a.ru/%2Fbot123:AAE",
    "https://a.ru/file%2fbot123:AAE",
    "https://u@a.ru/bot123:AAE",
    "http://api.telegram.org/1.jpg",
]


@pytest.mark.parametrize("url", HOLD_TOKENS)
def test_an_address_of_the_bot_api_holds_a_token(url: str) -> None:
    assert holds_bot_token(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://telegram.org/1.jpg",
        "https://my-api.telegram.org/1.jpg",
        "https://api.telegram.org.ru/1.jpg",
        "https://a.ru/api.telegram.org/1.jpg",
        "https://a.ru/bot/1.jpg",
        "https://a.ru/bot123/1.jpg",
        "https://a.ru/bots/123:1.jpg",
        "https://a.ru/bot:123",
        "https://a.ru/robot123:1.jpg",
        "https://a.ru/botany:1.jpg",
        "https://a.ru/files/bot123:1",
        "https://a.ru/?from=/bot123:AAE",
        "https://a.ru/#/bot123:AAE",
        "https://a.ru/100%.jpg",
    ],
)
def test_an_address_that_only_looks_like_one_is_a_photo(url: str) -> None:
    assert not holds_bot_token(url)
    assert web_address(url)


def test_what_is_no_address_holds_no_token() -> None:
    assert not holds_bot_token("https://[/bot1:")
    assert not holds_bot_token("")
