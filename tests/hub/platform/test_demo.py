"""The demonstration's courses: published once, and read again only when something changed."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from core.messages import Message, Refused
from courses import origin_of
from hub.platform import demo
from records import Records
from records.courses import releases

AT = dt.datetime(2026, 11, 30, 3, 0, tzinfo=dt.UTC)


@pytest.fixture
def content(written_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Content with one course, ``khoa-mau``."""
    shutil.copytree(written_course, tmp_path / "content" / "khoa-mau")
    monkeypatch.setattr(demo, "CONTENT", tmp_path / "content")
    return tmp_path / "content" / "khoa-mau"


def count(records: Records) -> int:
    with records.read() as session:
        current = releases.current_release(session, "khoa-mau")
        return current.number if current else 0


def start(records: Records, kept: Path) -> list[Message]:
    """What a start says."""
    said: list[Message] = []
    assert demo.publish_courses(records, at=AT, tell=said.append, kept=kept) == ["khoa-mau"]
    return said


def test_only_what_changed_is_read_and_published_again(
    content: Path, sqlite_url: str, opened: Callable[[str], Records], tmp_path: Path
) -> None:
    records, kept = opened(sqlite_url), tmp_path / "kept.json"
    assert len(start(records, kept)) == 1
    remembered = kept.read_text()
    assert start(records, kept) == []
    assert (kept.read_text(), count(records)) == (remembered, 1)
    about = content / "course.toml"
    about.write_text(about.read_text().replace("Hồ sơ trên mạng", "Hồ sơ qua mạng"))
    assert len(start(records, kept)) == 1
    assert count(records) == 2
    assert kept.read_text() != remembered


def test_what_is_remembered_is_not_made_again(
    content: Path, sqlite_url: str, opened: Callable[[str], Records], tmp_path: Path
) -> None:
    """A folder that reads as before is taken at its word: here at one that it never said."""
    records, kept = opened(sqlite_url), tmp_path / "kept.json"
    start(records, kept)
    broken = next(content.rglob("*.ipynb"))
    broken.write_text("no notebook")
    with pytest.raises(Refused, match="sổ bài học"):
        start(records, kept)
    known = json.loads(kept.read_text())
    known["khoa-mau"]["origin"] = origin_of(content)
    kept.write_text(json.dumps(known))
    assert start(records, kept) == []


@pytest.mark.parametrize("spoilt", ["", "[]", "{}", '{"khoa-mau": 1}', '{"khoa-mau": {}}'])
def test_a_memory_that_is_gone_or_broken_costs_time_only(
    spoilt: str, content: Path, sqlite_url: str, opened: Callable[[str], Records], tmp_path: Path
) -> None:
    records, kept = opened(sqlite_url), tmp_path / "kept.json"
    start(records, kept)
    whole = json.loads(kept.read_text())
    kept.write_text(spoilt)
    assert start(records, kept) == []
    assert json.loads(kept.read_text()) == whole


def test_the_records_have_the_last_word_on_what_is_published(
    content: Path,
    _sqlite_template: Path,
    sqlite_url: str,
    opened: Callable[[str], Records],
    tmp_path: Path,
) -> None:
    kept = tmp_path / "kept.json"
    start(opened(sqlite_url), kept)
    other = opened(f"sqlite:///{shutil.copy(_sqlite_template, tmp_path / 'other.sqlite')}")
    assert len(start(other, kept)) == 1
    assert count(other) == 1
