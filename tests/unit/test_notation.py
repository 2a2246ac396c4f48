"""Items to DynamoDB's notation and back."""

import pytest

from cobroke.storage.notation import attributes_of, item_of

ITEM = {
    "text": "Ы",
    "whole": -7,
    "large": 10**20,
    "raw": b"\0\xff",
    "yes": True,
    "no": False,
    "nothing": None,
}


def test_an_item_comes_back_as_it_was() -> None:
    back = item_of(attributes_of(ITEM))
    assert back == ITEM
    assert [type(value) for value in back.values()] == [type(value) for value in ITEM.values()]


def test_numbers_and_truth_are_not_mixed_up() -> None:
    assert attributes_of({"yes": True, "one": 1}) == {"yes": {"BOOL": True}, "one": {"N": "1"}}


@pytest.mark.parametrize("value", [1.5, [], {}, ("x",)])
def test_no_other_kind_is_kept(value: object) -> None:
    with pytest.raises(KeyError):
        attributes_of({"value": value})
