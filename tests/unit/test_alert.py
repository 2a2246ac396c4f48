"""An alert counts different counterparts and names its best three."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from cobroke.domain.alert import TOP, Alert

IDS = st.text("abc0", min_size=1, max_size=3)
NEWS = st.lists(st.tuples(IDS, st.integers(8000, 10_000)), max_size=12)


def grown(*news: tuple[str, int]) -> Alert:
    alert = Alert({})
    for counterpart, score in news:
        alert = alert.growing(counterpart, score)
    return alert


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
    alert.growing("b", 9000)
    assert alert == grown(("a", 9000))


@given(NEWS)
def test_an_alert_is_its_counterparts_with_their_latest_scores(news: list[tuple[str, int]]) -> None:
    latest, alert = dict(news), grown(*news)
    assert alert.count == len(latest)
    best = sorted(latest, key=lambda one: (-latest[one], [-ord(letter) for letter in one.ljust(3)]))
    assert alert.top == [(one, latest[one]) for one in best[:TOP]]
