"""One deal of the Moscow market, as each side sees it at some time; the examples are made of it."""

from typing import Any

from cobroke.domain.ids import match_id, posting_id, realtor_id
from cobroke.domain.matching.score import WEIGHTS

type Json = dict[str, Any]

CREATED_AT = 1_776_168_000_000
ANNA, BORIS = realtor_id(b"anna-345"), realtor_id(b"boris-67")
LEAD_ID, PROPERTY_ID = posting_id(CREATED_AT, b"le", ANNA), posting_id(CREATED_AT, b"pr", BORIS)
MATCH_ID = match_id(LEAD_ID, PROPERTY_ID)
NOTICE_ID = f"{CREATED_AT}-0123456789abcdef"
NOON, LATER = "2026-04-14T12:00:00.000Z", "2026-04-15T09:30:12.345Z"
STALE_AT = "2026-06-13T12:00:00.000Z"
PAGE = {"total": 1, "page": 1, "limit": 20}
MESSAGE = "Покупатель с одобренной ипотекой, готов смотреть в субботу после 12:00."

REQUIREMENTS = {
    "location": {
        "city": "Москва",
        "districts": ["Хамовники", "Арбат"],
        "metro_stations": ["Парк культуры", "Фрунзенская"],
    },
    "budget": {"min": 28000000, "max": 35000000},
    "area": {"min": 54, "max": 72.5},
    "rooms": [2, 3],
    "property_type": "APARTMENT",
    "property_class": "BUSINESS",
    "condition": "FINISHING",
    "payment_method": "MORTGAGE",
    "additional_requirements": "Не первый этаж, окна во двор.",
}
LEAD = {
    "client_name": "Елена Смирнова",
    "requirements": REQUIREMENTS,
    "client_contacts": "+7 903 555-01-23, после 18:00",
    "notes": "Продаёт свою двушку на Соколе.",
}
LEAD_ROW = {
    "lead_id": LEAD_ID,
    "client_name": "Елена Смирнова",
    "requirements": REQUIREMENTS,
    "status": "ACTIVE",
    "match_count": 1,
    "stale": False,
    "stale_at": STALE_AT,
    "created_at": NOON,
}
OWN_LEAD = LEAD_ROW | {
    "client_contacts": LEAD["client_contacts"],
    "notes": LEAD["notes"],
    "updated_at": NOON,
}

ADDRESS = {
    "city": "Москва",
    "district": "Хамовники",
    "street": "улица Льва Толстого",
    "house_number": "18Б",
    "metro_station": "Парк культуры",
}
DETAILS = {
    "price": 31500000,
    "area": 61.4,
    "rooms": 2,
    "floor": 5,
    "total_floors": 9,
    "year_built": 2008,
    "property_type": "APARTMENT",
    "property_class": "BUSINESS",
    "condition": "FINISHING",
}
PHOTOS = ["https://photos.example.ru/hamovniki/1.jpg"]
PROPERTY = {
    "address": ADDRESS,
    "details": DETAILS,
    "commission_share": 50,
    "photos": PHOTOS,
    "description": "Тихий двор, десять минут пешком до парка Горького.",
}
PROPERTY_ROW = {
    "property_id": PROPERTY_ID,
    "address": ADDRESS,
    "details": DETAILS,
    "status": "ACTIVE",
    "commission_share": 50,
    "match_count": 1,
    "stale": False,
    "stale_at": STALE_AT,
    "created_at": NOON,
}
OTHER_ID = posting_id(CREATED_AT, b"ot", realtor_id(b"clara-89"))
SAME_FLAT = {"others": 1, "lowest_price": 31200000, "property_ids": [OTHER_ID]}
OWN_PROPERTY = PROPERTY_ROW | {
    "same_flat": {"others": 1},
    "photos": PHOTOS,
    "description": PROPERTY["description"],
    "updated_at": NOON,
}
ARCHIVED = {"status": "ARCHIVED", "stale_at": None, "updated_at": LATER}

SELLER = {"realtor_id": BORIS, "name": "Борис Кузнецов", "agency": "Дом у парка", "verified": True}
BUYER = {"realtor_id": ANNA, "name": "Анна Петрова", "agency": None, "verified": True}
MET = {
    "match_score": 100,
    "commission_details": {"proposed_share": 50},
    "score_breakdown": [
        {"criterion": criterion, "weight": weight, "credit": 1, "state": "MATCH"}
        for criterion, weight in WEIGHTS.items()
    ],
    "resurfaced": None,
    "match_id": None,
    "awaiting": None,
    "message_from_counterpart": None,
}
ASKED = MET | {
    "commission_details": {"proposed_share": 45},
    "match_id": MATCH_ID,
    "awaiting": "ME",
    "message_from_counterpart": MESSAGE,
}
RECOMMENDED_PROPERTY = {
    "property_id": PROPERTY_ID,
    "property_data": PROPERTY,
    "realtor_info": SELLER,
    "same_flat": SAME_FLAT,
} | MET
RECOMMENDED_LEAD = {
    "lead_id": LEAD_ID,
    "lead_data": {
        "client_name": None,
        "requirements": REQUIREMENTS,
        "client_contacts": None,
        "notes": None,
    },
    "realtor_info": BUYER,
} | ASKED

AGREED = {"negotiation_status": "AGREED", "agreed_share": 45}
MATCH = {
    "match_id": MATCH_ID,
    "status": "ACCEPTED",
    "match_score": 100,
    "commission": {"proposed_by_lead": 45, "proposed_by_property": 45} | AGREED,
    "timeline": {"created_at": NOON, "contact_shared_at": LATER},
    "awaiting": None,
    "changed": False,
    "closed_reason": None,
}
LEAD_MATCH = MATCH | {
    "property": {"property_id": PROPERTY_ID} | PROPERTY,
    "realtor_info": SELLER | {"telegram": "@boris_dom", "phone": "+79165550145"},
    "message_from_counterpart": None,
}
PROPERTY_MATCH = MATCH | {
    "lead": {"lead_id": LEAD_ID, "client_name": "Елена Смирнова", "requirements": REQUIREMENTS},
    "realtor_info": BUYER | {"telegram": "@anna_kvartiry", "phone": "+79161234567"},
    "message_from_counterpart": MESSAGE,
}
REACTIONS: dict[str, Json] = {
    "like": {"action": "LIKE", "proposed_commission": 45, "notes": MESSAGE},
    "dislike": {"action": "DISLIKE", "reason": "FLOOR_OR_HOUSE", "notes": "Окна на проспект."},
}
OPENED = {
    "match_id": MATCH_ID,
    "status": "PENDING",
    "negotiation_status": "PENDING",
    "agreed_share": None,
    "awaiting": "THEM",
}
ONE_PROPERTY = RECOMMENDED_PROPERTY | {"own_action": "LIKE", "match": OPENED}
ONE_LEAD = RECOMMENDED_LEAD | {"own_action": None, "match": OPENED | {"awaiting": "ME"}}
REACTED: dict[str, Json] = {
    "like": {"action": "LIKE", "match": OPENED},
    "dislike": {"action": "DISLIKE", "match": None},
}
