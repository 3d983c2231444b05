"""Who may teach a course, what waits for a second pair of eyes, what was withdrawn."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from records.schema import Id, Table


class Lecturer(Table):
    """A person may teach ``course`` (None: any) from ``from_on`` to the end of ``until_on`` (None:
    without end), by a ``certificate`` that says they can. A row ends and is never deleted."""

    __tablename__ = "lecturer"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    course: Mapped[str | None] = mapped_column(String(64), index=True)
    from_on: Mapped[dt.date]
    until_on: Mapped[dt.date | None]
    certificate: Mapped[str] = mapped_column(
        String(200), info={"personal": "paper by which a lecturer teaches"}
    )
    recorded_at: Mapped[dt.datetime]
    recorded_by: Mapped[str] = mapped_column(String(100))
    ended_at: Mapped[dt.datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(100))


class OfferedCourse(Table):
    """A checked course that is not published: it came as a file, or waits for a second reader.

    ``content``: its files, packed (`school.courses.packages`); empty once it was published. ``way``
    is ``import`` or ``review``; ``state``: ``waiting``, ``published`` or ``returned`` with a
    ``reason``. ``digest``: of the release that it would be.
    """

    __tablename__ = "offered_course"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    course: Mapped[str] = mapped_column(String(64), index=True)
    programme: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(300))
    way: Mapped[str] = mapped_column(String(8))
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[str] = mapped_column(Text)
    offered_at: Mapped[dt.datetime]
    offered_by: Mapped[str] = mapped_column(String(100))
    offerer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(String(10), index=True)
    decided_at: Mapped[dt.datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(Text)


class SecondReader(Table):
    """Courses of this programme are published only after a second person has read them."""

    __tablename__ = "second_reader"

    programme: Mapped[str] = mapped_column(String(64), primary_key=True)
    since_at: Mapped[dt.datetime]
    decided_by: Mapped[str] = mapped_column(String(100))


class WithdrawnCourse(Table):
    """Nobody may begin this course any more; who has begun keeps it. ``ended_at``: until then."""

    __tablename__ = "withdrawn_course"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    course: Mapped[str] = mapped_column(String(64), index=True)
    reason: Mapped[str] = mapped_column(Text)
    withdrawn_at: Mapped[dt.datetime]
    withdrawn_by: Mapped[str] = mapped_column(String(100))
    ended_at: Mapped[dt.datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(100))
