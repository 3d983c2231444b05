"""What was published: immutable releases of courses, their manifests and files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.manifest import LessonEntry, Manifest
from core.messages import Message, Refused
from records.tables.courses import Release, ReleaseFile
from records.writing import next_number

Side = Literal["learner", "source"]


class Publishable(Protocol):
    """What `courses.make_release` returns, as far as this room must know it."""

    @property
    def digest(self) -> str: ...
    @property
    def manifest(self) -> Manifest: ...
    @property
    def learner_files(self) -> Mapping[str, bytes]: ...
    @property
    def source_files(self) -> Mapping[str, bytes]: ...


def publish(session: Session, release: Publishable, *, at: dt.datetime, by: str) -> Release:
    """Store a release under the course's next number and make it current.

    The same content again changes nothing and returns what is stored; content that an *older*
    release holds is `Refused`, because learners are never moved backwards silently.
    """
    course = release.manifest.course
    current = current_release(session, course)
    if current and current.digest == release.digest:
        return current
    # The number is taken before looking: of two who publish at once, the second waits here and
    # then sees what the first has stored.
    number = next_number(session, f"release:{course}")
    stored = session.scalar(
        select(Release).where(Release.course == course, Release.digest == release.digest)
    )
    if stored and stored == current_release(session, course):
        return stored
    if stored:
        raise Refused(
            Message(
                "Nội dung này đã được công bố ở bản số {number} của khóa học {course}",
                {"number": stored.number, "course": course},
            )
        )
    row = Release(
        programme=release.manifest.programme,
        course=course,
        number=number,
        digest=release.digest,
        manifest=release.manifest,
        published_at=at,
        published_by=by,
    )
    session.add(row)
    session.flush()
    sides: dict[Side, Mapping[str, bytes]] = {
        "learner": release.learner_files,
        "source": release.source_files,
    }
    session.add_all(
        ReleaseFile(release_id=row.id, side=side, path=path, content=content)
        for side, files in sides.items()
        for path, content in sorted(files.items())
    )
    session.flush()
    return row


def current_release(session: Session, course: str) -> Release | None:
    """The newest release of a course."""
    return session.scalar(
        select(Release).where(Release.course == course).order_by(Release.number.desc()).limit(1)
    )


def find_release(session: Session, release_id: int) -> Release | None:
    """The release with this key."""
    return session.get(Release, release_id)


def current_releases(session: Session, programme: str | None = None) -> Sequence[Release]:
    """The newest release of every course (of one programme), by course."""
    newest = select(Release.course, func.max(Release.number).label("number"))
    if programme is not None:
        newest = newest.where(Release.programme == programme)
    found = newest.group_by(Release.course).subquery()
    return session.scalars(
        select(Release)
        .join(found, (Release.course == found.c.course) & (Release.number == found.c.number))
        .order_by(Release.course)
    ).all()


def release_file(session: Session, release_id: int, side: Side, path: str) -> bytes | None:
    """One file of a release; ``source`` holds solutions and hidden tests: never show it."""
    return session.scalar(
        select(ReleaseFile.content).where(
            ReleaseFile.release_id == release_id,
            ReleaseFile.side == side,
            ReleaseFile.path == path,
        )
    )


def release_files(session: Session, release_id: int, side: Side) -> dict[str, bytes]:
    """Every file of one side of a release, by path."""
    rows = session.execute(
        select(ReleaseFile.path, ReleaseFile.content)
        .where(ReleaseFile.release_id == release_id, ReleaseFile.side == side)
        .order_by(ReleaseFile.path)
    )
    return {row.path: row.content for row in rows}


def find_lesson(release: Release, lesson: str) -> LessonEntry | None:
    """A lesson's part of the manifest."""
    return release.manifest.find_lesson(lesson)


def lesson_notebook(session: Session, release: Release, lesson: str, side: Side) -> bytes:
    """A lesson's notebook as published; `Refused` when the release has no such lesson."""
    entry = find_lesson(release, lesson)
    content = release_file(session, release.id, side, entry.file) if entry else None
    if content is None:
        raise Refused(Message("Khóa học không có bài {lesson}", {"lesson": lesson}))
    return content
