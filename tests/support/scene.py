"""A lead that waits for listings, and who is alerted of them."""

from random import Random
from typing import NamedTuple

from tests.builders import a_lead, a_property
from tests.support.town import Town, alerted, pumps


class Scene(NamedTuple):
    """Anna's lead, and the clock's and Boris's part of the world."""

    world: Town
    lead: str
    anna: str
    boris: str

    def settle(self) -> None:
        self.world.settle(*pumps(Random(0), quiet=True))

    def offers(self, price: int = 21_000_000) -> str:
        return self.world.posts("PROPERTY", self.boris, a_property(price=price))

    def told(self) -> list[tuple[int, tuple[str, ...]]]:
        found = [alerted(self.anna, one) for one in self.world.notices(self.anna)]
        return [(count, tuple(one for one, _ in best)) for _, _, count, best in found]


def a_scene() -> Scene:
    """Before anything of it was delivered."""
    world = Town()
    anna, boris, *_ = world.realtors
    return Scene(world, world.posts("LEAD", anna, a_lead()), anna, boris)
