"""The rule that makes a level of evidence: what must hold whatever somebody did."""

from __future__ import annotations

import datetime as dt
import itertools
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skills_framework import evidence
from skills_framework.evidence import (
    EXAMINATION,
    PLACEMENT,
    PRACTICE,
    RETAINED,
    Sign,
    each_once,
    judge,
    needed,
)

AT = dt.datetime(2026, 11, 30, 3, 0, tzinfo=dt.UTC)
CODE = "1.1"
SOURCES = (EXAMINATION, PLACEMENT, RETAINED, PRACTICE)


def sign(
    source: str = PRACTICE,
    level: int = 3,
    solved: bool = True,
    *,
    of: str = CODE,
    days: float = 0,
    task: str = "",
) -> Sign:
    return Sign(source, of, level, solved, AT - dt.timedelta(days=days), task)


def several(count: int, source: str = PRACTICE, level: int = 3, solved: bool = True) -> list[Sign]:
    return [sign(source, level, solved, task=str(number)) for number in range(count)]


any_sign = st.builds(
    sign,
    source=st.sampled_from(SOURCES),
    level=st.integers(1, 8),
    solved=st.booleans(),
    of=st.sampled_from([CODE, "1.2", "2.1"]),
    days=st.floats(-30, 4000),
    task=st.text("abc", max_size=3),
)
any_signs = st.lists(any_sign, max_size=25)
own_solved = st.builds(
    sign,
    source=st.sampled_from(SOURCES),
    level=st.integers(1, 8),
    days=st.floats(0, 4000),
    task=st.text("xyz", max_size=3),
)


def level(signs: list[Sign]) -> int:
    return judge(signs, CODE, at=AT).level


@given(any_signs, own_solved)
def test_a_solved_task_more_never_lowers_a_level_nor_makes_any_less_likely(
    signs: list[Sign], more: Sign
) -> None:
    before, after = judge(signs, CODE, at=AT), judge([*signs, more], CODE, at=AT)
    assert after.level >= before.level
    assert all(b >= a - 1e-9 for a, b in zip(before.chances, after.chances, strict=True))


@given(any_signs, own_solved)
def test_a_missed_task_more_never_raises_a_level(signs: list[Sign], more: Sign) -> None:
    missed = Sign(more.source, more.competence, more.level, False, more.at, more.task)
    assert level([*signs, missed]) <= level(signs)


@given(any_signs, st.randoms(use_true_random=False))
def test_the_order_does_not_matter(signs: list[Sign], lot: random.Random) -> None:
    mixed = list(signs)
    lot.shuffle(mixed)
    one, other = judge(signs, CODE, at=AT), judge(mixed, CODE, at=AT)
    assert one.level == other.level
    assert np.allclose(one.chances, other.chances, atol=1e-9)


@given(any_signs)
def test_a_level_is_never_above_the_hardest_task_solved_in_the_competence(
    signs: list[Sign],
) -> None:
    solved = [one.level for one in signs if one.solved and one.competence == CODE]
    assert level(signs) <= max(solved, default=0)


@given(any_signs, st.sampled_from(SOURCES), st.integers(1, 8), st.floats(0, 3000))
def test_what_is_older_says_less(signs: list[Sign], source: str, of: int, days: float) -> None:
    fresh = judge([*signs, sign(source, of)], CODE, at=AT)
    old = judge([*signs, sign(source, of, days=days)], CODE, at=AT)
    assert all(b <= a + 1e-9 for a, b in zip(fresh.chances, old.chances, strict=True))
    weights = [evidence.weigh(sign(source, days=age), CODE, at=AT) for age in (0, days, days + 1)]
    assert weights[0] >= weights[1] > weights[2] > 0


def test_half_of_a_sign_is_left_after_two_years_and_none_is_worth_more_for_being_early() -> None:
    assert evidence.weigh(sign(EXAMINATION, days=730), CODE, at=AT) == pytest.approx(0.5)
    assert evidence.weigh(sign(EXAMINATION, days=-10), CODE, at=AT) == 1


@given(any_signs, st.integers(1, 8), st.booleans())
def test_an_examination_outweighs_a_placement_and_that_outweighs_practice(
    signs: list[Sign], of: int, solved: bool
) -> None:
    found = [
        judge([*signs, sign(source, of, solved)], CODE, at=AT).chances
        for source in (EXAMINATION, PLACEMENT, PRACTICE)
    ]
    way = 1 if solved else -1
    for strong, weak in itertools.pairwise(found):
        assert all(way * (a - b) >= -1e-9 for a, b in zip(strong, weak, strict=True))
    assert evidence.WEIGHTS[EXAMINATION] > evidence.WEIGHTS[PLACEMENT]
    assert evidence.WEIGHTS[PLACEMENT] > evidence.WEIGHTS[PRACTICE]


def test_where_practice_and_examination_disagree_the_examination_decides() -> None:
    practised, missed = several(2), several(2, EXAMINATION, solved=False)
    assert level([*practised, *missed]) < 3
    assert level([*several(2, solved=False), *several(2, EXAMINATION)]) == 3


@given(any_signs)
def test_chances_fall_from_level_to_level_and_a_level_says_how_sure_it_is(
    signs: list[Sign],
) -> None:
    found = judge(signs, CODE, at=AT)
    assert list(found.chances) == sorted(found.chances, reverse=True)
    assert all(0 <= one <= 1 for one in found.chances)
    assert (found.sure >= 0.5 and bool(found.surety)) if found.level else found.sure == 0


@pytest.mark.parametrize("of", range(1, 9))
def test_two_exercises_solved_hold_their_level_and_more_make_it_surer(of: int) -> None:
    assert level(several(1, level=of)) == 0, "one exercise shows no level"
    two, four = (judge(several(n, level=of), CODE, at=AT) for n in (2, 4))
    assert (two.level, four.level) == (of, of)
    assert four.sure > two.sure


@pytest.mark.parametrize("count", [2, 3, 5, 10])
@pytest.mark.parametrize("of", range(1, 8))
def test_all_of_a_level_and_none_of_the_next_is_that_level(of: int, count: int) -> None:
    signs = [*several(count, level=of), *several(count, level=of + 1, solved=False)]
    assert level(signs) == of


def test_three_of_four_hold_a_level_and_half_does_not() -> None:
    assert level([*several(3), sign(solved=False, task="d")]) == 3
    assert level([*several(2), *several(2, solved=False)]) < 3


def test_a_sitting_speaks_of_its_domain_and_practice_only_of_its_competence() -> None:
    alone = sign(PLACEMENT)
    assert level([alone]) == 0
    assert level([alone, sign(PLACEMENT, of="1.2")]) == 3
    assert level([alone, sign(PRACTICE, of="1.2")]) == 0
    assert level([alone, sign(PLACEMENT, of="2.1")]) == 0
    assert level([sign(EXAMINATION, of="1.2")] * 5) == 0, "nothing of it was solved"


def test_an_exercise_done_again_counts_once_and_stays_solved() -> None:
    tries = [sign(solved=False, days=9, task="a"), sign(days=5, task="a"), sign(days=7, task="a")]
    (kept,) = each_once([*tries, sign(solved=False, days=1, task="a")])
    assert kept == tries[1]
    (failed,) = each_once([sign(solved=False, days=9), sign(solved=False, days=2)])
    assert failed.at == AT - dt.timedelta(days=2)
    assert (
        len(each_once([sign(task="a"), sign(PLACEMENT, task="a"), sign(task="a", of="1.2")])) == 3
    )


@given(any_signs, st.integers(1, 8))
def test_what_is_needed_for_a_level_is_enough_and_no_less_would_be(
    signs: list[Sign], of: int
) -> None:
    count = needed(signs, CODE, of, at=AT)
    if count is None or count > evidence.MOST_NEEDED:
        return
    assert level([*signs, *several(count, level=of)]) >= of
    assert count == 0 or level([*signs, *several(count - 1, level=of)]) < of


def test_a_missed_exercise_solved_at_last_is_no_longer_against_one() -> None:
    signs = several(3, solved=False)
    assert needed(signs, CODE, 3, fresh=0, at=AT) == 2
    assert needed(signs[:2], CODE, 3, fresh=0, at=AT) == 2
    assert needed(signs[:1], CODE, 3, fresh=0, at=AT) is None, "one exercise alone shows no level"


@given(st.lists(any_signs, max_size=4))
def test_many_people_at_once_have_the_levels_that_each_has_alone(people: list[list[Sign]]) -> None:
    codes = ["1.1", "1.2", "2.1"]
    found, own = evidence.levels_of_many(people, codes, at=AT)
    for person, signs in enumerate(people):
        for place, code in enumerate(codes):
            alone = judge(signs, code, at=AT)
            assert found[person, place] == alone.level
            assert own[person, place] == len(alone.own)


def test_no_level_lies_beyond_the_last() -> None:
    assert needed([], CODE, 9, at=AT) is None
    assert needed([], CODE, 8, at=AT) == 2


def test_seventy_percent_of_the_points_solve_a_task() -> None:
    assert [evidence.is_solved(share) for share in (0.69, 0.7, 1.0)] == [False, True, True]
