"""What the learner reads about one test: never the test itself.

In this order: the author's own message (of an assert that failed, or printed by a test that gave
part of its points); where the learner's code failed and how; that nothing was
answered; that a check failed, and in which exercise. The text of an error that arose while a
hidden part of a test ran is not shown: the learner's code may have put the test's values into it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graders.plan import Step
from skills_framework.messages import Message

MAX_TEXT = 300


def of_test(
    step: Step,
    outcome: Mapping[str, Any],
    cell_errors: Sequence[Mapping[str, Any]] = (),
    *,
    exposed: bool = False,
) -> Message | str | None:
    """Feedback on a test that did not earn all its points; None for one that did.

    ``cell_errors``: what the learner's cells that this test judges raised when they ran.
    ``exposed``: had hidden tests run before those cells?
    """
    error = outcome.get("error")
    if error is None:
        return None
    if not step.answered:
        return Message("Anh/chị chưa trả lời câu này.")
    if outcome.get("gone"):
        return Message(
            "Mã của anh/chị làm dừng tiến trình chạy bài (tự thoát, hết thời gian hoặc hết bộ nhớ)."
        )
    if error.get("timeout"):
        return Message("Quá thời gian cho phép khi kiểm tra mã của anh/chị.")
    said = error.get("learner")
    hidden = error.get("line") in step.hidden
    if said is None and isinstance(error.get("message"), str):
        return str(error["message"])
    if cell_errors:
        return of_cell(cell_errors[0], exposed=exposed)
    if said is None:
        return _failed(step)
    if said.get("missing"):
        return _unbound(said, hidden=hidden)
    return of_cell(said, exposed=hidden)


def of_partial(outcomes: Sequence[Mapping[str, Any]]) -> str | None:
    """What a test printed that gave a number below its maximum: which parts are wrong."""
    for outcome in outcomes:
        spoken = outcome.get("spoken")
        if isinstance(spoken, str) and (
            told := "".join(char for char in spoken if char >= " " or char == "\n").strip()
        ):
            return told
    return None


def of_cell(error: Mapping[str, Any], *, exposed: bool) -> Message:
    """An error of the learner's own code. ``exposed``: its text might hold a test's values."""
    if error.get("timeout"):
        return Message("Mã của anh/chị chạy quá thời gian cho phép.")
    if error.get("t") == "NotImplementedError" and error.get("builtin"):
        return Message("Anh/chị chưa trả lời câu này.")
    # The name of a class of the learner's own is as free a text as the message.
    named = isinstance(error.get("t"), str) and (error.get("builtin") is True or not exposed)
    told = str(error["t"])[:60] if named else ""
    text = error.get("s")
    if text and told and not exposed and isinstance(text, str):
        told = f"{told}: {_one_line(text)}"
    place = error.get("place")
    line = place[1] if isinstance(place, list) and len(place) == 2 else None
    if not told:
        return Message("Mã của anh/chị báo lỗi khi được kiểm tra.")
    if isinstance(line, int) and 0 < line < 10_000:
        return Message(
            "Mã của anh/chị báo lỗi ở dòng {line}: {error}", {"line": line, "error": told}
        )
    return Message("Mã của anh/chị báo lỗi: {error}", {"error": told})


def _unbound(said: Mapping[str, Any], *, hidden: bool) -> Message:
    if hidden:
        return Message("Bài của anh/chị còn thiếu một tên mà đề yêu cầu.")
    return Message(
        "Bài của anh/chị chưa có tên “{name}” mà đề yêu cầu.",
        {"name": _one_line(str(said.get("s")))},
    )


def _failed(step: Step) -> Message:
    if step.title:
        return Message("Câu “{title}” chưa đúng.", {"title": step.title})
    return Message("Câu này chưa đúng.")


def _one_line(text: str) -> str:
    kept = "".join(char if char >= " " else " " for char in text)
    return kept[:MAX_TEXT].strip()


def of_tampering() -> Message:
    """A shared test that did not run because Python was no longer as it was."""
    return Message(
        "Không chấm được câu này vì mã của anh/chị đã thay đổi chính Python hoặc bộ chạy bài."
    )


def of_no_time() -> Message:
    """The notebook's time was over before this test came up."""
    return Message("Hết thời gian chấm cả bài trước khi đến câu này.")


def of_review() -> Message:
    """A person must mark this."""
    return Message("Câu này do giảng viên chấm.")


def of_unanswered() -> Message:
    """The cell is as it was handed out."""
    return Message("Anh/chị chưa trả lời câu này.")
