"""The examples of the contract: what each operation is sent, and what it then answers."""

from typing import Any, NamedTuple

from cobroke.domain.notices.wording import about_lead_alert
from tools.contract.deal import (
    ANNA,
    ARCHIVED,
    BORIS,
    LATER,
    LEAD,
    LEAD_ID,
    LEAD_MATCH,
    LEAD_ROW,
    MATCH_ID,
    MESSAGE,
    NOON,
    NOTICE_ID,
    ONE_LEAD,
    ONE_PROPERTY,
    OWN_LEAD,
    OWN_PROPERTY,
    PAGE,
    PROPERTY,
    PROPERTY_ID,
    PROPERTY_MATCH,
    PROPERTY_ROW,
    REACTED,
    REACTIONS,
    RECOMMENDED_LEAD,
    RECOMMENDED_PROPERTY,
)

type Json = dict[str, Any]


class Example(NamedTuple):
    """The examples of one operation, by their names."""

    answers: dict[str, Json]
    requests: dict[str, Json]


TOLD = about_lead_alert(1, 100, PROPERTY)
NOTICE = {
    "id": NOTICE_ID,
    "type": "NEW_MATCH",
    "title": TOLD.title,
    "message": TOLD.message,
    "data": {
        "reason": "RECOMMENDED",
        "lead_id": LEAD_ID,
        "count": 1,
        "top": [{"property_id": PROPERTY_ID, "match_score": 100}],
    },
    "is_read": False,
    "created_at": NOON,
}
HASH = "c501b71e775f74ce10e377dea85a7ea24ecd640b223ea86dfe453e0eaed2e2b2"
INIT_DATA = {
    "init_data": "query_id=AAHdF6IQAAAAAN0XohDhrOrc"
    "&user=%7B%22id%22%3A279058397%2C%22first_name%22%3A%22Anna%22%7D"
    f"&auth_date=1776168000&hash={HASH}"
}
WIDGET = {
    "id": 279058397,
    "first_name": "Анна",
    "last_name": "Петрова",
    "auth_date": 1776168000,
    "hash": HASH,
}
REGISTRATION = {
    "telegram_id": "279058397",
    "phone": "+7 916 123-45-67",
    "email": "anna@kvartiry.ru",
    "agency_name": "Дом у парка",
}
TOKEN = {
    "access_token": "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9."
    "eyJzdWIiOiI1azB0cXEybjlzNmZhIn0.c2lnbmF0dXJl"
}
PUSHES = {
    "enabled": True,
    "time_zone": "Europe/Moscow",
    "quiet": {"from": "22:00", "to": "08:00"},
    "daily_at": "09:00",
}
ME = {
    "realtor_id": ANNA,
    "telegram_id": "279058397",
    "verified": True,
    "phone": "+79161234567",
    "email": "anna@kvartiry.ru",
    "agency_name": "Дом у парка",
    "name": "Анна Петрова",
    "pushes": PUSHES,
}
LEAD_SIDE = {"lead_id": LEAD_ID, "property_id": PROPERTY_ID, "side": "LEAD"}
DECISION = {
    "action": "LIKE",
    "reason": None,
    "notes": MESSAGE,
    "proposed_commission": 45,
    "at": NOON,
    "match_id": MATCH_ID,
}
DISLIKED = {
    "action": "DISLIKE",
    "reason": "FLOOR_OR_HOUSE",
    "notes": "Окна на проспект.",
    "proposed_commission": None,
    "at": NOON,
    "match_id": None,
}
EXPORT = {
    "exported_at": LATER,
    "profile": ME,
    "leads": [OWN_LEAD],
    "properties": [],
    "matches": [LEAD_MATCH | LEAD_SIDE],
    "messages": [
        {
            "match_id": MATCH_ID,
            "lead_id": LEAD_ID,
            "property_id": PROPERTY_ID,
            "text": MESSAGE,
            "at": NOON,
        }
    ],
    "decisions": [DECISION | LEAD_SIDE],
    "notifications": [NOTICE],
    "blocks": [],
    "next": "3q2-7wAAAAFMRUFELg",
}

BLOCKED = {
    "realtor_id": BORIS,
    "name": "Борис Кузнецов",
    "agency": "Дом у парка",
    "blocked_at": LATER,
}

WHAT_IF = {
    "as_of": NOON,
    "fitting": 3,
    "listed": 41,
    "steps": [
        {
            "change": "BUDGET_MAX",
            "to": 30400000,
            "adds": 1,
            "fitting": 4,
            "best": {"property_id": PROPERTY_ID, "match_score": 91.25},
        },
        {
            "change": "METRO_STATION",
            "to": "Парк культуры",
            "adds": 2,
            "fitting": 5,
            "best": {"property_id": PROPERTY_ID, "match_score": 100},
        },
    ],
}
DEMAND = {
    "as_of": NOON,
    "buyers": 4,
    "listed": 17,
    "price_curve": [
        {"from": 24225000, "to": 27500000, "buyers": 6},
        {"from": 27500000.01, "to": 29906250, "buyers": 4},
        {"from": 29906250.01, "to": 31350000, "buyers": 1},
    ],
    "next_step": {"price": 27500000, "adds": 2},
    "missed": [{"criterion": "budget", "buyers": 3}, {"criterion": "location", "buyers": 5}],
    "comparables": {"count": 12, "median_price_per_m2": 431250.5, "percent_above": 2.5},
}


def _one(answer: Json, request: Json | None = None) -> Example:
    return Example({"answer": answer}, {"request": request} if request else {})


EXAMPLES = {
    "register": Example(
        {"answer": TOKEN},
        {"request": REGISTRATION, "proven": REGISTRATION | {"telegram_auth_data": INIT_DATA}},
    ),
    "login": Example(
        {"answer": TOKEN},
        {
            "mini_app": {"telegram_auth_data": INIT_DATA},
            "login_widget": {"telegram_auth_data": WIDGET},
        },
    ),
    "logout": _one({"ended_at": LATER}),
    "erase_me": _one({"erased_at": LATER}),
    "me": _one(ME),
    "replace_me": _one(
        ME | {"email": None},
        {"phone": "8 916 123-45-67", "email": None, "agency_name": "Дом у парка"},
    ),
    "export_me": _one(EXPORT),
    "set_pushes": _one({"pushes": PUSHES}, {"pushes": PUSHES}),
    "create_lead": _one({"lead_id": LEAD_ID, "created_at": NOON}, LEAD),
    "list_leads": _one({"leads": [LEAD_ROW]} | PAGE),
    "get_lead": _one(OWN_LEAD),
    "replace_lead": _one(OWN_LEAD | {"updated_at": LATER}, LEAD),
    "archive_lead": _one(OWN_LEAD | ARCHIVED),
    "create_property": _one({"property_id": PROPERTY_ID, "created_at": NOON}, PROPERTY),
    "list_properties": _one({"properties": [PROPERTY_ROW]} | PAGE),
    "get_property": _one(OWN_PROPERTY),
    "replace_property": _one(OWN_PROPERTY | {"updated_at": LATER}, PROPERTY),
    "archive_property": _one(OWN_PROPERTY | ARCHIVED),
    "recommend_properties": _one({"recommendations": [RECOMMENDED_PROPERTY]} | PAGE),
    "recommend_leads": _one({"recommendations": [RECOMMENDED_LEAD]} | PAGE),
    "look_at_property": _one(ONE_PROPERTY),
    "look_at_lead": _one(ONE_LEAD),
    "get_what_if": _one(WHAT_IF),
    "get_demand": _one(DEMAND),
    "act_on_property": Example(REACTED, REACTIONS),
    "act_on_lead": Example(REACTED, REACTIONS),
    "take_back_on_property": _one({"action": None, "match": None}),
    "take_back_on_lead": _one({"action": None, "match": None}),
    "list_decisions_of_lead": _one({"decisions": [DECISION | {"property_id": PROPERTY_ID}]} | PAGE),
    "list_decisions_of_property": _one({"decisions": [DISLIKED | {"lead_id": LEAD_ID}]} | PAGE),
    "list_matches": _one({"matches": [LEAD_MATCH | LEAD_SIDE]} | PAGE),
    "list_matches_of_lead": _one({"matches": [LEAD_MATCH]} | PAGE),
    "list_matches_of_property": _one({"matches": [PROPERTY_MATCH]} | PAGE),
    "get_match": Example({"of_the_lead": LEAD_MATCH, "of_the_property": PROPERTY_MATCH}, {}),
    "complete_match": _one(LEAD_MATCH | {"status": "COMPLETED", "match_score": None}),
    "list_notifications": _one({"notifications": [NOTICE], "unread_count": 1} | PAGE),
    "read_notification": _one({"id": NOTICE_ID, "is_read": True}),
    "read_all_notifications": _one({"unread_count": 0}),
    "block_realtor": _one({"realtor_id": BORIS, "blocked": True}),
    "unblock_realtor": _one({"realtor_id": BORIS, "blocked": False}),
    "list_blocks": _one({"blocks": [BLOCKED]}),
}
