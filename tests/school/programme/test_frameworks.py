"""Completed frameworks: what is refused, what is kept, what corresponds. The frame is made up: the
official annexes of vn-757-2025 are not to hand."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.messages import Refused
from records import Records, Session, open_records
from records.programme import frameworks as kept
from school import access
from school.access import Actor
from school.programme import framework_acts, frameworks
from school.refusals import NotAllowed
from skills_framework.framework import draft_file

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
NAME = "vn-757-2025"
BO = Actor(username="bo", grants=((access.MINISTRY_OFFICER, None),))


def named(text: str) -> dict[str, str]:
    return {"vi": f"{text} (mẫu)", "en": f"{text} (sample)"}


def completed(**changed: Any) -> dict[str, Any]:
    """The draft as somebody with the annexes would complete it, with made-up words."""
    frame: dict[str, Any] = json.loads(draft_file(NAME))
    frame["levels"] = [{"level": n, "stage": named("Mức")} for n in (1, 2)]
    frame["domains"] = [
        {
            "code": "1",
            "name": named("Miền"),
            "competences": [{"code": f"1.{n}", "name": named("Năng lực")} for n in (1, 2)],
        }
    ]
    return frame | changed


def as_file(frame: dict[str, Any]) -> bytes:
    return json.dumps(frame, ensure_ascii=False).encode()


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    records: Records = open_records(f"sqlite:///{tmp_path / 'x.sqlite'}", migrate=True)
    with records.preview() as found:
        yield found
    records.close()


def add(session: Session, frame: dict[str, Any], actor: Actor = BO) -> str:
    return framework_acts.add_framework(session, actor, as_file(frame), "khung.json", at=AT)


def test_the_empty_frame_is_refused_with_what_is_missing() -> None:
    with pytest.raises(Refused) as refused:
        frameworks.read_completed(draft_file(NAME).encode(), "khung.json")
    said = " ".join(map(str, refused.value.messages))
    assert "levels" in said and "domains" in said


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"id": "../x"}, "“id”"),
        ({"levels": [{"level": 2, "stage": named("Mức")}]}, "“levels”"),
        ({"issuer": "Bộ\u0000"}, "ký tự điều khiển"),
        ({"audiences": "\ud800"}, "ký tự không dùng được"),
        ({"explained": {}}, "explained.competences"),
        (
            {"explained": {"status": named("x"), "competences": {"9.9": {"about": named("x")}}}},
            "không có năng lực này",
        ),
        (
            {
                "explained": {
                    "status": named("x"),
                    "competences": {"1.1": {"about": named("x"), "stages": {"1-9": named("x")}}},
                }
            },
            "1-9",
        ),
    ],
)
def test_each_fault_is_told_and_nothing_is_kept(
    session: Session, changed: dict[str, Any], said: str
) -> None:
    content = json.dumps(completed(**changed)).encode()  # half a character survives as an escape
    with pytest.raises(Refused) as refused:
        framework_acts.add_framework(session, BO, content, "khung.json", at=AT)
    assert any(said in str(one) for one in refused.value.messages)
    assert not kept.current_versions(session)


@pytest.mark.parametrize("content", [b"", b"[1]", b"\xff\xfe{", b"[" * 200_000, b"{}" * 2_000_000])
def test_what_is_no_framework_is_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        frameworks.read_completed(content, "khung.json")


def test_what_was_put_in_is_shown_version_by_version(session: Session) -> None:
    assert add(session, completed()) == NAME
    assert add(session, completed()) == NAME, "the same again changes nothing"
    explained = {
        "status": named("Theo phụ lục"),
        "competences": {"1.1": {"about": named("Biết tìm"), "stages": {"1-2": named("Tìm được")}}},
    }
    add(session, completed(explained=explained))
    assert [one.version for one in kept.versions_of(session, NAME)] == [2, 1]
    old, new = (frameworks.load_one(session, NAME, version) for version in (1, None))
    assert old is not None and old.explained is None
    assert new is not None and new.version is not None and new.version.version == 2
    view = frameworks.load_competence(session, None, NAME, "1.1", pass_share=None)
    assert view is not None and view.about == named("Biết tìm")
    assert [one.means for one in view.levels] == [named("Tìm được")] * 2
    assert "audiences" in frameworks.file_of(new), "what the platform does not read stays"
    assert frameworks.load_competence(session, None, NAME, "7.7", pass_share=None) is None


def test_a_framework_that_results_are_stamped_with_is_not_replaced(session: Session) -> None:
    with pytest.raises(Refused, match="không thay được"):
        add(session, completed(id="vn-tt02-2025"))


def test_the_crosswalk_is_filled_in_line_by_line(session: Session) -> None:
    add(session, completed())
    say = {"1.1": "1.1, 2.3;1.1", "1.2": " "}
    assert framework_acts.set_crosswalk(session, BO, NAME, say, at=AT) == 1
    assert kept.crosswalk_of(session, NAME) == {"1.1": ["1.1", "2.3"]}
    assert framework_acts.set_crosswalk(session, BO, NAME, say, at=AT) == 0
    view = frameworks.load_competence(session, None, NAME, "1.1", pass_share=None)
    assert view is not None and [one.competence.code for one in view.alike] == ["1.1", "2.3"]
    with pytest.raises(Refused) as refused:
        framework_acts.set_crosswalk(session, BO, NAME, {"1.1": "9.9", "1.2": "x"}, at=AT)
    assert len(refused.value.messages) == 2
    assert kept.crosswalk_of(session, NAME) == {"1.1": ["1.1", "2.3"]}


@pytest.mark.parametrize(
    "role", [access.LEARNER, access.INSTRUCTOR, access.UNIT_OFFICER, access.AUDITOR]
)
def test_nobody_below_the_ministry_puts_one_in(session: Session, role: str) -> None:
    actor = Actor(username="x", person_id=1, grants=((role, 1),))
    with pytest.raises(NotAllowed):
        add(session, completed(), actor)
    with pytest.raises(NotAllowed):
        framework_acts.set_crosswalk(session, actor, NAME, {}, at=AT)
