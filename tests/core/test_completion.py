"""When a lesson is passed and a course completed."""

from core.completion import CourseStanding, LessonStanding, share_in_force, stand

LESSONS = (("mot", 4.0), ("hai", 6.0))


def standing(points, attended=(), pass_share=0.5):
    return stand(LESSONS, points=points, attended=attended, pass_share=pass_share)


def test_the_ministry_s_share_goes_before_the_course_s_also_where_it_is_none():
    assert share_in_force(0.5, None) == 0.5
    assert share_in_force(0.5, 0.8) == 0.8
    assert share_in_force(0.5, 0.0) == 0.0


def test_a_lesson_is_taken_by_marks_or_in_class_and_passed_by_marks_only():
    marked, attended = LessonStanding("mot", 4.0, 2.0), LessonStanding("mot", 4.0, attended=True)
    assert marked.taken and attended.taken and not LessonStanding("mot", 4.0).taken
    assert marked.passes(0.5) and not marked.passes(0.51)
    assert not attended.passes(0.0), "nobody marked anything"


def test_a_class_counts_as_taken_part_in_and_earns_nothing():
    course = standing({"hai": 6.0}, attended={"mot"})
    assert course.took_part and course.passed
    assert (course.points, course.max_points, course.missing) == (6.0, 10.0, 0)
    assert not standing({"mot": 4.0}, attended={"hai"}).passed


def test_full_points_in_half_of_the_course_are_no_course():
    course = standing({"hai": 6.0})
    assert course.has_enough and not course.took_part and not course.passed
    assert (course.lessons_done, course.missing) == (1, 1)


def test_lessons_that_the_release_does_not_have_do_not_count():
    course = standing({"mot": 0.0, "hai": 0.0, "ba": 99.0}, attended={"bon"})
    assert course.points == 0.0 and not course.passed


def test_a_course_without_lessons_is_taken_part_in_by_nobody():
    assert not CourseStanding((), 0.5).took_part
    assert not CourseStanding((), 0.0).passed


def test_a_course_without_points_has_no_test_to_fail():
    course = stand([("mot", 0.0)], points={"mot": 0.0}, attended=(), pass_share=1.0)
    assert course.passed
