"""Signed heads of the audit log, kept elsewhere: what each of them brings to light."""

from __future__ import annotations

import datetime as dt
import stat
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from hub.platform.audit.heads import (
    HEADS,
    PUBLIC_KEY,
    DailyHeads,
    folder_of,
    keep_head,
    load_public_key,
    read_lines,
)
from hub.settings import Settings
from records import Records, open_records
from records.platform import audit
from records.tables.platform import AuditEntry

AT = dt.datetime(2026, 11, 29, 3, 0, tzinfo=dt.UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    return Settings(data=tmp_path / "data", audit_export=elsewhere)


def append(records: Records, times: int = 3) -> None:
    for _ in range(times):
        with records.begin() as session:
            audit.append(session, at=AT, actor="x", action="a", subject="s", detail={})


def missing(records: Records, settings: Settings) -> tuple[int, ...]:
    assert settings.audit_export
    key = load_public_key(settings.audit_export / PUBLIC_KEY)
    lines = (settings.audit_export / HEADS).read_text().splitlines()
    heads, bad = read_lines(lines, key)
    assert not bad
    with records.read() as session:
        chain, gone = audit.check_heads(session, {one.entries: one.head for one in heads})
        assert chain.sound
    return gone


def test_an_end_that_was_cut_off_shows_against_a_head_kept_elsewhere(
    records: Records, settings: Settings
) -> None:
    append(records)
    keep_head(records, settings, at=AT)
    append(records)
    assert missing(records, settings) == ()
    with records.begin() as session:
        last = session.query(AuditEntry.id).order_by(AuditEntry.id.desc()).limit(4)
        ids = [row.id for row in last]
        session.execute(delete(AuditEntry).where(AuditEntry.id.in_(ids)))
    assert missing(records, settings) == (3,)


def test_a_line_that_was_changed_has_no_signature_any_more(
    records: Records, settings: Settings
) -> None:
    append(records)
    line = keep_head(records, settings, at=AT)
    key = load_public_key(folder_of(settings) / PUBLIC_KEY)
    heads, bad = read_lines([line, line.replace('"entries": 3', '"entries": 2'), "{", ""], key)
    assert ([one.entries for one in heads], bad) == ([3], [2, 3])


def test_one_head_is_kept_for_each_day_in_vietnam(records: Records, settings: Settings) -> None:
    append(records)
    daily = DailyHeads(records, settings)
    for hours in (0, 1, 13, 14, 15, 40):  # 10:00 in Hanoi, and on; the day ends after 14 hours
        daily.keep(AT + dt.timedelta(hours=hours))
    assert len((folder_of(settings) / HEADS).read_text().splitlines()) == 3
    assert stat.S_IMODE((folder_of(settings) / HEADS).stat().st_mode) == 0o600


def test_nobody_without_the_key_rewrites_the_log(database_url: str) -> None:
    with_key = open_records(database_url, audit_key=b"khoa")
    without = open_records(database_url)
    try:
        append(without, 2)  # from before there was a key
        append(with_key, 3)
        with with_key.read() as session:
            assert audit.verify(session) == audit.Chain(5, audit.head(session)[1], None)
        append(without, 1)
        with with_key.read() as session:
            assert audit.verify(session).broken_at == 6
        with with_key.begin() as session:
            session.execute(delete(AuditEntry).where(AuditEntry.id == 6))
            session.execute(update(AuditEntry).where(AuditEntry.id == 5).values(actor="y"))
        with with_key.read() as session:
            assert audit.verify(session).broken_at == 5
    finally:
        with_key.close()
        without.close()
