"""Nothing that a realtor typed becomes a link, a mention or a command in a push."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobroke.domain.deals.owed import OwedNotice
from cobroke.domain.deals.pair import Pair
from cobroke.domain.notices.wording import Words, about_lead_alert, about_pair, about_property_alert
from cobroke.telegram.bot_api import as_html
from tests.builders import Json, a_property
from tests.telegram_entities import Entity, Unparsable, entities

FOUND = {
    "url": [
        "www.evil.example",
        "evil.example",
        "t.me/x",
        "https://evil.example/a?b=1",
        "tg://user?id=1",
        "правда.рф",
    ],
    "mention": ["@admin", "дом @admin"],
    "bot_command": ["/start", "корпус /stop"],
    "hashtag": ["#x", "#продажа"],
    "cashtag": ["$USD"],
    "email": ["me@evil.example"],
    "phone_number": ["+7 916 123-45-67", "8 (916) 123-45-67", "89161234567"],
    "bank_card_number": ["4111 1111 1111 1111"],
}
MARKUP = [
    "</code><a href='https://evil.example'>сюда</a>",
    "</code>",
    "<code>",
    "<pre>",
    "</b>",
    "&lt;",
    "&lt;/code&gt; www.evil.example",
    "&#60;/code&#62; @admin",
    "`x` ``` @admin",
    "[сюда](https://evil.example)",
    "\u200b@admin\u2028www.evil.example",
    "<",
    "&",
]
HOSTILE = [*(text for texts in FOUND.values() for text in texts), *MARKUP]
PAIR = Pair(
    lead_id="the lead",
    property_id="the listing",
    offer_lead=Decimal("12.5"),
    offer_property=40,
    agreed_share=33,
)
TOLD = [*product(("INTEREST", "MUTUAL", "OFFER", "CONTACT_SHARED"), ("LEAD", "PROPERTY"))]


def every_message(listing: Json) -> list[Words]:
    """About a listing, to both sides."""
    ids = "the lead", "the listing"
    notices = [OwedNotice(kind, to, 1, 0, *ids, 1) for kind, to in TOLD]  # type: ignore[arg-type]
    told = [about_pair(notice, PAIR, listing) for notice in notices]
    alerts = [
        about(count, Decimal("88.25"), listing)
        for about in (about_lead_alert, about_property_alert)
        for count in (1, 9)
    ]
    return told + alerts


def assert_only_ours(listing: Json) -> None:
    for words in every_message(listing):
        assert entities(as_html(words)) == [
            Entity("bold", words.title),
            Entity("code", words.typed),
        ]
        assert words.typed in words.message


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in FOUND.items() for text in texts]
)
def test_telegram_would_find_it_in_a_bare_text(kind: str, text: str) -> None:
    assert kind in {one.kind for one in entities(f"<b>Дом</b>\nулица {text}, 5")}


@pytest.mark.parametrize("html", ["<script>", "<b>", "</b>", "<b><code></b></code>", "a < b"])
def test_telegram_refuses_what_it_cannot_read(html: str) -> None:
    with pytest.raises(Unparsable):
        entities(html)


@pytest.mark.parametrize("place", ["street", "house_number", "district"])
@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_typed_becomes_more_than_text(text: str, place: str) -> None:
    assert_only_ours(a_property(**{place: text}))


@given(
    st.lists(st.sampled_from([*HOSTILE, "улица", "ё", " "]), min_size=1, max_size=8),
    st.sampled_from(["", " ", "."]),
)
def test_nor_do_pieces_of_it_however_they_are_joined_and_cut(
    pieces: list[str], between: str
) -> None:
    text = f"у{between.join(pieces)}"
    assert_only_ours(a_property(street=text, house_number=text[-20:], district=text))


@pytest.mark.parametrize("price", [79_161_234_567, 89_161_234_567, Decimal("411111111111.11")])
def test_nor_do_typed_numbers(price: int | Decimal) -> None:
    assert_only_ours(a_property(price=price, area=Decimal("79161.23"), rooms=50))


def test_where_nobody_says_what_was_typed_all_of_it_may_have_been() -> None:
    words = Words("Дом", "www.evil.example")
    assert entities(as_html(words)) == [Entity("bold", "Дом"), Entity("code", "www.evil.example")]
