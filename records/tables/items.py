"""What becomes of items on a running platform: their states, calibrations, and how they are
watched. Nothing here is a person's."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from records.schema import Id, Table


class ItemState(Table):
    """An item, or one ``variant`` of it, was moved to another state. Rows are added and never
    changed; the latest of an item's text (``digest``) is in force, and before the first the state
    that its file says."""

    __tablename__ = "item_state"
    __table_args__ = (
        CheckConstraint("state IN ('trial','live','retired')", name="state"),
        CheckConstraint("variant IS NULL OR state = 'retired'", name="variant"),
        Index("ix_item_state_item", "item", "digest"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    item: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(12))
    variant: Mapped[int | None]  # NULL: the item
    state: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str] = mapped_column(String(100))
    at: Mapped[dt.datetime]


class ItemCalibration(Table):
    """A version of parameters that was learned from answers, and what a person decided about it.
    The latest one accepted is in force. ``based_on``: the version in force when it was learned;
    ``report``: what moved, and what does not fit, item by item."""

    __tablename__ = "item_calibration"
    __table_args__ = (
        CheckConstraint("state IN ('proposed','accepted','refused','superseded')", name="state"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    parameters: Mapped[str] = mapped_column(ForeignKey("item_parameters.version"))
    based_on: Mapped[str] = mapped_column(String(16))
    people: Mapped[int]
    answers: Mapped[int]
    report: Mapped[dict[str, Any]]
    made_at: Mapped[dt.datetime]
    state: Mapped[str] = mapped_column(String(12), default="proposed")
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str | None] = mapped_column(String(100))
    decided_at: Mapped[dt.datetime | None]


class ItemWatch(Table):
    """Signs that items have leaked, as they were on one day (`school.items.radar`). Sittings are
    named by their keys; whose they are is asked when somebody looks."""

    __tablename__ = "item_watch"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    sittings: Mapped[int]
    signs: Mapped[dict[str, Any]]
    made_at: Mapped[dt.datetime]
