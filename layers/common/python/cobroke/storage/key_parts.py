"""What keys say: the ids, kinds and times in them."""

from cobroke.domain.ids import pair_of
from cobroke.domain.postings.features import Group, Market
from cobroke.domain.postings.kinds import KINDS, Kind, lead_first
from cobroke.storage.table import Key

_BY_NAME: dict[str, Kind] = {kind: kind for kind in KINDS}


def two_in(partition: str) -> tuple[str, str]:
    """Return which two realtors this is the partition of."""
    _, one, another = partition.split("#")
    return one, another


def own_matches_in(partition: str) -> tuple[str, str]:
    """Return whose matches are listed in this partition, and how they stand."""
    _, realtor_id, standing = partition.split("#")
    return realtor_id, standing


def posting_of(sort_key: str) -> tuple[Kind, str] | None:
    """Return the kind and id of the lead or property under this sort key, or whose closing is, None
    where neither lives there.
    """
    name, _, posting_id = sort_key.partition("#")
    kind = _BY_NAME.get(name)
    return (kind, posting_id) if kind and "#" not in posting_id else None


def moment_in(sort_key: str) -> int:
    """Return the time (ms) that the sort key of a change begins with."""
    return int(sort_key.partition("#")[0])


def realtor_in(partition: str) -> str:
    """Return the id of the realtor whose partition it is: their own, of notices or of marks."""
    return partition.partition("#")[2]


def id_in(sort_key: str) -> str:
    """Return the id behind the price of a market entry or the time of a change."""
    return sort_key.rpartition("#")[2]


def group_in(sort_key: str) -> Group:
    """Return the group in the sort key of a market."""
    return Group[sort_key.partition("#")[0]]


def sides_in(key: Key) -> tuple[str, str]:
    """Return the lead's and the property's id, of a pair or of its mirror."""
    kind, _, own = key[0].partition("#")
    counterpart = id_in(key[1])
    return lead_first(_BY_NAME[kind], own, counterpart)


def match_in(sort_key: str) -> str:
    """Return the match id in the sort key of a pair's change, or of a match in a list."""
    return sort_key.split("#")[1]


def pair_in(sort_key: str) -> tuple[str, str]:
    """Return the lead's and the property's id, of the match in such a sort key."""
    return pair_of(match_in(sort_key)) or ("", "")


def due_in(sort_key: str) -> tuple[int, str, str]:
    """Return when (ms) which kind of thing falls due, and its id."""
    ms, what, an_id = sort_key.split("#")
    return int(ms), what, an_id


def kind_of_entry(partition: str) -> Kind:
    return "LEAD" if partition.startswith("MARKET#LEAD#") else "PROPERTY"


def flat_in(partition: str) -> bytes:
    """Return the fingerprint in the partition of a flat."""
    return bytes.fromhex(partition.partition("#")[2])


def market_of_entry(partition: str) -> Market:
    """Return the market of an entry's partition. A city's name may hold any sign."""
    place = partition.split("#", 2)[2]
    place = place if kind_of_entry(partition) == "LEAD" else place.rpartition("#")[0]
    city, _, group = place.rpartition("#")
    return Market(city, Group[group])
