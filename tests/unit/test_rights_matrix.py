"""The matrix of rights knows every route, and no other."""

from cobroke.edge.routes import ROUTES
from tests.rights import ENDINGS, RIGHTS


def test_every_route_has_its_row_of_rights() -> None:
    assert RIGHTS.keys() == {route.key for route in ROUTES}
    assert RIGHTS.keys() >= ENDINGS


def test_nobody_without_a_token_gets_in_but_where_it_is_public() -> None:
    for route in ROUTES:
        assert (RIGHTS[route.key].stranger == "401 unauthorized") != route.public, route.key


def test_what_has_an_id_in_its_path_is_its_owners_alone() -> None:
    for route in ROUTES:
        row = RIGHTS[route.key]
        of_an_owner = "{" in route.path and "{realtor_id}" not in route.path
        assert of_an_owner == (row.other == "404 not_found"), route.key
        assert row.unverified == row.owner, route.key
