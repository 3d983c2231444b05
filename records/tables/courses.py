"""What was published, and until when a lesson may be handed in."""

from __future__ import annotations

import datetime as dt
import json
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Dialect,
    ForeignKey,
    LargeBinary,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    cast,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.manifest import Manifest, read_manifest
from records.schema import Id, Table


@lru_cache(maxsize=64)
def _read(text: str) -> Manifest:
    """A release never changes, so neither does what was read of it."""
    return read_manifest(json.loads(text))


class _ManifestText(TypeDecorator[Manifest]):
    impl = Text
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> Manifest | None:
        return _read(value) if value is not None else None


class StoredManifest(TypeDecorator[Manifest]):
    """A manifest, stored as plain JSON: the one place where a release's is written and read.

    It is asked for as text, which no driver takes apart, so that the same text is read once.
    """

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Manifest | None, dialect: Dialect) -> Any:
        return value.as_dict() if value is not None else None

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return cast(column, _ManifestText)


class Release(Table):
    """One published state of a course. Immutable: a change is a new release with the next number.

    ``manifest`` is what `courses.make_release` says of the course: titles, lessons, exercises with
    points, competence and level; pages read it and need no notebook.
    """

    __tablename__ = "release"
    __table_args__ = (
        UniqueConstraint("course", "number"),
        UniqueConstraint("course", "digest"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    programme: Mapped[str] = mapped_column(String(64), index=True)
    course: Mapped[str] = mapped_column(String(64))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 over the files
    manifest: Mapped[Manifest] = mapped_column(StoredManifest)
    published_at: Mapped[dt.datetime]
    published_by: Mapped[str] = mapped_column(String(100))


class ReleaseFile(Table):
    """A file of a release. Kept in the database so that any machine can mark and serve it.

    ``side`` is ``learner`` (what learners get) or ``source`` (with solutions and tests).
    """

    __tablename__ = "release_file"
    __table_args__ = (UniqueConstraint("release_id", "side", "path"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    side: Mapped[str] = mapped_column(String(8))
    path: Mapped[str] = mapped_column(String(300))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Terms(Table):
    """Until when and how often a lesson may be handed in; no row means: always, freely."""

    __tablename__ = "terms"

    course: Mapped[str] = mapped_column(String(64), primary_key=True)
    lesson: Mapped[str] = mapped_column(String(64), primary_key=True)
    closes_at: Mapped[dt.datetime | None]
    attempts: Mapped[int | None]
