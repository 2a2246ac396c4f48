"""Queries that a lenient reader would take for a page, a filter or nothing."""

from collections.abc import Iterator

from tests.hostile.request import CANARY, Hostile

_LISTS = {
    "/leads": "status",
    "/properties": "status",
    "/leads/{lead_id}/property-recommendations": "",
    "/properties/{property_id}/lead-recommendations": "",
    "/leads/{lead_id}/matches": "status",
    "/properties/{property_id}/matches": "status",
    "/notifications": "unread_only",
}
"""Every paged list, and what else it knows."""
_NO_NUMBERS = (
    "0 -1 -0 00 01 1.0 1.5 +1 %2B1 %201 1%20 1%0A 1e0 1_0 0x1 %D9%A1 %EF%BC%91 %C2%B2 "
    "1,1 1%2C1 null true None [] "
    f"1;1 1%00 %00 %FF %ED%A0%80 % %4 99999999999999999999 {'9' * 5000} {CANARY} %7B%7D 1%3D1"
).split()
_WORDS = f"active Active %20ACTIVE ACTIVE, ACTIVE,ACTIVE %00 True TRUE 1 yes null {CANARY}".split()
_CURSORS = (
    "null", "0", "1", "..", "AAAA", "AAAAAAAAAAA", "TEVBRC4u", "a" * 256, "a" * 257, "a" * 5_000,
    "AAAAAAAAAABMRUFELi4=", "AAAAAAAAAABMRUFELi4", "AAAAAAAAAABOT1RJQ0UuLg", "%00", "%FF", "A%0A",
    "A,A", "{lead_id}", CANARY,
)  # fmt: skip
"""None was ever given to the caller as the `next` of a part."""
IGNORED = (
    f"colour={CANARY}&colour={CANARY}&colour=",
    "Page=0&LIMIT=0&page[]=0&page%00=0&%20page=0",
    f"=&&&&=1&{CANARY}",
    "%FF=%FE&%ED%A0%80=1&%=%&+=+",
    f"a={'&a='.join('1' * 500)}",
    "__proto__=1&constructor=1",
)


def with_queries() -> Iterator[Hostile]:
    for cursor in ("", *_CURSORS):
        query = f"after={cursor}"
        yield Hostile(f"GET /me/export?{query[:40]}", 422, "GET", "/me/export", query)
    for path, known in _LISTS.items():
        wrong = [f"{name}={value}" for name in ("page", "limit") for value in ("", *_NO_NUMBERS)]
        wrong += ["page=1000000001", "limit=101", "page", "page=1&limit", "p%61ge=0"]
        for name, good in (
            ("page", "1"),
            ("limit", "1"),
            *([(known, "true")] if known == "unread_only" else []),
        ):
            wrong += [
                f"{name}={good}&{name}={good}",
                f"{name}={good}&colour=1&{name}=",
                f"{name}=&{name}={good}",
            ]
            wrong.append(f"{name}={good}&%{ord(name[0]):02x}{name[1:]}={good}")
        if known:
            wrong += [f"{known}={word}" for word in ("", *_WORDS)]
        if known == "status":
            word = "PENDING" if path.endswith("matches") else "ACTIVE"
            wrong += [
                f"status={word}&status={word}",
                f"status={word}&st%61tus={word}",
                f"status={word}&status=",
            ]
        for query in wrong:
            yield Hostile(f"GET {path}?{query[:40]}", 422, "GET", path, query)
        for query in IGNORED:
            yield Hostile(f"GET {path}?{query[:40]}", 200, "GET", path, query)
