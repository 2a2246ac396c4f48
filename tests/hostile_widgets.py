"""Objects of the Login Widget that must not verify, as data: reason → name → what is sent.

Each is right, and rightly signed, but for the one thing that it is named for.
"""

from decimal import Decimal

from tests.builders import Json, widget
from tests.proofs import (
    DIGITS,
    MINI_APP_KEY,
    NOW,
    WIDGET_KEY,
    a_user,
    hashed,
    lines_of,
    of_widget,
    without,
)

RIGHT = of_widget()
NAMED = of_widget(first_name="Иван", last_name="Петров", username="ivan")
HALF = "\ud800"

HOSTILE: dict[str, dict[str, Json]] = {
    "a field is unknown": {
        "an unknown field": of_widget(language="ru"),
        "init_data that is no text": of_widget(init_data=1),
        "a user as a Mini App has it": of_widget(user=a_user()),
        "a name in upper case": of_widget(Id=43),
        "a name with a newline": of_widget(**{"id=43\nid": 42}),
    },
    "a field is missing": {
        "no hash": without(RIGHT, "hash"),
        "no id": without(of_widget(), "id")
        | {"hash": hashed(f"auth_date={NOW}\nfirst_name=Иван", WIDGET_KEY)},
        "no auth_date": without(RIGHT, "auth_date")
        | {"hash": hashed("first_name=Иван\nid=42", WIDGET_KEY)},
        "null for an id": of_widget(id=None),
        "null for auth_date": of_widget(auth_date=None),
        "null for a hash": RIGHT | {"hash": None},
        "nothing at all": {},
    },
    "a value is neither text nor integer": {
        "true for an id": of_widget(id=True),
        "false for a name": of_widget(last_name=False),
        "a fraction for an id": of_widget(id=Decimal("42.5")),
        "a fraction for auth_date": of_widget(auth_date=Decimal(f"{NOW}.5")),
        "a list for a name": of_widget(first_name=["x"]),
        "an object for a name": of_widget(first_name={}),
    },
    "a value has a newline": {
        "a newline in a name": of_widget(first_name="a\nb"),
        "the username spliced into a name": without(NAMED, "username")
        | {"last_name": "Петров\nusername=ivan"},
        "the id spliced into a name": of_widget(first_name="a\nid=43"),
        "a newline at the end of the hash": RIGHT | {"hash": RIGHT["hash"] + "\n"},
        "a newline at the end of the id": of_widget(id="42\n"),
    },
    "not UTF-8": {
        "half of a surrogate pair": of_widget()
        | {
            "first_name": HALF,
            "hash": hashed(lines_of(auth_date=str(NOW), first_name=HALF, id="42"), WIDGET_KEY),
        },
    },
    "too long": {
        "more than 8 KB": of_widget(photo_url="x" * 8192),
        "more than 8 KB in fewer letters": of_widget(first_name="ж" * 4100),
    },
    "hash has no form": {
        "a hash in upper case": RIGHT | {"hash": RIGHT["hash"].upper()},
        "a short hash": RIGHT | {"hash": RIGHT["hash"][:-1]},
        "a hash with Arabic digits": RIGHT | {"hash": RIGHT["hash"].translate(DIGITS)},
        "a number for a hash": RIGHT | {"hash": 0},
        "a blank hash": RIGHT | {"hash": ""},
    },
    "hash does not fit": {
        "another bot's": widget(42, bot_token="43:OTHER", auth_date=NOW),
        "a Mini App's key": RIGHT
        | {"hash": hashed(lines_of(auth_date=str(NOW), first_name="Иван", id="42"), MINI_APP_KEY)},
        "a Mini App's hash over two fields": {
            "id": 42,
            "auth_date": NOW,
            "hash": hashed(lines_of(auth_date=str(NOW), id="42"), MINI_APP_KEY),
        },
        "another id": RIGHT | {"id": 43},
        "a later auth_date": RIGHT | {"auth_date": NOW + 1},
        "a null that was signed": RIGHT
        | {
            "last_name": None,
            "hash": hashed(
                lines_of(auth_date=str(NOW), first_name="Иван", id="42", last_name="None"),
                WIDGET_KEY,
            ),
        },
        "a null in place of a name": RIGHT | {"first_name": None},
        "a name added": RIGHT | {"username": "ivan"},
        "a blank name added": RIGHT | {"username": ""},
        "a name taken out": without(RIGHT, "first_name"),
        "a field renamed": without(RIGHT, "first_name") | {"last_name": "Иван"},
        "a nought before the id": RIGHT | {"id": "042"},
    },
    "auth_date is no time": {
        "a blank auth_date": of_widget(auth_date=""),
        "auth_date below nought": of_widget(auth_date=-NOW),
        "auth_date with a fraction": of_widget(auth_date=f"{NOW}.0"),
        "auth_date with a space": of_widget(auth_date=f"{NOW} "),
    },
    "too old, or ahead of time": {
        "stale by a second": of_widget(auth_date=NOW - 3_601),
        "31 s ahead": of_widget(auth_date=NOW + 31),
    },
    "id is no integer": {
        "a nought before the id, signed": of_widget(id="042"),
        "id 0": of_widget(id=0),
        "id -42": of_widget(id=-42),
        "a fraction in words": of_widget(id="42.0"),
        "Arabic digits": of_widget(id="٤٢"),
        "a space before the id": of_widget(id=" 42"),
        "a plus before the id": of_widget(id="+42"),
        "an underscore in the id": of_widget(id="4_2"),
        "a blank id": of_widget(id=""),
        "a channel's name": of_widget(id="ivan"),
    },
    "id out of range": {
        "id 2^52": of_widget(id=2**52),
        "id 2^52 as text": of_widget(id=str(2**52)),
    },
}
