"""`motcham course export` and `import`, as an operator types them."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

import courses
from core.messages import Refused
from hub.commands.courses import CONTENT, course, curriculum_of
from records import Records
from records.courses import offers, releases

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
TEMPLATE = Path(courses.__file__).parent / "template"
ROOT = Path(courses.__file__).parents[1]


def test_a_course_is_carried_in_a_file_and_never_publishes_itself(
    tmp_path: Path, _sqlite_template: Path, opened: Callable[[str], Records]
) -> None:
    shutil.copy(_sqlite_template, tmp_path / "motcham.sqlite")
    records = opened(f"sqlite:///{tmp_path / 'motcham.sqlite'}")
    release = courses.make_release(courses.load_course(TEMPLATE))
    with records.begin() as session:
        stored = releases.publish(session, release, at=AT, by="x")
        number = stored.number

    def motcham(*arguments: str) -> str:
        done = CliRunner().invoke(
            course, [*arguments, "--data", str(tmp_path)], standalone_mode=False
        )
        if done.exception:
            raise done.exception
        return done.output

    file = tmp_path / "khoa.zip"
    assert "Đã ghi" in motcham("export", "khoa-mau", "--to", str(file))
    with pytest.raises(Refused, match="Không có khóa học"):
        motcham("export", "khong-co")
    said = motcham("import", str(file))  # the template is to be written anew, and says so
    assert "còn là chữ của bài mẫu" in said
    assert "Đã giữ lại" not in said
    with records.begin() as session:
        assert offers.list_offers(session) == []
        current = releases.current_release(session, "khoa-mau")
        assert current is not None and current.number == number


def test_the_curriculum_in_the_documents_is_that_of_the_shipped_courses(tmp_path: Path) -> None:
    assert len(list(CONTENT.glob("*/course.toml"))) >= 9
    written = (ROOT / "docs" / "curriculum.md").read_text(encoding="utf-8")
    assert written == curriculum_of(CONTENT), "courses have changed: run ./motcham course map"
    target = tmp_path / "map.md"
    done = CliRunner().invoke(course, ["map", "--to", str(target)], standalone_mode=False)
    assert done.exception is None
    assert target.read_text(encoding="utf-8") == written
