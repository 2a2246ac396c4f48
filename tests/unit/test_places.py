"""Names of places as they are compared: each rule of the contract's page, and all of them on
whatever is typed.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cobroke.domain.postings.places import PLACE_TYPES, PlaceType, merged, normalised, place
from tests import place_names
from tests.places import RULES, Rule

PIECES = [
    *(
        "г.",
        "М.",
        "м",
        ".",
        "о.",
        "город",
        "СЕЛО",
        "Посёлок городского типа",
        "рабочий",
        "МЕТРО",
        "ст",
        "станция",
    ),
    *(
        "р-н",
        "р",
        "н",
        "район",
        "мкр",
        " ",
        "  ",
        "\t",
        "\u00a0",
        "-",
        " \u2014 ",
        ",",
        "«",
        "'",
        "\u00ad",
        "\u200b",
    ),
    *(
        "ё",
        "е\u0308",
        "ë",
        "Ё",
        "k",
        "K",
        "ß",
        "İ",
        "\u0390",
        "\u1d2b",
        "\u0482",
        "Мост",
        "Mост",
        "MOCT",
    ),
]
TYPES = st.sampled_from(list(PLACE_TYPES))

always = settings(derandomize=True, database=None, deadline=None, max_examples=300)


@pytest.mark.parametrize("rule", RULES, ids=[f"{rule.of}: {rule.sentence}" for rule in RULES])
def test_spellings_are_one_place_or_two(rule: Rule) -> None:
    compared = {
        spelling: normalised(spelling, rule.of)
        for names in rule.places.values()
        for spelling in names
    }
    assert compared == {spelling: name for name, names in rule.places.items() for spelling in names}


@pytest.mark.parametrize("rule", RULES, ids=[f"{rule.of}: {rule.sentence}" for rule in RULES])
def test_the_independent_second_opinion_is_the_same(rule: Rule) -> None:
    for name, spellings in rule.places.items():
        assert {place_names.normalised(spelling, rule.of) for spelling in spellings} == {name}


def test_the_table_is_worth_its_name() -> None:
    spelled = [spelling for rule in RULES for names in rule.places.values() for spelling in names]
    assert len(spelled) >= 200
    assert {rule.of for rule in RULES} == PLACE_TYPES.keys()


@pytest.mark.parametrize("of", PLACE_TYPES)
def test_every_kind_goes_where_the_page_says_and_there_alone(of: PlaceType) -> None:
    for kind in {kind for both in PLACE_TYPES.values() for kinds in both for kind in kinds}:
        for name in (
            kind,
            f"{kind} Заря",
            f"Заря {kind}",
            f"{kind} Заря {kind}",
            f"{kind}Заря",
            f"Заря-{kind}",
        ):
            assert normalised(name, of) == place_names.normalised(name, of)
    in_front, at_the_end = PLACE_TYPES[of]
    assert {normalised(f"{kind} Заря", of) for kind in in_front} == {"заря"}
    assert {normalised(f"Заря {kind}", of) for kind in at_the_end} == {"заря"}


@always
@given(st.lists(st.sampled_from(PIECES)).map("".join) | st.text(), TYPES)
def test_whatever_is_typed_the_second_opinion_is_the_same(name: str, of: PlaceType) -> None:
    assert normalised(name, of) == place_names.normalised(name, of)


@always
@given(st.lists(st.sampled_from(PIECES)).map("".join), TYPES)
def test_what_is_compared_could_only_lose_another_kind(name: str, of: PlaceType) -> None:
    """Compared twice it is the same but for that: «г. г. Москва»."""
    once = normalised(name, of)
    twice = normalised(once, of)
    in_front, at_the_end = PLACE_TYPES[of]
    longer = {f"{kind} {twice}" for kind in in_front} | {f"{twice} {kind}" for kind in at_the_end}
    assert once in {twice, *longer}


@pytest.mark.parametrize("of", PLACE_TYPES)
def test_equal_names_are_one_place_and_the_first_spelling_stays(of: PlaceType) -> None:
    assert merged(["Орёл", " ОРЕЛ", "Тула", "орел"], of) == ["Орёл", "Тула"]
    assert place("Орёл", of) == place("«орел»", of) != place("Орёл-2", of)


def test_a_name_loses_the_kinds_of_what_it_names_and_no_other() -> None:
    assert (
        place("г. Сокол", "city") == place("м. Сокол", "station") == place("р-н Сокол", "district")
    )
    assert len({place(name, "district") for name in ("г. Сокол", "м. Сокол", "Сокол р-н")}) == 3
