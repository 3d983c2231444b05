"""One learner's lesson: the draft, the answers in it, what is run, and what is handed in.

The notebook is the one truth of a learner's answers; the player sends only what changed
(`notebooks.apply_answers`), JupyterLab sends the whole notebook (`check_notebook`). Reading and
writing the database happens in the functions that take a session; the rest is pure.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

import courses
from core.manifest import ExerciseEntry, LessonEntry, Manifest
from core.messages import Message, Refused
from courses.media import named_in
from courses.notebooks import grade_id_of, is_marked
from records import Session
from records.courses import lesson_terms, offers, releases
from records.learning import drafts, enrolments, traces
from records.marking import queue, sent_once
from records.tables.courses import Release
from records.tables.learning import Draft
from school.learning import answering, notebooks
from school.learning.languages.words import Words, words_of_learner
from school.learning.notebook_weight import (
    LIGHT,
    as_bytes,
    lean,
    most_bytes,
    refuse_heavy,
)
from school.learning.numbers import own
from school.refusals import Busy, TooLate


@dataclass(frozen=True)
class Place:
    """A lesson as one learner meets it: always on the release they began."""

    course: str
    lesson: str
    release_id: int
    manifest: Manifest
    entry: LessonEntry
    closes_at: dt.datetime | None = None
    attempts: int | None = None
    words: Words | None = None  # for whoever reads it in English

    @property
    def exercises(self) -> tuple[ExerciseEntry, ...]:
        return self.entry.exercises

    @property
    def exercise_of(self) -> dict[str, str]:
        """The grade_id of each answer's cell, by the cell's id."""
        return {cell: one.grade_id for one in self.exercises for cell in one.answers}

    @property
    def answers(self) -> dict[str, tuple[str, ...]]:
        """The ids of each exercise's answer cells, by its grade_id."""
        return {one.grade_id: one.answers for one in self.exercises}

    def is_closed(self, at: dt.datetime) -> bool:
        return lesson_terms.has_closed(self.closes_at, at)

    def is_over(self, at: dt.datetime, attempts_used: int) -> bool:
        """Nothing more can be handed in: the deadline has passed, or the last try was used."""
        return self.is_closed(at) or (self.attempts is not None and attempts_used >= self.attempts)


@dataclass(frozen=True)
class Work:
    """The draft as the player needs it."""

    notebook: dict[str, Any]
    revision: int
    saved_at: dt.datetime
    fields: tuple[courses.Field, ...] = ()  # how what was just typed was read
    stands_at: str | None = None  # a cell of the step where the learner was last
    again: Mapping[str, int] = field(default_factory=dict)  # numbers drawn anew (`numbers`)


class Changed(Exception):
    """The draft was saved elsewhere in the meantime; ``work`` is what is stored."""

    def __init__(self, work: Work) -> None:
        super().__init__(f"revision {work.revision} is stored")
        self.work = work


# --- finding and opening ------------------------------------------------------------------------


def find_release_for(session: Session, person_id: int, course: str) -> Release | None:
    """The release of a course that this learner began, else the current one; None without any, or
    where the course was withdrawn before."""
    enrolment = enrolments.find_enrolment(session, person_id, course)
    if enrolment:
        return releases.find_release(session, enrolment.release_id)
    if offers.find_withdrawal(session, course) is not None:
        return None
    return releases.current_release(session, course)


def find_place(
    session: Session, person_id: int, course: str, lesson: str, language: str = "vi"
) -> Place | None:
    """The lesson on the learner's release, else on the current one; None where there is none.
    Its titles and hints are in ``language`` where the lesson is, with the other `Words`."""
    release = find_release_for(session, person_id, course)
    entry = releases.find_lesson(release, lesson) if release else None
    if release is None or entry is None:
        return None
    agreed = lesson_terms.find_terms(session, course, lesson)
    words = words_of_learner(session, person_id, course, release.id, entry, language)
    return Place(
        course,
        lesson,
        release.id,
        release.manifest,
        entry.in_english() if words else entry,
        words=words,
        closes_at=agreed.closes_at if agreed else None,
        attempts=agreed.attempts if agreed else None,
    )


def find_work(session: Session, person_id: int, place: Place) -> Work | None:
    draft = drafts.find_draft(session, person_id, place.release_id, place.lesson)
    return as_work(draft) if draft else None


def open_work(session: Session, person_id: int, place: Place, at: dt.datetime) -> Work:
    """The draft; opening a lesson for the first time begins the course."""
    enrolled = enrolments.begin_course(session, person_id, place.course, at=at)
    draft = drafts.open_draft(
        session,
        person_id=person_id,
        release_id=place.release_id,
        lesson=place.lesson,
        at=at,
        notebook=as_bytes(own.published_for(session, place, enrolled.seed).notebook),
    )
    return as_work(draft)


def save_work(
    session: Session,
    person_id: int,
    place: Place,
    notebook: dict[str, Any],
    *,
    revision: int,
    at: dt.datetime,
    worked: Mapping[str, int] | None = None,
) -> Work:
    """Store the notebook, without outputs, as the revision after ``revision``.

    Raises `Changed`, and `TooLarge` for one larger than the lesson's answers can make it.
    ``worked``: seconds at exercises since the last save, by grade_id; kept for authors.
    """
    content = _kept(session, place, notebook)
    try:
        draft = drafts.save_draft(
            session,
            person_id=person_id,
            release_id=place.release_id,
            lesson=place.lesson,
            notebook=content,
            expected_revision=revision,
            at=at,
        )
    except drafts.Conflict as conflict:
        raise Changed(as_work(conflict.stored)) from None
    known = {exercise.grade_id for exercise in place.exercises}
    traces.add_time(
        session,
        person_id=person_id,
        release_id=place.release_id,
        lesson=place.lesson,
        seconds={grade_id: n for grade_id, n in (worked or {}).items() if grade_id in known},
        at=at,
    )
    return as_work(draft)


def save_answers(
    session: Session,
    person_id: int,
    place: Place,
    answers: Mapping[str, Any],
    *,
    revision: int,
    at: dt.datetime,
    worked: Mapping[str, int] | None = None,
    language: str = "vi",
) -> Work:
    """Write changed answers into the draft. Raises `Changed` or `Refused`.

    Numbers are read by ``language``; what cannot be read is kept as typed and said in the
    work's ``fields``. ``worked``: seconds at exercises since the last save, by grade_id.
    """
    draft = drafts.find_draft(session, person_id, place.release_id, place.lesson)
    if draft is None:
        raise Refused(Message("Bài học chưa được mở. Hãy tải lại trang."))
    work = as_work(draft)
    read, fields = answering.read_answers(notebooks.answer_cells(work.notebook), answers, language)
    fields = place.words.named(fields, work.notebook) if place.words else fields
    if draft.revision != revision:
        # The same answers again are no conflict: the first reply may have been lost on the way.
        if notebooks.same_answers(work.notebook, read):
            return replace(work, fields=fields)
        raise Changed(work)
    notebook = notebooks.apply_answers(work.notebook, read)
    saved = save_work(session, person_id, place, notebook, revision=revision, at=at, worked=worked)
    return replace(saved, fields=fields)


def _kept(session: Session, place: Place, notebook: dict[str, Any]) -> bytes:
    """What is stored of a learner's notebook; raises `TooLarge`."""
    content = as_bytes(lean(notebook))
    if len(content) > LIGHT:  # look at the lesson only where it matters
        file = place.entry.file
        published = releases.release_file(session, place.release_id, "learner", file)
        assert published is not None, "a release holds every notebook its manifest names"
        refuse_heavy(len(content), most_bytes(json.loads(published)))
    return content


def restore(session: Session, person_id: int, place: Place, work: Work, *, at: dt.datetime) -> Work:
    """Put back cells that the draft lost; every answer stays."""
    enrolments.begin_course(session, person_id, place.course, at=at)
    published = own.published_to(session, person_id, place)
    whole = notebooks.restored(work.notebook, published.notebook)
    return save_work(session, person_id, place, whole, revision=work.revision, at=at)


def files_for_lab(session: Session, person_id: int, place: Place, work: Work) -> dict[str, bytes]:
    """What the lesson shows and hands out, by path below the course's folder: its media, and
    beside the notebook the learner's own tables and letters."""
    beside = PurePosixPath(place.entry.file).parent
    handed = own.own_files(session, person_id, place)
    files = {str(beside / name): content for name, content in handed.items()}
    for path in sorted(named_in(work.notebook)):
        content = releases.release_file(session, place.release_id, "learner", path)
        if content is not None:
            files[path] = content
    return files


def hand_in(
    session: Session,
    person_id: int,
    place: Place,
    notebook: dict[str, Any],
    *,
    at: dt.datetime,
    device: str | None = None,
    language: str = "vi",
) -> int:
    """Queue a notebook for marking; the submission's id. Raises `Refused` with every reason,
    `AtFields` where something typed for a number, by ``language``, is none."""
    if place.is_closed(at):
        raise TooLate(Message("Bài này đã hết hạn nộp. Bài làm đã lưu của anh/chị vẫn còn nguyên."))
    enrolments.begin_course(session, person_id, place.course, at=at)
    published = own.published_to(session, person_id, place)
    check_notebook(notebook, published.notebook, place)
    _changed, fields = answering.read_notebook(notebooks.answer_cells(notebook), language)
    answering.refuse_unread(place.words.named(fields, notebook) if place.words else fields)
    try:
        submission = queue.submit(
            session,
            person_id=person_id,
            release_id=place.release_id,
            lesson=place.lesson,
            notebook=_kept(session, place, notebook),
            at=at,
            priority=queue.EXAM if place.entry.exam else queue.PRACTICE,
            seed=published.seed,
            drawn_again=published.again,
            device=device,
            attempts=place.attempts,
        )
    except queue.NoAttemptLeft as refused:
        raise TooLate(*refused.messages) from None
    except queue.TooManyNow as refused:  # whoever keeps it sends it again by itself
        raise Busy(*refused.messages) from None
    return submission.id


@dataclass(frozen=True)
class Sent:
    """A hand-in as a browser keeps it until it has arrived, however often it is sent.

    ``answers``: what the server did not have yet, by cell id; ``revision``: of the draft they
    were written on; ``release``: of the page they were typed into.
    """

    key: str
    answers: Mapping[str, Any]
    revision: int
    release: int | None = None


def hand_in_once(
    session: Session,
    person_id: int,
    place: Place,
    sent: Sent,
    *,
    at: dt.datetime,
    device: str | None = None,
    language: str = "vi",
) -> int:
    """Save the answers and hand in, both or neither; the submission's id. A key that arrived
    before is answered with what it became then, whatever has changed since.

    Raises `Changed`, and what `save_answers` and `hand_in` raise.
    """
    known = sent_once.find_sent(session, person_id, sent.key)
    if known is not None:
        return known.id
    if sent.release is not None and sent.release != place.release_id:
        raise TooLate(OTHER_RELEASE)
    work = find_work(session, person_id, place)
    if work is not None and not sent.answers and work.revision != sent.revision:
        raise Changed(work)
    if work is None or sent.answers:  # without a draft it says that there is none
        work = save_answers(
            session,
            person_id,
            place,
            sent.answers,
            revision=sent.revision,
            at=at,
            language=language,
        )
    number = hand_in(
        session, person_id, place, work.notebook, at=at, device=device, language=language
    )
    sent_once.keep_key(session, person_id, sent.key, number)
    return number


OTHER_RELEASE = Message(
    "Khóa học này đã chuyển sang bản khác, nên bài làm theo bản trước chưa nộp được. Bài vẫn được "
    "giữ trên máy này: hãy mở bài học, chép lại những gì cần rồi nộp."
)


# --- notebooks, pure ----------------------------------------------------------------------------


def as_work(draft: Draft) -> Work:
    return Work(
        json.loads(draft.notebook),
        draft.revision,
        draft.saved_at,
        stands_at=draft.stands_at,
        again=draft.drawn_again or {},
    )


def check_notebook(notebook: Mapping[str, Any], published: Mapping[str, Any], place: Place) -> None:
    """Refuse a foreign notebook, and one that lost cells that are marked."""
    wanted = {grade_id_of(cell) for cell in published["cells"] if is_marked(cell)} - {""}
    there = {grade_id_of(cell) for cell in notebook["cells"]}
    missing = wanted - there
    if missing and missing == wanted:
        raise Refused(
            Message(
                "Sổ bài này không phải của bài học “{title}”. Hãy mở đúng bài rồi nộp lại.",
                {"title": place.entry.title},
            )
        )
    titles = {one.grade_id: one.title for one in place.exercises}
    if missing:
        raise Refused(
            *(
                Message(
                    "Ô kiểm tra của bài tập “{title}” đã bị xóa khỏi sổ bài. Hãy lấy lại bản gốc "
                    "của bài học; câu trả lời của anh/chị được giữ.",
                    {"title": titles.get(grade_id, grade_id)},
                )
                for grade_id in sorted(missing)
            )
        )


def lost_exercises(notebook: Mapping[str, Any], place: Place) -> bool:
    """Whether the draft lacks a cell that is marked or answered in."""
    there = {grade_id_of(cell) for cell in notebook["cells"]}
    ids = {str(cell.get("id", "")) for cell in notebook["cells"]}
    return any(
        one.grade_id not in there or not ids.issuperset(one.answers) for one in place.exercises
    )
