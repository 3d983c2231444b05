"""What every table stands on: the base, keys, times; and which columns hold personal data.

Personal data is declared where it stands: ``info={"personal": …}``. `personal_columns` lists every
such column; erasing a person (`people.erase_person`) blanks exactly these.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase

from core.folding import fold

UTC = dt.UTC


Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite only numbers INTEGER keys by itself


class AwareUTC(TypeDecorator[dt.datetime]):
    """An aware datetime, stored as UTC; a naive one is refused rather than guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without its zone: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        at: dt.datetime = value
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


class Table(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own form
        dt.datetime: AwareUTC,
        # None is SQL's NULL, never the JSON value null: “IS NULL” must mean what it says.
        dict[str, Any]: JSON(none_as_null=True),
        list[Any]: JSON(none_as_null=True),
    }


def folded_name(full_name: str) -> str:
    """A name as searches find it, with or without diacritics."""
    return fold(full_name)[:200]


def folded(context: Any) -> str:
    return folded_name(context.get_current_parameters()["full_name"])


def personal_columns() -> dict[tuple[str, str], str]:
    """(table, column) → what is in it, for every column that holds personal data."""
    return {
        (table.name, column.name): column.info["personal"]
        for table in Table.metadata.sorted_tables
        for column in table.columns
        if "personal" in column.info
    }
