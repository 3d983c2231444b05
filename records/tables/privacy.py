"""A person's life on the platform: changes of unit; who looked at whose data; what was asked."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from records.schema import Id, Table


class PostChange(Table):
    """A person went to another unit, left, or came back, on a day. Certificates keep the unit in
    which they were earned."""

    __tablename__ = "post_change"
    __table_args__ = (CheckConstraint("kind IN ('transfer','leave','return')", name="kind"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    from_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    to_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    on_day: Mapped[dt.date]
    reason: Mapped[str] = mapped_column(Text, info={"personal": "why the unit changed"})
    recorded_by: Mapped[str] = mapped_column(String(100))
    recorded_at: Mapped[dt.datetime]


class Look(Table):
    """Somebody looked at another person's identity or marks. ``what``: which page it was."""

    __tablename__ = "look"
    __table_args__ = (Index("ix_look_person", "person_id", "at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))  # whose data
    looker_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    what: Mapped[str] = mapped_column(String(16))  # one of `school.people.looks.LOOKED`
    purpose: Mapped[str] = mapped_column(  # as `school.people.purposes` writes it
        String(200), default="", info={"personal": "what somebody looked for"}
    )
    at: Mapped[dt.datetime]


class ListLook(Table):
    """The same for a long list: whom it held, in blocks of so many keys of persons, one bit for
    each. A person finds the rows of the own block."""

    __tablename__ = "list_look"
    __table_args__ = (Index("ix_list_look_block", "block", "at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    looker_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    what: Mapped[str] = mapped_column(String(16))
    purpose: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[dt.datetime]
    block: Mapped[int] = mapped_column(Id)  # a person's key divided by `records.people.looks.BLOCK`
    people: Mapped[bytes] = mapped_column(LargeBinary)


class DataRequest(Table):
    """What a person asked about their own data, and what was answered."""

    __tablename__ = "data_request"
    __table_args__ = (
        CheckConstraint("kind IN ('correction','erasure','other')", name="kind"),
        CheckConstraint("answer IN ('','done','refused')", name="answer"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    body: Mapped[str] = mapped_column(Text, info={"personal": "what the person asked for"})
    asked_at: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime]
    answer: Mapped[str] = mapped_column(String(8), default="")
    words: Mapped[str] = mapped_column(Text, default="", info={"personal": "what was answered"})
    answered_by: Mapped[str | None] = mapped_column(String(100))
    answered_at: Mapped[dt.datetime | None] = mapped_column(index=True)


class Erasure(Table):
    """What is still to be erased outside the records: the hub's account, the lab's folder.

    ``username`` is needed to find them, and is blanked when they are gone.
    """

    __tablename__ = "erasure"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    username: Mapped[str | None] = mapped_column(String(100))
    asked_at: Mapped[dt.datetime]
    done_at: Mapped[dt.datetime | None] = mapped_column(index=True)
