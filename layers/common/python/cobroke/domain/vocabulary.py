"""The words of the contract: its numbers, and the values its enumerations have."""

from decimal import Decimal
from typing import Literal

type Number = int | Decimal
"""As it came: a whole number is an int, any other a Decimal. Never a float."""

type LeadType = Literal["APARTMENT", "HOUSE", "TOWNHOUSE"]
type PropertyType = Literal["APARTMENT", "HOUSE", "APARTMENTS", "TOWNHOUSE"]
type PropertyClass = Literal["ECONOMY", "COMFORT", "BUSINESS", "ELITE"]
type Condition = Literal["ROUGH", "PRE_FINISHING", "FINISHING", "DESIGN"]
type PaymentMethod = Literal["CASH", "MORTGAGE", "EXCHANGE"]
type PostingStatus = Literal["ACTIVE", "ARCHIVED"]
type ArchivedFor = Literal["OBJECT_ARCHIVED", "OBJECT_CLOSED"]
"""Why an object left the market for good: its owner took it out, or its deal is done."""
