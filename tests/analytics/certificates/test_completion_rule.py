"""Decision 64's rule: the whole course taken part in, and the test passed."""

from analytics.certificates.issuing import judge_completion
from core.completion import CourseStanding, stand

LESSONS = (("mot", 4.0), ("hai", 6.0))


def standing(
    marks: dict[str, float], pass_share: float = 0.5, lessons=LESSONS
) -> tuple[str, CourseStanding]:
    return "Nhận thức", stand(lessons, points=marks, attended=(), pass_share=pass_share)


def test_everything_handed_in_and_passed_is_due() -> None:
    completion = judge_completion([standing({"mot": 4, "hai": 6})])
    assert completion.due
    assert completion.reasons == ()
    assert (completion.points, completion.max_points) == (10, 10)


def test_exactly_the_pass_mark_is_enough() -> None:
    assert judge_completion([standing({"mot": 0, "hai": 5})]).due


def test_a_sum_of_tenths_on_the_pass_mark_is_not_lost_to_rounding() -> None:
    lessons = tuple((f"b{i}", 1.0) for i in range(3))
    marks = {"b0": 0.6, "b1": 0.7, "b2": 0.8}  # adds up to 2.0999999999999996
    assert judge_completion([standing(marks, 0.7, lessons)]).due
    lessons = tuple((f"b{i}", 1.0) for i in range(10))
    marks = dict.fromkeys((f"b{i}" for i in range(10)), 0.6)  # to 5.999999999999999
    assert judge_completion([standing(marks, 0.6, lessons)]).due


def test_a_hair_below_the_pass_mark_is_not() -> None:
    completion = judge_completion([standing({"mot": 0, "hai": 4.99})])
    assert not completion.due
    assert "4.99" in str(completion.reasons[0])
    assert "5.0" in str(completion.reasons[0])


def test_a_lesson_not_handed_in_counts_even_with_full_points_elsewhere() -> None:
    completion = judge_completion([standing({"hai": 6})])
    assert not completion.due
    assert (completion.lessons_done, completion.lessons) == (1, 2)


def test_a_lesson_handed_in_for_no_points_is_taken_part_in() -> None:
    assert judge_completion([standing({"mot": 0, "hai": 6})]).due


def test_every_course_must_be_passed_not_the_sum_of_them() -> None:
    strong, weak = standing({"mot": 4, "hai": 6}), standing({"mot": 4, "hai": 0})
    assert not judge_completion([strong, weak]).due


def test_marks_of_a_lesson_the_release_does_not_have_count_for_nothing() -> None:
    marks = {"mot": 1, "hai": 1, "của khóa khác": 100}
    completion = judge_completion([standing(marks)])
    assert not completion.due
    assert completion.points == 2


def test_a_programme_without_courses_or_lessons_certifies_nobody() -> None:
    assert not judge_completion([]).due
    assert not judge_completion([standing({}, lessons=())]).due


def test_a_course_without_points_is_passed_by_taking_part() -> None:
    assert judge_completion([standing({"mot": 0}, lessons=(("mot", 0.0),))]).due


def test_a_pass_mark_of_zero_and_of_one() -> None:
    assert judge_completion([standing({"mot": 0, "hai": 0}, pass_share=0)]).due
    assert judge_completion([standing({"mot": 4, "hai": 6}, pass_share=1)]).due
    assert not judge_completion([standing({"mot": 4, "hai": 5.9}, pass_share=1)]).due
