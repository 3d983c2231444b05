"""What pages show of questions under exercises: to a learner, and to instructors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.manifest import LessonEntry
from records import Session
from records.courses import releases
from records.learning import posts
from records.people import persons
from records.tables.learning import Post, QuestionRule
from school.access import Actor
from school.courses.teaching import may_see_names
from school.learning import lessons
from school.learning.post_acts import fellows_read
from school.people import looks

FEWEST_RATINGS = 5  # below that a rating could be somebody's


@dataclass(frozen=True)
class Thread:
    """A question with its answers. ``own``: the reader's; ``name``: who asked, where shown."""

    question: Post
    answers: Sequence[Post]
    own: bool = False
    name: str = ""
    exercise: str = ""
    lesson: LessonEntry | None = None

    @property
    def waits(self) -> bool:
        """No instructor has answered or hidden it."""
        hidden = self.question.hidden_at is not None
        return not hidden and not any(one.by_teacher for one in self.answers)


@dataclass(frozen=True)
class LessonQuestions:
    """A lesson's questions as one learner reads them."""

    fellows: bool
    threads: Sequence[Thread]


def load_for_learner(session: Session, person_id: int, place: lessons.Place) -> LessonQuestions:
    """The learner's own questions and those of others that they may read, without any name. Of
    answers: an instructor's, one's own, and others' that were let through."""
    fellows = fellows_read(session, place.course, place.entry)
    found = posts.questions_for(session, person_id, place.course, place.lesson, fellows=fellows)
    answers = posts.answers_to(session, found)
    threads = []
    for one in found:
        exercise = place.entry.find_exercise(one.grade_id)
        shown = [answer for answer in answers[one.id] if _reads(answer, person_id, fellows=fellows)]
        own = one.person_id == person_id
        title = exercise.title if exercise else ""
        threads.append(Thread(one, shown, own, exercise=title))
    return LessonQuestions(fellows, threads)


def _reads(answer: Post, person_id: int, *, fellows: bool) -> bool:
    if answer.person_id == person_id:
        return True
    if answer.hidden_at is not None:
        return False
    return answer.by_teacher or (fellows and answer.shown_at is not None)


def load_for_teacher(
    session: Session, actor: Actor, course: str, *, at: dt.datetime
) -> tuple[Sequence[Thread], QuestionRule | None]:
    """The latest questions (of one course), what waits first. Names only where the course's rule
    says so and the actor teaches it."""
    found = posts.latest_questions(session, course)
    answers = posts.answers_to(session, found)
    named = _with_names(session, actor, found, at)
    names = persons.names_of(session, {one.person_id for one in found if one.course in named})
    looks.show(session, names, "questions")
    entries = _entries(session, found)
    threads = []
    for one in found:
        entry = entries.get((one.course, one.lesson))
        exercise = entry.find_exercise(one.grade_id) if entry else None
        title = exercise.title if exercise else ""
        name = names.get(one.person_id, "") if one.course in named else ""
        threads.append(Thread(one, answers[one.id], name=name, exercise=title, lesson=entry))
    rule = posts.find_rule(session, course) if course else None
    return sorted(threads, key=lambda one: not one.waits), rule


def _with_names(
    session: Session, actor: Actor, found: Sequence[Post], at: dt.datetime
) -> frozenset[str]:
    """The courses whose lecturer this actor is, and whose rule lets them see who asks."""
    rules = {one.course: posts.find_rule(session, one.course) for one in found}
    return frozenset(
        course
        for course, rule in rules.items()
        if rule is not None and rule.names and may_see_names(session, actor, course, at=at)
    )


def _entries(session: Session, found: Sequence[Post]) -> dict[tuple[str, str], LessonEntry]:
    entries = {}
    for course in {one.course for one in found}:
        release = releases.current_release(session, course)
        for entry in release.manifest.lessons if release else ():
            entries[course, entry.slug] = entry
    return entries


@dataclass(frozen=True)
class Ratings:
    """What learners think of a lesson; nothing of it before there are `FEWEST_RATINGS`."""

    count: int
    mean: float | None = None
    by_stars: Mapping[int, int] | None = None
    sentences: Sequence[str] = ()


def load_ratings(session: Session, course: str, lesson: str) -> Ratings:
    """Counted, without names."""
    found = posts.ratings_of(session, course, lesson)
    if len(found) < FEWEST_RATINGS:
        return Ratings(len(found))
    counted = {stars: sum(one == stars for one, _ in found) for stars in range(5, 0, -1)}
    mean = sum(stars for stars, _ in found) / len(found)
    return Ratings(len(found), mean, counted, [text for _, text in found if text])
