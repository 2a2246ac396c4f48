"""The words of the contract: the values its enumerations have."""

from typing import Literal

type LeadType = Literal["APARTMENT", "HOUSE", "TOWNHOUSE"]
type PropertyType = Literal["APARTMENT", "HOUSE", "APARTMENTS", "TOWNHOUSE"]
type PropertyClass = Literal["ECONOMY", "COMFORT", "BUSINESS", "ELITE"]
type Condition = Literal["ROUGH", "PRE_FINISHING", "FINISHING", "DESIGN"]
type PaymentMethod = Literal["CASH", "MORTGAGE", "EXCHANGE"]
type Status = Literal["ACTIVE", "ARCHIVED"]
type ArchivedFor = Literal["OBJECT_ARCHIVED", "OBJECT_CLOSED"]
"""Why an object left the market for good: its owner took it out, or its deal is done."""
