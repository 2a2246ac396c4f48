"""A realtor: who registers, and what Telegram has proven of them."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic.networks import validate_email
from pydantic_core import PydanticCustomError

from cobroke.domain.realtors import Contacts
from cobroke.domain.texts import phone_number
from cobroke.edge.models.fields import FORMAT, Body, Title

_OF_A_WIDGET = ("id", "auth_date", "hash")


def _a_phone(value: str) -> str:
    number = phone_number(value)
    if number is None:
        raise PydanticCustomError("phone", "Must be a phone number, as in +7 916 123-45-67")
    return number


def _an_email(value: str) -> str:
    try:
        validate_email(value)
    except ValueError:
        valid = False
    else:
        valid = "<" not in value and value == value.strip()
    if not valid:
        raise PydanticCustomError("email", "Must be an e-mail address")
    return value


def _a_proof(value: dict[str, Any]) -> dict[str, Any]:
    of_widget = all(value.get(name) is not None for name in _OF_A_WIDGET)
    if of_widget or isinstance(value.get("init_data"), str):
        return value
    raise PydanticCustomError(
        "telegram_proof", "Must hold init_data, or all of id, auth_date and hash"
    )


_MARKS = rf"[() \t\n\r\xa0\u2000-\u2015\u2028\u2029\u202f\u205f\u2212\u3000{FORMAT}-]*"
_DIGIT = f"({_MARKS}[0-9])"
_PHONE = rf"^([{FORMAT}]*\+{_DIGIT}{{10,15}}|{_MARKS}[78]{_DIGIT}{{10}}|{_DIGIT}{{10}}){_MARKS}$"
_PROOFS = {
    "type": "object",
    "anyOf": [
        {"required": ["init_data"], "properties": {"init_data": {"type": "string"}}},
        {
            "required": list(_OF_A_WIDGET),
            "properties": {name: {"not": {"type": "null"}} for name in _OF_A_WIDGET},
        },
    ],
}

type Phone = Annotated[
    str,
    AfterValidator(_a_phone),
    WithJsonSchema({"type": "string", "minLength": 10, "maxLength": 32, "pattern": _PHONE}),
]
type Email = Annotated[
    str,
    Field(max_length=254),
    AfterValidator(_an_email),
    Field(json_schema_extra={"format": "email"}),
]
type TelegramAuthData = Annotated[dict[str, Any], AfterValidator(_a_proof), WithJsonSchema(_PROOFS)]
"""A proof of identity as Telegram gives it: of a Mini App (`init_data`) or of the Login Widget."""


class OwnContacts(Body):
    """What a realtor says of themselves. A number without a `+` is a Russian one."""

    phone: Phone
    email: Email | None = None
    agency_name: Title | None = None

    def contacts(self) -> Contacts:
        return Contacts(self.phone, self.email, self.agency_name)


class Registration(OwnContacts):
    """A realtor who begins. A number without a `+` is a Russian one."""

    telegram_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    telegram_auth_data: TelegramAuthData | None = None
    """(added) The realtor starts verified. Needed where the stage registers nobody without it."""


class Login(Body):
    """`init_data` of a Mini App, or the object that the Login Widget gives."""

    telegram_auth_data: TelegramAuthData
