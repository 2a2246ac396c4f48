"""Where each item of the table lives: partition and sort keys, in one place."""

from typing import Literal

from cobroke.domain.features import LeadFeatures, Market, PropertyFeatures
from cobroke.domain.ids import owner_of
from cobroke.domain.market import highest_price, rooms_key
from cobroke.storage.table import Key

type Kind = Literal["LEAD", "PROPERTY"]

LAST = "~"
"""Sorts after everything that an id or a number is written with."""
_PRICE_DIGITS = 15


def realtor(realtor_id: str) -> Key:
    return f"REALTOR#{realtor_id}", "PROFILE"


def telegram(telegram_id: str) -> Key:
    return f"TELEGRAM#{telegram_id}", "TELEGRAM"


def owned(kind: Kind, object_id: str) -> Key:
    """A lead or property lives with its owner, whom its id names."""
    return f"REALTOR#{owner_of(object_id)}", f"{kind}#{object_id}"


def properties_market(market: Market, rooms: str) -> str:
    """The partition of a market's listings of one rooms key, in order of price."""
    return f"MARKET#PROPERTY#{market.city}#{market.group.name}#{rooms}"


def leads_market(market: Market) -> str:
    """The partition of a market's leads, in order of the highest price they may be shown."""
    return f"MARKET#LEAD#{market.city}#{market.group.name}"


def market_entry(features: LeadFeatures | PropertyFeatures, object_id: str) -> Key:
    if isinstance(features, LeadFeatures):
        return leads_market(features.market), f"{price(highest_price(features))}#{object_id}"
    return properties_market(features.market, rooms_key(features.rooms)), f"{price(features.price)}#{object_id}"


def changes(kind: Kind, market: Market) -> str:
    """The partition of what has changed among a market's leads or properties, in order of time."""
    return f"CHANGES#{kind}#{market.city}#{market.group.name}"


def change(kind: Kind, market: Market, time: int, object_id: str) -> Key:
    return changes(kind, market), f"{moment(time)}#{object_id}"


def price(kopecks: int) -> str:
    return f"{kopecks:0{_PRICE_DIGITS}}"


def moment(ms: int) -> str:
    return f"{ms:013}"


def id_in(sort_key: str) -> str:
    """The id behind the price of a market entry or the time of a change."""
    return sort_key.rpartition("#")[2]
