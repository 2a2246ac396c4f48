"""The wording of notices, in Russian: nothing of a client, and of the other realtor only what they
offer.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from cobroke.domain.deals.owed import OwedNotice
from cobroke.domain.deals.pair import Pair, Side
from cobroke.domain.postings.kinds import other
from cobroke.domain.vocabulary import Number

_NBSP = "\u00a0"
_LONGEST_NAME = 70
"""In letters, of a district too: realtors may write 120. No message is then over 200."""


class Words(NamedTuple):
    title: str
    message: str
    typed: str = ""
    """The part of the message that holds what a realtor typed; empty where it may be anywhere."""


def about_pair(notice: OwedNotice, pair: Pair, listing: Mapping[str, Any]) -> Words:
    """Word a notice of a pair as it was when that came due; `listing` is its property's body."""
    title, terms = _TOLD[notice.kind, notice.to]
    share = pair.agreed_share if notice.kind == "CONTACT_SHARED" else pair.offer(other(notice.to))
    shown = described(listing, notice.to)
    return Words(title, f"{shown}. {terms.format(share=percent(share or 0))}", shown)


def about_lead_alert(count: int, score: Number, best: Mapping[str, Any]) -> Words:
    """Tell a lead's owner of `count` listings, the best with its body and its score (0–100)."""
    shown = described(best, "LEAD")
    message = f"{shown}. Совпадение {percent(score)}."
    if count == 1:
        return Words("Новый объект для вашего покупателя", message, shown)
    found = plural(count, "новый объект", "новых объекта", "новых объектов")
    message = f"{count}{_NBSP}{found}. Лучший: {message}"
    return Words("Новые объекты для вашего покупателя", message, shown)


def about_property_alert(count: int, score: Number, own: Mapping[str, Any]) -> Words:
    """Tell the owner of a listing with this body of `count` leads, and the best score (0–100)."""
    title = "Новый покупатель на ваш объект" if count == 1 else "Новые покупатели на ваш объект"
    found = plural(count, "новый покупатель", "новых покупателя", "новых покупателей")
    shown = described(own, "PROPERTY")
    message = f"{shown}. {count}{_NBSP}{found}, лучшее совпадение {percent(score)}."
    return Words(title, message, shown)


def about_many(count: int) -> Words:
    """Tell of so many notices at once: a digest has no message, and nothing that anybody typed."""
    found = plural(count, "новое уведомление", "новых уведомления", "новых уведомлений")
    return Words(f"У вас {count}{_NBSP}{found}", "")


def described(listing: Mapping[str, Any], to: Side) -> str:
    """Describe a listing: «Тимура Фрунзе, 11: 2 комнаты, 60 м², 18 500 000 ₽» to its owner, to
    others «Хамовники: …».
    """
    address, details = listing["address"], listing["details"]
    names = ("street", "house_number") if to == "PROPERTY" else ("district",)
    place = [address[name] for name in names]
    facts = rooms(details["rooms"]), f"{number(details['area'])}{_NBSP}м²", price(details["price"])
    return f"{', '.join(map(_shortened, place))}: {', '.join(facts)}"


def price(roubles: Number) -> str:
    """Write a price, as in 18 500 000 ₽."""
    return f"{number(roubles)}{_NBSP}₽"


def percent(share: Number) -> str:
    return f"{number(share)}{_NBSP}%"


def number(value: Number) -> str:
    """Write thousands apart, and a comma before the decimals, if there are any."""
    return f"{int(value) if value == int(value) else value:,}".replace(",", _NBSP).replace(".", ",")


def rooms(count: int) -> str:
    return f"{count}{_NBSP}{plural(count, 'комната', 'комнаты', 'комнат')}" if count else "студия"


def plural(count: int, one: str, few: str, many: str) -> str:
    """Choose the form for a count: 1 объект, 2 объекта, 5 объектов."""
    if count % 10 == 1 and count % 100 != 11:
        return one
    return few if count % 10 in {2, 3, 4} and count % 100 not in {12, 13, 14} else many


def _shortened(text: str) -> str:
    """Put on one line what was typed, cut to the longest name."""
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
"""Title and terms, by what is told and to which side."""
