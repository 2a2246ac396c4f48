"""An alert counts different counterparts and names its best three, however many they are."""

from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobroke.domain.notices import alert as module
from cobroke.domain.notices.alert import KEPT, NOBODY, TOP, Alert

SCORES = st.integers(8000, 8020)
"""Close together: most of them tie."""
NEWS = st.lists(st.tuples(st.text("abc0", min_size=1, max_size=2), SCORES), max_size=60)

type News = tuple[str, int]


def grown(*news: News) -> Alert:
    """As the ledger of a notice has it: counted once."""
    alert, counted = NOBODY, set[str]()
    for counterpart, score in news:
        alert = alert.growing(counterpart, score, counted_before=counterpart in counted)
        counted.add(counterpart)
    return alert


def best_three(latest: dict[str, int]) -> list[News]:
    return sorted(latest.items(), key=lambda row: (row[1], row[0]), reverse=True)[:TOP]


def test_the_best_three_stand_in_the_order_of_recommendations_the_newer_first_of_equals() -> None:
    alert = grown(("a", 9000), ("d", 8000), ("b", 9000), ("c", 9500))
    assert (alert.count, alert.top) == (4, [("c", 9500), ("b", 9000), ("a", 9000)])


def test_one_that_alerts_again_is_counted_once_and_has_its_new_score() -> None:
    alert = grown(("a", 9000), ("b", 9500), ("a", 9900))
    assert (alert.count, alert.top) == (2, [("a", 9900), ("b", 9500)])
    assert grown(("a", 9000), ("a", 8100)).top == [("a", 8100)]


def test_in_whatever_order_they_come_the_alert_is_the_same() -> None:
    news = ("a", 9000), ("b", 9000), ("c", 8000), ("d", 9900)
    assert len({str(grown(*order).top) for order in permutations(news)}) == 1


def test_growing_leaves_the_alert_that_grew_as_it_was() -> None:
    alert = grown(("a", 9000))
    alert.growing("b", 9000, counted_before=False)
    assert alert == grown(("a", 9000))


def test_of_thousands_it_knows_how_many_they_are_and_keeps_the_best_few() -> None:
    rng = Random(1)
    news = [(f"{number:05}", rng.randint(8000, 10_000)) for number in range(12_000)]
    alert = grown(*news)
    assert (alert.count, alert.top, len(alert.best)) == (12_000, best_three(dict(news)), KEPT)


def test_one_that_had_been_left_out_comes_back_with_a_better_score_and_is_not_counted_again() -> (
    None
):
    news = [("low", 8000), *((f"{number:02}", 9000) for number in range(KEPT))]
    assert "low" not in grown(*news).best
    alert = grown(*news, ("low", 9900))
    assert (alert.count, alert.top[0]) == (KEPT + 1, ("low", 9900))


@given(NEWS)
def test_an_alert_is_its_counterparts_with_their_latest_scores(news: list[News]) -> None:
    latest, alert = dict(news), grown(*news)
    assert (alert.count, alert.top) == (len(latest), best_three(latest))


@given(NEWS, st.integers(TOP, 8))
def test_with_few_kept_the_best_three_are_right_until_more_have_fallen_than_are_kept_besides(
    news: list[News], kept: int
) -> None:
    latest, told, falls = dict[str, int](), list[News](), 0
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "KEPT", kept)
        for counterpart, score in news:
            falls += score < latest.get(counterpart, 0)
            if falls > kept - TOP:
                break
            latest[counterpart] = score
            told.append((counterpart, score))
        alert = grown(*told)
    assert (alert.count, alert.top) == (len(latest), best_three(latest))
    assert len(alert.best) == min(kept, len(latest))
