"""What an instructor learns about exercises."""

import datetime as dt

import pytest

from analytics.exercises.item_analysis import Attempt, find_where_people_stop, look_at_exercises

NINE = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


def attempts(shares_by_exercise: dict[str, list[float]]) -> list[Attempt]:
    return [
        Attempt(person, grade_id, share)
        for grade_id, shares in shares_by_exercise.items()
        for person, share in enumerate(shares)
    ]


def test_difficulty_is_the_mean_share_earned() -> None:
    (insight,) = look_at_exercises(attempts({"a": [1.0, 0.5, 0.0, 0.5]}), ["a"])
    assert insight.difficulty == pytest.approx(0.5)
    assert insight.learners == 4


def test_an_exercise_that_good_learners_miss_is_called_misleading() -> None:
    strong = [1.0] * 15 + [0.0] * 15
    insights = look_at_exercises(
        attempts({"a": strong, "b": strong, "c": [1 - share for share in strong]}), ["a", "b", "c"]
    )
    assert insights[2].discrimination == pytest.approx(-1)
    assert insights[2].verdict == "misleading"


def test_discrimination_leaves_the_exercise_itself_out_of_the_total() -> None:
    # With the exercise inside its own total even an unrelated one would correlate with it.
    a = [1.0, 0.0] * 20
    b = [1.0, 1.0, 0.0, 0.0] * 10
    insights = look_at_exercises(attempts({"a": a, "b": b}), ["a", "b"])
    assert insights[0].discrimination == pytest.approx(0, abs=1e-9)


def test_few_learners_give_no_discrimination_rather_than_a_chance_one() -> None:
    insights = look_at_exercises(attempts({"a": [1, 0, 1], "b": [1, 0, 1]}), ["a", "b"])
    assert [insight.discrimination for insight in insights] == [None, None]
    assert insights[0].verdict == "few"


def test_an_exercise_nobody_tried_is_shown_with_zeros() -> None:
    (insight,) = look_at_exercises([], ["a"])
    assert (insight.learners, insight.difficulty, insight.discrimination) == (0, 0.0, None)


def test_minutes_are_a_median_and_not_shown_of_fewer_than_three() -> None:
    times = {"a": [60.0, 120.0, 900.0], "b": [60.0, 120.0]}
    insights = look_at_exercises([], ["a", "b", "c"], times)
    assert [insight.minutes for insight in insights] == [2.0, None, None]


def test_common_wrong_answers_are_counted_and_rare_ones_are_not_shown() -> None:
    wrong = [Attempt(n, "a", 0.0, "Xem lại dòng 3.", "80") for n in range(5)]
    rare = [Attempt(10, "a", 0.0, "Chưa trả lời.", ""), Attempt(11, "a", 0.0, None, "7")]
    right = [Attempt(n, "a", 1.0, None, "100") for n in range(20, 30)]
    (insight,) = look_at_exercises(wrong + rare + right, ["a"])
    assert insight.wrong_answers == (("80", 5),)
    assert insight.mistakes == (("Xem lại dòng 3.", 5),)
    assert insight.unanswered == 1


def test_where_people_stop_counts_each_lesson_and_forgets_overnight_pauses() -> None:
    minutes = dt.timedelta(minutes=1)
    steps = find_where_people_stop(
        ["mot", "hai"],
        began={"mot": {1: NINE, 2: NINE, 3: NINE}, "hai": {1: NINE}},
        submitted={
            "mot": {1: NINE + 20 * minutes, 2: NINE + 30 * minutes, 3: NINE + 900 * minutes}
        },
        passed={"mot": [1, 2]},
    )
    assert [(s.began, s.submitted, s.passed, s.minutes) for s in steps] == [
        (3, 3, 2, 25.0),
        (1, 0, 0, None),
    ]
