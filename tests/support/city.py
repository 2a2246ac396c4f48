"""A small city: who lives there, and what they have to offer and look for."""

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from tests.builders import Json, a_lead, a_property

CITY, NEXT_CITY = "Москва", "Химки"
PATHS = {"lead": "/leads", "property": "/properties"}


class Realtor(NamedTuple):
    telegram_id: str
    token: str


@dataclass(eq=False)
class Known:
    """An object as its owner, or a list, has named it."""

    kind: str
    id: str
    owner: Realtor
    etag: str = ""
    archived: bool = False

    @property
    def path(self) -> str:
        return f"{PATHS[self.kind]}/{self.id}"

    @property
    def side(self) -> str:
        return self.kind.upper()

    def recommendation(self, other_id: str = "") -> str:
        """Of the other one; the whole list without it."""
        other = "property" if self.kind == "lead" else "lead"
        return f"{self.path}/{other}-recommendations" + (f"/{other_id}" if other_id else "")


def a_body(rng: Random, kind: str, mark: str) -> Json:
    """Most fit each other, some by 80 and more. The mark is nobody else's."""
    city = NEXT_CITY if rng.random() < 0.06 else CITY
    return _a_lead(rng, city, mark) if kind == "lead" else _a_listing(rng, city, mark)


def _a_lead(rng: Random, city: str, mark: str) -> Json:
    return a_lead(
        client_name=mark,
        budget={"min": 14_000_000, "max": rng.choice([17_500_000, 18_000_000, 20_000_000])},
        location={
            "city": city,
            "districts": rng.choice([[], ["Хамовники"], ["Арбат"]]),
            "metro_stations": [],
        },
        rooms=rng.choice([[2], [2, 3], []]),
        property_class=rng.choice(["COMFORT", "COMFORT", "BUSINESS"]),
    )


HOUSES = ["16", "16 корп. 1", "16к1", "18"]
"""Three, in which many offer the same flats."""


def _a_listing(rng: Random, city: str, mark: str) -> Json:
    prices = [15_200_000, 16_000_000, 16_800_000, 17_400_000, 17_500_000, 18_000_000, 18_500_000]
    return a_property(
        description=mark,
        house_number=HOUSES[sum(mark.encode()) % len(HOUSES)],
        city=city,
        price=rng.choice(prices),
        commission_share=rng.choice([40, 50, 50, 60]),
        rooms=rng.choice([2, 2, 2, 3]),
        district=rng.choice(["Хамовники", "Хамовники", "Хамовники", "Арбат"]),
    )
