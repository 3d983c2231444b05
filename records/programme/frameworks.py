"""Frameworks of competences that the ministry put in, version by version, and what their
competences correspond to. What stands in them was checked before (`school.programme.frameworks`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from records.tables.programme import Crosswalk, FrameworkVersion


def current_versions(session: Session) -> Sequence[FrameworkVersion]:
    """The latest version of each, by name."""
    latest = (
        select(FrameworkVersion.name, func.max(FrameworkVersion.version).label("version"))
        .group_by(FrameworkVersion.name)
        .subquery()
    )
    return session.scalars(
        select(FrameworkVersion)
        .join(
            latest,
            (latest.c.name == FrameworkVersion.name)
            & (latest.c.version == FrameworkVersion.version),
        )
        .order_by(FrameworkVersion.name)
    ).all()


def versions_of(session: Session, name: str) -> Sequence[FrameworkVersion]:
    """Every version of one, the latest first."""
    return session.scalars(
        select(FrameworkVersion)
        .where(FrameworkVersion.name == name)
        .order_by(FrameworkVersion.version.desc())
    ).all()


def add_version(
    session: Session, name: str, content: str, *, by: str, at: dt.datetime
) -> FrameworkVersion | None:
    """The next version; None where the latest one says the same to the letter."""
    digest = hashlib.sha256(content.encode()).hexdigest()
    latest = next(iter(versions_of(session, name)), None)
    if latest is not None and latest.sha256 == digest:
        return None
    row = FrameworkVersion(
        name=name,
        version=latest.version + 1 if latest else 1,
        content=content,
        sha256=digest,
        added_by=by,
        added_at=at,
    )
    session.add(row)
    session.flush()
    return row


def crosswalk_of(session: Session, name: str) -> dict[str, list[str]]:
    """Code → the codes it corresponds to, in order."""
    found: dict[str, list[str]] = {}
    rows = session.execute(
        select(Crosswalk.code, Crosswalk.to_code)
        .where(Crosswalk.framework == name)
        .order_by(Crosswalk.code, Crosswalk.to_code)
    )
    for code, to_code in rows:
        found.setdefault(code, []).append(to_code)
    return found


def set_crosswalk(session: Session, name: str, said: Mapping[str, Collection[str]]) -> None:
    """What these codes correspond to; those of other codes stay as they are."""
    session.execute(delete(Crosswalk).where(Crosswalk.framework == name, Crosswalk.code.in_(said)))
    rows = [
        {"framework": name, "code": code, "to_code": to_code}
        for code, codes in said.items()
        for to_code in sorted(set(codes))
    ]
    if rows:
        session.execute(insert(Crosswalk), rows)
    session.flush()
