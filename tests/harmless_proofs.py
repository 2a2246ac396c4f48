"""Proofs that look odd and must verify, as data: name → what is sent, and whom it proves."""

from urllib.parse import quote

from tests.builders import Json
from tests.hostile_init_data import BIG, PLAIN, SIGNED_TOO
from tests.proofs import NOW, a_user, of_widget, signed

HARMLESS: dict[str, tuple[Json, str]] = {
    # The lines are sorted before they are hashed: the order of the fields was never signed.
    "another order": ({"init_data": "&".join(reversed(PLAIN.split("&")))}, "42"),
    "other members beside it": ({"init_data": PLAIN, "id": 43, "hash": "x", "extra": None}, "42"),
    "a plus for a space": ({"init_data": signed(note="a b").replace("%20", "+")}, "42"),
    "a space as it is": ({"init_data": signed(note="a b").replace("%20", " ")}, "42"),
    "letters as they are": (
        {"init_data": signed(note="Иван").replace(quote("Иван"), "Иван")},
        "42",
    ),
    "percent codes in lower case": ({"init_data": PLAIN.replace("%7B", "%7b")}, "42"),
    "letters encoded that need not be": ({"init_data": PLAIN.replace("AAH", "%41%41%48")}, "42"),
    "a percent sign that encodes nothing": (
        {"init_data": signed(note="100%").replace("100%25", "100%")},
        "42",
    ),
    "an equals sign in a value": ({"init_data": signed(note="a=b").replace("%3D", "=")}, "42"),
    "a value in brackets": ({"init_data": signed(start_param="[x]")}, "42"),
    "a blank value": ({"init_data": signed(note="")}, "42"),
    "a field nobody knows": ({"init_data": signed(k="1", **{"k" * 32: "a"})}, "42"),
    "32 fields": ({"init_data": signed(**{"k" * n: "" for n in range(1, 29)})}, "42"),
    "8 KB to the byte": ({"init_data": signed(**BIG)}, "42"),
    "the signature, signed": ({"init_data": SIGNED_TOO}, "42"),
    "a user who is no bot": (
        {"init_data": signed(user=a_user(is_bot=False, is_premium=True, more={"a": [1]}))},
        "42",
    ),
    "a user with spaces": ({"init_data": signed(user=' { "id" : 42 } ')}, "42"),
    # JSON has one kind of number: 42.0 is 42, and signed it was.
    "a whole number with a point": (
        {"init_data": signed(user='{"id":42.0,"first_name":"Ivan"}')},
        "42",
    ),
    "the least id": ({"init_data": signed(user=a_user(id=1))}, "1"),
    "the greatest id": ({"init_data": signed(user=a_user(id=2**52 - 1))}, str(2**52 - 1)),
    "a day old": ({"init_data": signed(auth_date=str(NOW - 86_400))}, "42"),
    "30 s ahead": ({"init_data": signed(auth_date=str(NOW + 30))}, "42"),
    "a widget's id in words": (of_widget(id="42"), "42"),
    "a widget's auth_date in words": (of_widget(auth_date=str(NOW)), "42"),
    "a widget with every field": (
        of_widget(last_name="", username="ivan", photo_url="https://t.me/i/1.jpg"),
        "42",
    ),
    "a widget with nulls": (of_widget(last_name=None, username=None, photo_url=None), "42"),
    "a widget with null where nothing is known": (of_widget(language=None), "42"),
    "a widget beside a null of a Mini App": (of_widget(init_data=None), "42"),
    "a widget in another order": (dict(reversed(of_widget().items())), "42"),
    "a widget of 8 KB": (of_widget(photo_url="x" * (8192 - 2 - 8 - 10 - 64)), "42"),
    "the greatest id of a widget": (of_widget(id=2**52 - 1), str(2**52 - 1)),
    "the least id of a widget": (of_widget(id=1), "1"),
    "a widget an hour old": (of_widget(auth_date=NOW - 3_600), "42"),
    "a widget 30 s ahead": (of_widget(auth_date=NOW + 30), "42"),
}
