"""What the schemas, fields and values of the contract mean, where the code does not say it under
the field itself.
"""

from typing import Any

type Json = dict[str, Any]

SCHEMAS = {
    "Block": "Whether the caller blocks a realtor.",
    "BlockedRealtor": "A realtor whom the caller has blocked, as others are shown them.",
    "BlockList": "All whom the caller has blocked.",
    "Action": "What a realtor does about a counterpart.",
    "AddressBody": "Where a property is, as its owner writes it.",
    "Address": "Where a property is.",
    "AllRead": "What is left unread.",
    "ArchivedFor": "Why an object that has left closed the match.",
    "Area": "Square metres, above 0.",
    "Awaiting": "Whose turn it is, as the caller sees it; null where nobody's.",
    "ClosedReason": "Why a match is REJECTED.",
    "ClockTime": "A time of day: hours and minutes, as in 09:30.",
    "Cursor": "Opaque: where the next part begins.",
    "Condition": "How far a home is finished.",
    "Count": "How many.",
    "Credit": "How far a criterion is met, from 0 to 1.",
    "DislikeReason": "Why a realtor dislikes a counterpart.",
    "Districts": "Names of districts, at most 50; any of them will do.",
    "Email": "An e-mail address.",
    "HouseNumber": "As it is written on the house, with block and building.",
    "Id": "Opaque: compare it, do not read it.",
    "Kind": "On which side an object stands.",
    "LeadCreated": "The lead that was made.",
    "LeadList": "A page of the caller's leads, the newest first.",
    "LeadDecision": "A decision about a lead, for a property of the caller's.",
    "LeadMatches": "A page of the matches of a lead, the newest change first.",
    "LeadRecommendations": "A page of the best leads for a property, at most 100 in all.",
    "LeadType": "What kind of home the buyer looks for.",
    "LeastArea": "Square metres, from 0.",
    "LoggedOut": "When all tokens ended.",
    "Erased": "When the caller was erased.",
    "MatchStatus": "How far a match is.",
    "MatchedProperty": "The property of a match.",
    "Me": "The caller's own profile.",
    "Money": "Roubles, from 0.",
    "NegotiationStatus": "How far the commission is agreed.",
    "NoticeType": "What a notification is about.",
    "Notification": "One thing that the caller was told.",
    "NotificationList": "A page of what the caller was told, the newest first.",
    "ObjectStatus": "Whether a lead or a property is in the market.",
    "OneLead": "A lead looked at by itself, for a property of the caller's.",
    "OneProperty": "A property looked at by itself, for a lead of the caller's.",
    "OwnMatches": "A page of the matches of all objects of the caller's, the newest change first.",
    "PaymentMethod": "How the buyer pays.",
    "Phone": "A phone number as people type it; it is kept as `+` and digits.",
    "Photo": "The https address of a picture.",
    "Photos": "At most 20 addresses of pictures.",
    "PlaceName": "The name of a city, district or metro station, as people type it.",
    "Price": "Roubles, above 0.",
    "PropertyClass": "The class of the house, from the cheapest.",
    "PropertyCreated": "The property that was made.",
    "PropertyDecision": "A decision about a property, for a lead of the caller's.",
    "PropertyData": "A property as another realtor sees it.",
    "PropertyList": "A page of the caller's properties, the newest first.",
    "PropertyMatches": "A page of the matches of a property, the newest change first.",
    "PropertyRecommendations": "A page of the best properties for a lead, at most 100 in all.",
    "PropertyType": "What kind of home it is.",
    "Reacted": "What was done, and the match as it now is.",
    "Reaction": "What the caller does about the counterpart.",
    "Read": "The notification that was read.",
    "RealtorInfo": "Another realtor, without a way to reach him.",
    "RecommendedLead": "A row of a property's list.",
    "RecommendedProperty": "A row of a lead's list.",
    "Resurfaced": "Why a pair that was disliked or declined is back.",
    "RoomCount": "How many rooms; 0 is a studio.",
    "Rooms": "Numbers of rooms, any of which will do.",
    "Score": "Per cent, 100 is perfect.",
    "Share": "Percent of the listing side's commission that goes to the buyer's realtor.",
    "State": "How a criterion came out.",
    "Stations": "Names of metro stations, at most 50; any of them will do.",
    "Street": "The name of a street, without an address of the web.",
    "TelegramAuthData": "A proof of identity, as Telegram gives it.",
    "TelegramInitData": "Of a Mini App: `Telegram.WebApp.initData`, unchanged. "
    "Other members are ignored.",
    "TelegramWidgetData": "Of the Login Widget: the object that it gives, whole.",
    "Turn": "Whose turn it is.",
    "Timeline": "When the match began, and when contacts opened.",
    "Timestamp": "RFC 3339, UTC, with milliseconds.",
    "Title": "A name of 1 to 200 characters.",
    "Token": "The way in.",
    "Withheld": "Always null here.",
    "InvalidProblem": "A problem that names each field.",
    "ListingsRecommended": "Good properties for one of the caller's leads.",
    "LeadsRecommended": "Good leads for one of the caller's properties.",
    "RecommendedListing": "One of the best.",
    "RecommendedBuyer": "One of the best.",
    "InterestData": "The other side has liked; the caller has not acted.",
    "MutualData": "The other side has answered the caller's LIKE with theirs.",
    "OfferData": "The other side has named a new number.",
    "ContactSharedData": "Both have agreed: contacts are open.",
}
"""Schema → what it is."""

FIELDS = {
    "access_token": "The token.",
    "action": "What is done.",
    "additional_requirements": "What else matters to the buyer; shown to other realtors, "
    "not scored.",
    "address": "Where it is.",
    "agency": "The agency that the realtor works for.",
    "agency_name": "The agency that the realtor works for.",
    "agreed_share": "The share that both agreed to, in percent; null before.",
    "area": "The area, in square metres.",
    "at": "The offset of the first byte that breaks the rule, from 0.",
    "auth_date": "When Telegram signed it, in seconds since 1970.",
    "awaiting": "Whose turn it is; null where nobody's.",
    "blocked": "Whether the caller blocks them now.",
    "blocked_at": "When the caller blocked them.",
    "blocks": "The rows, the newest first.",
    "budget": "What the buyer can pay, in roubles.",
    "city": "The city or town.",
    "client_contacts": "How to reach the buyer. Seen by the lead's owner alone.",
    "client_name": "The buyer's name.",
    "code": "For programs: which rule or refusal it is.",
    "commission": "What each side asks for and what is agreed.",
    "commission_share": "The published share, in percent of the listing side's commission.",
    "condition": "How far it is finished.",
    "count": "How many different counterparts, those of `top` among them.",
    "created_at": "When it was made.",
    "criterion": "Which of the seven.",
    "decisions": "The caller's own acts that stand.",
    "description": "What its owner says of it.",
    "details": "What it is like.",
    "district": "The district.",
    "districts": "Where the buyer wants to live; empty: anywhere in the city.",
    "email": "The realtor's e-mail address.",
    "ended_at": "Every token that was issued until then ends.",
    "erased_at": "From then on the caller is to everybody as one who is blocked.",
    "errors": "What is wrong, one by one.",
    "exported_at": "When this part was made.",
    "first_name": "As Telegram has it.",
    "floor": "The floor; below 0 is underground.",
    "from": "When they begin.",
    "hash": "Telegram's signature, in hexadecimal.",
    "house_number": "The number of the house.",
    "id": "Its id.",
    "init_data": "The raw query string.",
    "instance": "`urn:req:` and the id of the request, as `X-Request-Id`.",
    "is_read": "Whether it has been read.",
    "last_name": "As Telegram has it.",
    "lead": "The lead of the other side.",
    "lead_data": "The lead, without its client.",
    "lead_id": "The id of the lead.",
    "leads": "The rows.",
    "limit": "How many rows a page has.",
    "location": "Where the buyer looks.",
    "match": "The match; null where there is none.",
    "match_id": "The id of the match.",
    "match_score": "How well the two fit, from 0 to 100.",
    "matches": "The rows.",
    "max": "The most.",
    "message": "The text, in Russian.",
    "messages": "The rows.",
    "metro_station": "The nearest metro station.",
    "metro_stations": "Near which the buyer wants to live; empty: anywhere.",
    "min": "The least.",
    "name": "As Telegram has proven it; null before.",
    "negotiation_status": "How far the commission is agreed.",
    "notes": "The owner's own notes. Seen by nobody else.",
    "notifications": "The rows.",
    "page": "Which page, from 1.",
    "payment_method": "How the buyer pays.",
    "phone": "The realtor's phone number.",
    "photo_url": "As Telegram has it.",
    "photos": "Addresses of pictures, in the owner's order.",
    "pointer": "Where: a JSON pointer into the body, or the name of a parameter.",
    "price": "The price, in roubles.",
    "properties": "The rows.",
    "profile": "The caller's own.",
    "property": "The property of the other side.",
    "property_class": "The class of the house.",
    "property_data": "The property.",
    "property_id": "The id of the property.",
    "property_type": "What kind of home.",
    "proposed_share": "In percent of the listing side's commission.",
    "realtor_id": "The id of the realtor.",
    "realtor_info": "The other realtor.",
    "pushes": "When Telegram may tell the realtor.",
    "reason": "Why it was told.",
    "recommendations": "The rows, the best first.",
    "requirements": "What the buyer wants.",
    "rooms": "How many rooms.",
    "score_breakdown": "The seven criteria, in one order.",
    "side": "On which side of the pair the caller stands.",
    "state": "How it came out.",
    "status": "Its status.",
    "street": "The street.",
    "telegram_auth_data": "The proof.",
    "telegram_id": "The id of the realtor's Telegram account.",
    "text": "What was said.",
    "timeline": "What happened when.",
    "title": "For people: in one line, what it is.",
    "to": "When they end.",
    "top": "The best, three at most.",
    "total": "How many rows there are in all pages.",
    "total_floors": "How many floors the house has.",
    "type": "What it is about.",
    "unread_count": "How many are unread, whatever is listed.",
    "updated_at": "When its owner last wrote it.",
    "username": "As Telegram has it.",
    "verified": "Whether Telegram has proven who this is.",
    "weight": "Its weight in the score; the seven make 100.",
    "ContactSharedData.reason": "Never here: so it is told from the others.",
    "Counterpart.name": "As Telegram has proven it; null before.",
    "FieldError.message": "For people: what is wrong with it.",
    "MatchedLead.client_name": "The buyer's name; null before both agreed.",
    "MatchState.status": "How far the match is.",
    "Notification.id": "The id of the notification.",
    "Notification.type": "What it is about.",
    "OwnDecision.at": "When it was done.",
    "OwnMessage.at": "When it was said.",
    "Problem.type": "`urn:cobroke:problem:` and the code.",
    "Problem.status": "The HTTP status.",
    "Requirements.area": "The area that the buyer looks for, in square metres.",
    "RequirementsBody.area": "The area that the buyer looks for, in square metres.",
    "TelegramWidgetData.id": "The id of the Telegram account.",
}
"""Field, or schema and field → what it means."""

VALUES = {
    "Action": {
        "LIKE": "interested; with a number: on these terms",
        "DISLIKE": "not interested; from a match: declined or withdrawn",
    },
    "ArchivedFor": {
        "OBJECT_ARCHIVED": "one of the two was archived",
        "OBJECT_CLOSED": "the deal about one of the two was completed elsewhere",
    },
    "Awaiting": {"ME": "the caller's side", "THEM": "the other side"},
    "Turn": {"ME": "the caller's", "THEM": "the other side's"},
    "ClosedReason": {
        "DECLINED": "by the side that was asked",
        "WITHDRAWN": "by the side that had acted last, or that has blocked the other",
        "TAKEN_BACK": "by its author, before anybody answered",
        "EXPIRED": "14 days without an act",
    },
    "Condition": {
        "ROUGH": "bare walls",
        "PRE_FINISHING": "ready for finishing",
        "FINISHING": "finished",
        "DESIGN": "finished to a designer's plan",
    },
    "Kind": {"LEAD": "the buyer's", "PROPERTY": "the listing's"},
    "DislikeReason": {
        "PRICE": "it costs too much",
        "LOCATION": "it lies in the wrong place",
        "LAYOUT": "its rooms are not what is wanted",
        "CONDITION": "its state is not what is wanted",
        "FLOOR_OR_HOUSE": "the floor or the house is not what is wanted",
        "SEEN_ALREADY": "the client has seen it before",
        "CLIENT_CHANGED": "the client wants something else now",
        "OTHER": "another reason",
    },
    "LeadType": {
        "APARTMENT": "a flat; serviced apartments meet it by half",
        "HOUSE": "a house; one in a row meets it by half",
        "TOWNHOUSE": "a house in a row; one that stands alone meets it by half",
    },
    "MatchStatus": {
        "PENDING": "somebody has liked, nothing is agreed",
        "ACCEPTED": "both agreed; contacts are open",
        "REJECTED": "closed; `closed_reason` says why",
        "COMPLETED": "the deal is done; contacts stay open",
    },
    "NegotiationStatus": {
        "PENDING": "no number is agreed",
        "AGREED": "`agreed_share` is the number; it never changes",
        "REJECTED": "closed before a number was agreed",
    },
    "NoticeType": {
        "NEW_MATCH": "a recommendation, a LIKE or an offer; `data.reason` says which",
        "CONTACT_SHARED": "both agreed: contacts are open",
    },
    "ObjectStatus": {
        "ACTIVE": "in the market, unless it is stale",
        "ARCHIVED": "out of the market for good",
    },
    "PaymentMethod": {
        "CASH": "at once",
        "MORTGAGE": "with a bank's loan",
        "EXCHANGE": "with what another home brings",
    },
    "PropertyClass": {
        "ECONOMY": "plain",
        "COMFORT": "better",
        "BUSINESS": "good",
        "ELITE": "the best",
    },
    "PropertyType": {
        "APARTMENT": "a flat",
        "HOUSE": "a house",
        "APARTMENTS": "serviced apartments: not a dwelling by law",
        "TOWNHOUSE": "a house in a row",
    },
    "Resurfaced": {
        "PRICE_DROP": "the price fell by 3 % or more",
        "REQUIREMENTS": "the buyer wants something else, and it fits better",
    },
    "State": {
        "MATCH": "met",
        "PARTIAL": "met in part",
        "MISS": "not met",
        "UNKNOWN": "the property names no metro station, and that decided it",
        "NOT_STATED": "the lead does not ask",
    },
}
"""Schema → each of its values → what that means."""

SUMMARIES = {
    "register": "Register a realtor",
    "login": "Log in through Telegram",
    "logout": "Log out everywhere",
    "erase_me": "Erase oneself",
    "me": "Get one's own profile",
    "replace_me": "Replace one's own phone, e-mail and agency",
    "export_me": "Export one's own data",
    "set_pushes": "Set when Telegram may tell one",
    "create_lead": "Create a lead",
    "list_leads": "List leads",
    "get_lead": "Get a lead",
    "replace_lead": "Replace a lead",
    "archive_lead": "Archive a lead",
    "create_property": "Create a property",
    "list_properties": "List properties",
    "get_property": "Get a property",
    "replace_property": "Replace a property",
    "archive_property": "Archive a property",
    "recommend_properties": "List the best properties for a lead",
    "recommend_leads": "List the best leads for a property",
    "look_at_property": "Get a property for a lead",
    "look_at_lead": "Get a lead for a property",
    "act_on_property": "Like or dislike a property for a lead",
    "act_on_lead": "Like or dislike a lead for a property",
    "take_back_on_property": "Take back what was done about a property for a lead",
    "take_back_on_lead": "Take back what was done about a lead for a property",
    "list_decisions_of_lead": "List the decisions for a lead",
    "list_decisions_of_property": "List the decisions for a property",
    "list_matches": "List all one's matches",
    "list_matches_of_lead": "List the matches of a lead",
    "list_matches_of_property": "List the matches of a property",
    "get_match": "Get a match",
    "complete_match": "Complete a match",
    "list_notifications": "List notifications",
    "read_notification": "Mark a notification as read",
    "read_all_notifications": "Mark all notifications as read",
    "block_realtor": "Block a realtor",
    "unblock_realtor": "Unblock a realtor",
    "list_blocks": "List whom one has blocked",
}
"""Operation → what it does, in a line of a table of contents."""

CONFLICTS = {
    "already_registered": (
        "the `telegram_id` is registered, perhaps by this very request, sent before",
        "log in through Telegram",
    ),
    "archived": ("one of the two objects is archived", "leave it out: nothing is un-archived"),
    "own_object": ("lead and property are the caller's own", "take another counterpart"),
    "pair_declined": (
        "the other side closed the match",
        "wait: it comes back to the list by itself, 30 days later or when an object changes",
    ),
    "not_a_concession": (
        "the number is worse for the other side than the caller's last",
        "send the last number, or a better one",
    ),
    "too_many_rounds": (
        "ten numbers were exchanged, and this one does not settle",
        "send the other side's number to accept it, or DISLIKE",
    ),
    "terms_agreed": ("the share is agreed, and another number came", "send no number"),
    "already_answered": ("the other side has answered", "DISLIKE withdraws"),
    "match_closed": ("the match is closed", "nothing is left to do"),
    "not_accepted": ("the match is not ACCEPTED", "agree first"),
}
"""Code of a 409 → when it is answered, and what to do about it."""

TAGS = {
    "auth": "Who one is: registration, Telegram's proof, the token, its end.",
    "me": "One's own profile, when Telegram may tell one, and all that is kept about one.",
    "leads": "One's own leads: buyers, and what they want.",
    "properties": "One's own properties: listings.",
    "recommendations": "The best counterparts of a lead or a property, scored 0–100 and explained.",
    "actions": """\
Acting on a counterpart: the commission, and the match that comes of it.

```
            LIKE                      LIKE that meets the other's number
 (nothing) ──────▶ PENDING ─────────────────────────────────────────────▶ ACCEPTED ──▶ COMPLETED
     ▲               │  ▲ │                                                  │  complete
     │               │  └─┘ LIKE with another number (at most ten)           │
     │ back in lists │                                                       │ DISLIKE
     │               │ DISLIKE · DELETE · 14 days · an object left           │
     └─ ─ ─ ─ ─ REJECTED ◀───────────────────────────────────────────────────┘
                     │
                     └──▶ PENDING: LIKE by the side that closed it, or by either after EXPIRED
```

The lead's side asks for a share, the property's side offers one; each may only come towards the
other. A LIKE without a number stands for the published share at first, and changes nothing later.
They agree where the ask is not above the offer, at the number that was there first. Contacts are
open exactly while the match is ACCEPTED or COMPLETED.""",
    "matches": "What came of acting: the matches of one object, or of all, and their contacts.",
    "notifications": "What one was told; Telegram says the same where it may.",
    "blocks": "Whom one does not want to deal with: neither is shown anything of the other.",
}


def described(schemas: Json) -> Json:
    """Say of every schema, of every value and of every field what it means."""
    return {name: _described(name, schema) for name, schema in schemas.items()}


def _described(name: str, schema: Json) -> Json:
    values = [f"- `{value}`: {meaning}" for value, meaning in VALUES.get(name, {}).items()]
    said = "\n".join([schema.get("description") or SCHEMAS[name], *values])
    fields = {
        field: one if "description" in one else one | {"description": _meaning(name, field)}
        for field, one in schema.get("properties", {}).items()
    }
    return schema | {"description": said} | ({"properties": fields} if fields else {})


def _meaning(schema: str, field: str) -> str:
    return FIELDS.get(f"{schema}.{field}") or FIELDS[field]
