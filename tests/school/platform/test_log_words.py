"""The audit log is read in words: every act has a name, and no code of ours is shown as a value."""

from __future__ import annotations

import datetime as dt
import importlib
import pkgutil

import school
from core.messages import Message
from school.acts import ACTS
from school.platform import log_words


def test_every_action_that_an_act_may_write_has_a_name() -> None:
    for found in pkgutil.walk_packages(school.__path__, "school."):
        importlib.import_module(found.name)
    written = {action for one in ACTS.values() for action in one.about.audited}
    assert len(written) > 30
    assert written - set(log_words.ACTIONS) == set()


def test_values_are_said_and_a_moment_is_a_moment() -> None:
    at = dt.datetime(2026, 11, 22, 3, tzinfo=dt.UTC)
    told = {
        str(name): value
        for name, value in log_words.detail_words(
            {"closes_at": None, "starts_at": at.isoformat(), "also_lower": True, "courses": ["a"],
             "shares": {"1": 2, "2": 3}, "number": 7, "reason": "Sai <tên>", "lạ": "x"}
        )
    }  # fmt: skip
    assert told["hạn nộp"] == Message("không đặt")
    assert told["bắt đầu"] == at
    assert told["cả điểm giảm"] == Message("có")
    assert told["các khóa"] == "a"
    assert told["chỉ tiêu từng tỉnh"] == Message("{n} mục", {"n": 2})
    assert (told["số"], told["lý do"], told["lạ"]) == ("7", "Sai <tên>", "x")


def test_what_an_entry_is_about_has_a_kind_where_we_know_one() -> None:
    assert log_words.subject_words("certificate:MC-1") == (Message("Chứng nhận"), "MC-1")
    assert log_words.subject_words("meeting/5") == (Message("Lớp học"), "5")
    assert log_words.subject_words("roster") == (Message("Danh sách học viên"), "")
    assert log_words.subject_words("khoa-mau/bai-mau") == ("", "khoa-mau/bai-mau")
    assert log_words.action_words("không.ai.biết") == "không.ai.biết"
