"""Known ways to get a list wrong, each a line of the product written as it must not be; a search
has to find it.
"""

import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from cobroke.domain.deals import resurfacing
from cobroke.domain.matching import ranking as rankings
from cobroke.domain.postings.posting import Posting
from cobroke.flows.matching import ranking as flow
from cobroke.storage.matching import markets
from cobroke.storage.postings import posting


class Edit(NamedTuple):
    """Of one function: the text that stands there once, and what a mistake would have put in its
    place.
    """

    function: Callable[..., Any]
    right: str
    wrong: str


class Mutant(NamedTuple):
    """`shown_by`: the written test, in tests/unit/test_lists_interleavings.py, that fails on it;
    none of those that the fault run finds (tests/support/fault_mutants.py).
    """

    name: str
    edits: tuple[Edit, ...]
    shown_by: str = ""


MUTANTS = (
    Mutant(
        "no overlap",
        (Edit(markets.changes_of, "watermark - OVERLAP_MS", "watermark"),),
        "test_a_write_that_commits_after_a_look_with_a_time_before_it_is_in_the_next_one",
    ),
    Mutant(
        "removal not merged",
        (
            Edit(
                rankings._parted,
                "if row.id not in newer]",
                "if row.id not in newer or newer[row.id].packed is None]",
            ),
        ),
        "test_what_was_archived_since_the_ranking_was_kept_is_gone",
    ),
    Mutant(
        "the cut forgotten",
        (Edit(rankings.caught_up, "if ranking.cut is None or place >= ranking.cut", "if True"),),
        "test_below_the_cut_others_may_be_better_than_what_has_changed",
    ),
    Mutant(
        # Taken anew each time it would be right, if slow: it only rises. Wrong is to take it from a
        # full list alone.
        "the cut taken from the last row of a list that lost some",
        (
            Edit(
                rankings.caught_up,
                "cut = ranking.cut\n",
                "cut = rows[-1].place if len(rows) == sizes.kept else None\n",
            ),
        ),
        "test_a_list_that_has_lost_rows_is_still_cut_where_it_was",
    ),
    Mutant(
        "hidden pairs dropped after the cut",
        (
            Edit(
                flow._afresh,
                "seeker.select(list",
                "Seeker(seeker.id, 1, seeker.features, seeker.detail, {}).select(list",
            ),
            Edit(flow._afresh, "returned)", "returned).without(seeker.hides)"),
        ),
        "test_hidden_pairs_leave_their_places_to_others_before_the_cut",
    ),
    Mutant(
        "change times straight from the clock",
        (Edit(Posting.changed, "max(now, self.changed_at + 1)", "now"),),
        "test_of_two_writes_with_clocks_apart_the_last_one_counts_a_minute_later",
    ),
    Mutant(
        "no merge of changes after a fresh read",
        (Edit(flow._afresh, "markets.merge(entries, changed.values())", "del changed"),),
        "test_a_counterpart_that_moves_while_the_market_is_read_is_not_missed",
    ),
    Mutant(
        "hiddenness judged without what the row keeps",
        (Edit(rankings._row, "of.detail", "0"),),
        "test_a_disliked_pair_is_back_when_its_counterpart_has_changed_enough",
    ),
    Mutant(
        "what the other side reopened is not loaded",
        (Edit(flow._back, "pair.changed_at >= since and ", "pair.changed_at < 0 and "),),
        "test_what_the_other_side_opens_again_is_back_though_neither_object_has_changed",
    ),
    Mutant(
        "no overlap for what was done about a pair",
        (Edit(flow._back, " - OVERLAP_MS", ""),),
        "test_an_act_that_commits_after_a_look_with_a_time_before_it_counts_in_the_next_one",
    ),
    Mutant(
        "a match hides its pair from the side that is asked",
        (Edit(resurfacing.is_open, "pair.asks(side)", "False"),),
        "test_who_is_asked_still_sees_the_pair_and_who_liked_does_not",
    ),
    Mutant(
        "a match that nobody answered stays hidden",
        (Edit(resurfacing.is_open, " or pair.has_lapsed", ""),),
        "test_what_nobody_answered_is_in_the_list_again",
    ),
    Mutant(
        "a ranking of another version of its object",
        (Edit(flow.Seeker.may_use, "made_for == (self.version", "made_for == (made_for[0]"),),
        "test_an_object_that_was_written_has_another_list",
    ),
    Mutant(
        "a ranking of before somebody was unblocked",
        (Edit(flow.Seeker.may_use, "self.parted.returned)", "made_for[1])"),),
        "test_who_is_unblocked_is_in_the_list_again",
    ),
    Mutant(
        "rows of who is blocked stay in a kept ranking",
        (Edit(flow.Seeker.hides_at, "self.parted.from_owner_of(an_id)", "False"),),
        "test_who_is_blocked_leaves_their_places_to_others",
    ),
    Mutant(
        "a ranking older than the changes that are kept",
        (Edit(flow.up_to_date, " and known.watermark > now - LONGEST_MS", ""),),
        "test_a_ranking_older_than_the_changes_is_not_caught_up",
    ),
    Mutant(
        "a list with too few rows above the cut",
        (Edit(rankings.Ranking.holds, "self.cut is None or len(self.rows) >= shown", "True"),),
        "test_when_the_rows_above_the_cut_are_used_up_the_market_is_read",
    ),
    Mutant(
        "no removal from the market that was left",
        (Edit(posting.writes, "for held in (old, new)", "for held in (new,)"),),
        "test_what_moved_to_another_city_is_gone_from_the_first",
    ),
)


@contextmanager
def planted(mutant: Mutant) -> Iterator[None]:
    """The product with this mistake while the block runs; ValueError where the text is not there
    once any more.
    """
    edited = dict[Callable[..., Any], str]()
    for function, right, wrong in mutant.edits:
        source = edited.get(function) or textwrap.dedent(inspect.getsource(function))
        if source.count(right) != 1:
            raise ValueError(f"{function.__qualname__} holds {right!r} {source.count(right)} times")
        edited[function] = source.replace(right, wrong)
    codes = {function: function.__code__ for function in edited}
    try:
        for function, source in edited.items():
            function.__code__ = _code(function, source)
        yield
    finally:
        for function, code in codes.items():
            function.__code__ = code


def _code(function: Callable[..., Any], source: str) -> Any:
    """Put into the function itself, so that it counts where that is imported by name too."""
    made = dict[str, Any]()
    code = compile(source, function.__code__.co_filename, "exec")
    exec(code, dict(function.__globals__), made)  # noqa: S102
    return made[function.__name__].__code__
