"""What realtors are told, in Russian. Nothing of a client, and of the other realtor nothing but
what he offers.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from cobroke.domain.deals.pair import Notice, Pair, Side, other
from cobroke.domain.vocabulary import Number

_NBSP = "\u00a0"
_LONGEST_NAME = 70
"""Or district: realtors may write 120 letters; with all else no message is then over 200."""


class Words(NamedTuple):
    title: str
    message: str
    typed: str = ""
    """The part of the message that holds what a realtor typed; where that is not said, it may be
    anywhere.
    """


def about_pair(notice: Notice, pair: Pair, listing: Mapping[str, Any]) -> Words:
    """`pair` as it was when the notice came due, `listing`: the body of its property."""
    title, terms = _TOLD[notice.kind, notice.to]
    share = pair.agreed_share if notice.kind == "CONTACT_SHARED" else pair.offer(other(notice.to))
    shown = described(listing, notice.to)
    return Words(title, f"{shown}. {terms.format(share=percent(share or 0))}", shown)


def about_lead_alert(count: int, score: Number, best: Mapping[str, Any]) -> Words:
    """To the owner of a lead: `count` listings, the best of them with its body and its score
    (0–100).
    """
    title = (
        "Новый объект для вашего покупателя"
        if count == 1
        else "Новые объекты для вашего покупателя"
    )
    found = (
        ""
        if count == 1
        else f"{count}{_NBSP}{plural(count, 'новый объект', 'новых объекта', 'новых объектов')}. Лучший: "
    )
    shown = described(best, "LEAD")
    return Words(title, f"{found}{shown}. Совпадение {percent(score)}.", shown)


def about_property_alert(count: int, score: Number, own: Mapping[str, Any]) -> Words:
    """To the owner of a listing with this body: `count` leads, the best of them with this score
    (0–100).
    """
    title = "Новый покупатель на ваш объект" if count == 1 else "Новые покупатели на ваш объект"
    found = f"{count}{_NBSP}{plural(count, 'новый покупатель', 'новых покупателя', 'новых покупателей')}"
    shown = described(own, "PROPERTY")
    return Words(title, f"{shown}. {found}, лучшее совпадение {percent(score)}.", shown)


def described(listing: Mapping[str, Any], to: Side) -> str:
    """As in «Тимура Фрунзе, 11: 2 комнаты, 60 м², 18 500 000 ₽» to its owner; to others «Хамовники:
    …».
    """
    address, details = listing["address"], listing["details"]
    place = (
        [address["street"], address["house_number"]] if to == "PROPERTY" else [address["district"]]
    )
    facts = rooms(details["rooms"]), f"{number(details['area'])}{_NBSP}м²", price(details["price"])
    return f"{', '.join(map(_shortened, place))}: {', '.join(facts)}"


def price(roubles: Number) -> str:
    """As in 18 500 000 ₽."""
    return f"{number(roubles)}{_NBSP}₽"


def percent(share: Number) -> str:
    return f"{number(share)}{_NBSP}%"


def number(value: Number) -> str:
    """Thousands apart, a comma before the decimals, if there are any."""
    return f"{int(value) if value == int(value) else value:,}".replace(",", _NBSP).replace(".", ",")


def rooms(count: int) -> str:
    return f"{count}{_NBSP}{plural(count, 'комната', 'комнаты', 'комнат')}" if count else "студия"


def plural(count: int, one: str, few: str, many: str) -> str:
    """1 объект, 2 объекта, 5 объектов."""
    if count % 10 == 1 and count % 100 != 11:
        return one
    return few if count % 10 in {2, 3, 4} and count % 100 not in {12, 13, 14} else many


def _shortened(text: str) -> str:
    """On one line, whatever was typed."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_NAME else f"{line[: _LONGEST_NAME - 1].rstrip()}…"


_TOLD: Mapping[tuple[str, str], tuple[str, str]] = {
    ("INTEREST", "PROPERTY"): (
        "На ваш объект есть покупатель",
        "Его риелтор просит {share} комиссии.",
    ),
    ("INTEREST", "LEAD"): (
        "Вашему покупателю предлагают объект",
        "Вам предлагают {share} комиссии.",
    ),
    ("MUTUAL", "PROPERTY"): ("Интерес взаимный", "Риелтор покупателя просит {share} комиссии."),
    ("MUTUAL", "LEAD"): ("Интерес взаимный", "Риелтор объекта предлагает вам {share} комиссии."),
    ("OFFER", "PROPERTY"): (
        "Новое предложение по комиссии",
        "Риелтор покупателя теперь просит {share}.",
    ),
    ("OFFER", "LEAD"): ("Новое предложение по комиссии", "Вам теперь предлагают {share}."),
    ("CONTACT_SHARED", "PROPERTY"): (
        "Договорились: контакты открыты",
        "Доля риелтора покупателя: {share}.",
    ),
    ("CONTACT_SHARED", "LEAD"): ("Договорились: контакты открыты", "Ваша доля комиссии: {share}."),
}
"""By what is told and to which side."""
