"""The words of the contract: the values its enumerations have."""

from typing import Literal

type LeadType = Literal["APARTMENT", "HOUSE", "TOWNHOUSE"]
type PropertyType = Literal["APARTMENT", "HOUSE", "APARTMENTS", "TOWNHOUSE"]
type PropertyClass = Literal["ECONOMY", "COMFORT", "BUSINESS", "ELITE"]
type Condition = Literal["ROUGH", "PRE_FINISHING", "FINISHING", "DESIGN"]
type PaymentMethod = Literal["CASH", "MORTGAGE", "EXCHANGE"]
type Status = Literal["ACTIVE", "ARCHIVED"]
