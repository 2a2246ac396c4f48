"""The bodies and answers, as pydantic models of everyday make."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator

type Money = Annotated[float, Field(ge=0, le=10**12)]
type Area = Annotated[float, Field(ge=0, le=100_000)]
type Share = Annotated[float, Field(ge=0, le=100)]
type Name = Annotated[str, Field(min_length=1, max_length=120)]
type Names = Annotated[list[Name], Field(max_length=50)]
type RoomCount = Annotated[int, Field(ge=0, le=50)]
type Text = Annotated[str, Field(max_length=4000)]
type Class = Literal["ECONOMY", "COMFORT", "BUSINESS", "ELITE"]
type Condition = Literal["ROUGH", "PRE_FINISHING", "FINISHING", "DESIGN"]
type Action = Literal["LIKE", "DISLIKE"]


class Range(BaseModel):
    min: float
    max: float

    @model_validator(mode="after")
    def in_order(self) -> Self:
        """Refuse a minimum above the maximum."""
        if self.min > self.max:
            raise ValueError("The minimum must not be above the maximum")
        return self


class Budget(Range):
    min: Money
    max: Money


class AreaRange(Range):
    min: Area
    max: Area


class Location(BaseModel):
    city: Name
    districts: Names
    metro_stations: Names


class Requirements(BaseModel):
    location: Location
    budget: Budget
    area: AreaRange
    rooms: Annotated[list[RoomCount], Field(max_length=20)]
    property_type: Literal["APARTMENT", "HOUSE", "TOWNHOUSE"]
    property_class: Class
    condition: Condition
    payment_method: Literal["CASH", "MORTGAGE", "EXCHANGE"]
    additional_requirements: Text | None = None


class LeadBody(BaseModel):
    client_name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    requirements: Requirements
    client_contacts: Annotated[str, Field(max_length=500)] | None = None
    notes: Text | None = None


class LeadCreated(BaseModel):
    lead_id: str
    created_at: datetime


class LeadRow(BaseModel):
    lead_id: str
    client_name: str | None
    requirements: Requirements
    status: Literal["ACTIVE", "ARCHIVED"]
    match_count: int
    stale: bool
    stale_at: datetime | None
    created_at: datetime


class Page(BaseModel):
    total: int
    page: int
    limit: int


class LeadList(Page):
    leads: list[LeadRow]


class Address(BaseModel):
    city: Name
    district: Name
    street: Name
    house_number: Name
    metro_station: Name | None = None


class Details(BaseModel):
    price: Money
    area: Area
    rooms: RoomCount
    floor: int
    total_floors: int
    year_built: int | None = None
    property_type: Literal["APARTMENT", "HOUSE", "APARTMENTS", "TOWNHOUSE"]
    property_class: Class
    condition: Condition


class PropertyBody(BaseModel):
    address: Address
    details: Details
    commission_share: Share
    photos: list[str] = []
    description: str | None = None


class RealtorInfo(BaseModel):
    realtor_id: str
    name: str | None
    agency: str | None
    verified: bool


class Commission(BaseModel):
    proposed_share: Share


class Criterion(BaseModel):
    criterion: str
    weight: int
    credit: float | None
    state: str


class Recommendation(BaseModel):
    property_id: str
    property_data: PropertyBody
    realtor_info: RealtorInfo
    match_score: float
    commission_details: Commission
    score_breakdown: list[Criterion]
    resurfaced: str | None
    match_id: str | None
    awaiting: Literal["ME"] | None
    message_from_counterpart: str | None


class Recommendations(Page):
    recommendations: list[Recommendation]


class Reaction(BaseModel):
    action: Action
    proposed_commission: Share | None = None
    notes: Text | None = None


class MatchState(BaseModel):
    match_id: str
    status: str
    negotiation_status: str | None
    agreed_share: Share | None
    awaiting: Literal["ME", "THEM"] | None


class Reacted(BaseModel):
    action: Action
    match: MatchState | None


class Notification(BaseModel):
    id: str
    type: Literal["NEW_MATCH", "CONTACT_SHARED"]
    title: str
    message: str
    data: dict[str, str]
    is_read: bool
    created_at: datetime


class Notifications(Page):
    notifications: list[Notification]
    unread_count: int
