"""The manifest of a course: what its release says of it (`core.manifest`), from its folder."""

from __future__ import annotations

from core.manifest import ExerciseEntry, LessonEntry, Manifest
from courses.course import Course, Exercise, Lesson
from courses.english.catalogue import English, read_english
from courses.media import described, named_in
from courses.pictures import COVERS


def media_of(course: Course) -> dict[str, bytes]:
    """The files of the media folder that some lesson shows, and the course's own picture."""
    used = {path for lesson in course.lessons for path in named_in(lesson.source)} | set(COVERS)
    return {path: content for path, content in course.media.items() if path in used}


def manifest_of(course: Course) -> Manifest:
    """What pages need of a course without opening a notebook."""
    return Manifest(
        course=course.slug,
        title=course.title,
        programme=course.programme,
        framework=course.framework,
        pass_share=course.pass_share,
        lessons=tuple(map(_lesson, course.lessons)),
        title_en=course.title_en,
        summary=course.summary,
        summary_en=course.summary_en,
        frame=course.frame,
        media=described(media_of(course)),
        open_reading=course.open_reading,
        licence=course.licence,
        contributor=course.contributor,
        teaching_card=course.teaching_card,
    )


def _lesson(lesson: Lesson) -> LessonEntry:
    english = read_english(lesson.english) if lesson.file_en else English()
    return LessonEntry(
        slug=lesson.slug,
        title=lesson.title,
        file=lesson.file,
        max_points=lesson.max_points,
        exercises=tuple(_exercise(one, english) for one in lesson.exercises),
        title_en=lesson.title_en,
        theory_minutes=lesson.theory_minutes,
        practice_minutes=lesson.practice_minutes,
        exam=lesson.exam,
        file_en=lesson.file_en,
        covers=lesson.covers,
    )


def _exercise(exercise: Exercise, english: English) -> ExerciseEntry:
    return ExerciseEntry(
        grade_id=exercise.grade_id,
        title=exercise.title,
        competence=exercise.competence,
        level=exercise.level,
        points=exercise.points,
        minutes=exercise.minutes,
        kind=exercise.kind,
        hint=exercise.hint,
        answers=exercise.answers,
        rubric=exercise.rubric,
        title_en=english.find(exercise.cell_id, exercise.title) or "",
        hint_en=english.find(exercise.cell_id, exercise.hint) or "",
    )
