"""Who may teach a course, what waits for a second pair of eyes, what was withdrawn."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String
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
