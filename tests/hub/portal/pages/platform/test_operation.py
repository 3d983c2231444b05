"""How the platform is: the page says what to do, a monitor gets figures, strangers nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import Any

import pytest
from pydantic import AnyHttpUrl, SecretStr

from hub.platform import condition
from hub.platform.condition import Condition, judge
from hub.settings import Settings
from school.access import operator
from school.platform import acts

AT = dt.datetime(2026, 11, 22, 3, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
WELL = Condition(
    waiting=0, marking=0, dead=0, oldest_at=None, grading_at=AT, grading_well=True, unsettled=0,
    letters_waiting=0, letters_dead=0, letters_since=None,
    backup_at=AT - HOUR, drill_at=None, logged_at=AT, disk_mb=50_000,
    certificate_until=AT + dt.timedelta(days=400),
)  # fmt: skip


def states(**changed: Any) -> dict[str, str]:
    found = dataclasses.replace(WELL, **changed)
    return {str(one.what): one.state for one in judge(found, Settings(), at=AT)}


def bad(**changed: Any) -> list[str]:
    told = states(**changed)
    assert len(told) >= 4
    return [what for what, state in told.items() if state != "good" and "máy chủ giờ" not in what]


def test_nothing_is_told_where_all_is_well() -> None:
    assert bad() == []


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"grading_at": None}, "không lên tiếng"),
        ({"grading_at": AT - HOUR}, "không lên tiếng"),
        ({"grading_well": False}, "thiếu bộ chấm"),
        ({"waiting": 7, "oldest_at": AT - HOUR}, "60 phút"),
        ({"dead": 2}, "2 bài không chấm được"),
        ({"unsettled": 9}, "9 việc"),
        ({"backup_at": None}, "Chưa sao lưu"),
        ({"backup_at": AT - 72 * HOUR}, "72 giờ"),
        ({"disk_mb": 900}, "900 MB"),
        ({"certificate_until": AT - HOUR}, "đã hết hạn"),
        ({"certificate_until": AT + 240 * HOUR}, "hết hạn ngày"),
        ({"logged_at": AT + HOUR}, "chạy lùi"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_each_thing_that_is_not_well_is_told_with_what_mends_it(
    changed: dict[str, Any], word: str
) -> None:
    [what] = bad(**changed)
    assert word in what
    findings = judge(dataclasses.replace(WELL, **changed), Settings(), at=AT)
    assert all(one.mend for one in findings if one.state != "good")


def test_letters_that_do_not_leave_are_told_where_there_is_a_server() -> None:
    late = dataclasses.replace(WELL, letters_waiting=3, letters_since=AT - 5 * HOUR)
    server = Settings(mail_host="thu.example.org", mail_sender="a@example.org")
    told = [str(one.what) for one in judge(late, server, at=AT)]
    assert "3 thư đang chờ gửi, thư lâu nhất 5 giờ" in told
    assert not any("chờ gửi" in str(one.what) for one in judge(late, Settings(), at=AT))
    soon = dataclasses.replace(late, letters_since=AT - HOUR)
    assert not any("chờ gửi" in str(one.what) for one in judge(soon, server, at=AT))
    assert bad(letters_dead=2) == ["2 thư không gửi được"]


async def test_the_page_tells_the_age_of_the_newest_copy(site: Any) -> None:
    assert "Chưa sao lưu lần nào" in (await site.as_("quan").get("operation")).text
    with site.records.begin() as session:
        acts.note_backup(session, operator("motcham backup"), "x", 1, "0", at=AT - 3 * HOUR)
        acts.note_drill(session, operator("motcham drill"), 9, at=AT - 2 * HOUR)
    page = (await site.as_("quan").get("operation")).text
    assert "cách đây 3 giờ" in page
    assert "Chưa diễn tập" not in page
    assert (await site.as_("bo").get("operation")).status == 404


async def test_a_monitor_on_this_machine_gets_figures_without_names(site: Any) -> None:
    data = site.portal.settings.data
    data.mkdir()
    (data / "grading-health.json").write_text(json.dumps({"at": AT.isoformat(), "well": True}))
    await site.as_("an").get("")
    answer = await site.as_(None).get("metrics")
    assert answer.status == 200
    lines = dict(
        line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#")
    )
    assert float(lines['motcham_requests_total{handler="Home",method="GET",status="2xx"}']) >= 1
    assert lines["motcham_grading_up"] == "1.0"
    assert lines["motcham_queue_waiting"] == "0.0"
    assert lines["motcham_mail_waiting"] == lines["motcham_mail_dead"] == "0.0"
    assert "motcham_backup_age_seconds" not in lines, "there is none"
    assert "mẫu" not in answer.text


async def test_figures_of_a_public_platform_need_the_token(site: Any) -> None:
    public = Settings(
        data=site.portal.settings.data,
        public_url=AnyHttpUrl("https://hoc.example.vn/"),
        metrics_token=SecretStr("ma-cua-may-giam-sat"),
    )
    object.__setattr__(site.portal, "settings", public)
    stranger = site.as_(None)
    assert (await stranger.get("metrics")).status == 404
    for token, status in (("sai", 404), ("ma-cua-may-giam-sat", 200)):
        headers = {"Authorization": f"Bearer {token}"}
        assert (await stranger.ask("GET", "metrics", headers=headers)).status == status


def test_a_platform_that_has_made_nothing_yet_is_looked_at_without_making_it(
    records: Any, tmp_path: Any
) -> None:
    with records.read() as session:
        found = condition.look(session, Settings(data=tmp_path / "none"))
    assert (found.grading_at, found.backup_at, found.certificate_until) == (None, None, None)
    assert not (tmp_path / "none").exists()


async def test_it_names_required_courses_that_nobody_published(bare_site: Any) -> None:
    page = (await bare_site.as_("quan").get("operation")).text
    assert "Chứng nhận cần 2 khóa chưa công bố" in page
    assert "Nhận thức chung về chuyển đổi số" in page
    assert "Điều kiện cấp" in page
    assert "chỉ mở được trên chính máy này" not in page, "a demonstration is looked at here"
