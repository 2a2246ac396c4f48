"""What a realtor has taken of what all share: read with what is asked for, and taken with it."""

from fastapi import HTTPException  # type: ignore[import-not-found]

from benchmarks.naive import table
from benchmarks.naive.table import Item
from cobroke.domain.errors import RateLimited
from cobroke.domain.fair_use import QUOTAS, Use


def take(
    owner: str, limits: Item, use: Use, now: int, cost: int = 1, leads: int = 0, most: int = 0
) -> Item:
    """Make the write of it, on condition that nobody has taken meanwhile; `leads` are counted with
    it, up to `most`.
    """
    name = f"{use}_until"
    try:
        after = QUOTAS[use].taken(int(limits.get(name, 0)), cost, now)
    except RateLimited as refused:
        raise HTTPException(429, headers={"Retry-After": str(refused.wait_s)}) from None
    values: Item = {":entity": "LIMITS", ":after": after}
    condition, expression = (
        f"attribute_not_exists({name})",
        f"SET entity = :entity, {name} = :after",
    )
    if name in limits:
        condition, values[":before"] = f"{name} = :before", limits[name]
    if leads:
        values |= {":leads": leads, ":most": most}
        expression += " ADD leads :leads"
        condition += " AND (attribute_not_exists(leads) OR leads < :most)"
    return table.update(f"REALTOR#{owner}", "LIMITS", expression, values, condition)


def still_told(agreed: Item, invited: Item, now: int) -> bool:
    """Return whether another realtor may be told of one more interest."""
    try:
        return bool(agreed or QUOTAS["stranger"].taken(int(invited.get("told_until", 0)), 1, now))
    except RateLimited:
        return False


def tell(key: tuple[str, str], invited: Item, now: int) -> Item:
    """Make the write of it."""
    after = QUOTAS["stranger"].taken(int(invited.get("told_until", 0)), 1, now)
    values: Item = {":entity": "INVITED", ":after": after, ":expires": after // 1000 + 24 * 3600}
    condition = "attribute_not_exists(PK)"
    if invited:
        condition, values[":before"] = "told_until = :before", invited["told_until"]
    return table.update(
        *key, "SET entity = :entity, told_until = :after, expires = :expires", values, condition
    )
