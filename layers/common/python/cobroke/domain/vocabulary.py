"""The words of the contract: its numbers, and the values of its enumerations."""

from decimal import Decimal
from typing import Literal

type Number = int | Decimal
"""A number as it came: a whole one is an int, any other a Decimal, none a float."""

type LeadType = Literal["APARTMENT", "HOUSE", "TOWNHOUSE"]
type PropertyType = Literal["APARTMENT", "HOUSE", "APARTMENTS", "TOWNHOUSE"]
type PropertyClass = Literal["ECONOMY", "COMFORT", "BUSINESS", "ELITE"]
type Condition = Literal["ROUGH", "PRE_FINISHING", "FINISHING", "DESIGN"]
type PaymentMethod = Literal["CASH", "MORTGAGE", "EXCHANGE"]
type PostingStatus = Literal["ACTIVE", "ARCHIVED"]
type ArchivedFor = Literal["OBJECT_ARCHIVED", "OBJECT_CLOSED"]
"""The reason why an object left the market for good: its owner's archive, or a deal done."""
