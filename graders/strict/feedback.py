"""What the learner reads about one test: never the test itself.

In this order: the author's own message (of an assert that failed, or printed by a test that gave
part of its points); where the learner's code failed and how; that nothing was
answered; that a check failed, and in which exercise. The text of an error that arose while a
hidden part of a test ran, or after it, is not shown: the learner's code may have put the test's
values into it. What Python itself says in words that leave no room for a value always is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from core.messages import Message
from graders.strict.between.protocol import Error, Fault, Need, Outcome
from graders.strict.reading.odd_characters import kind_of, mend_of, without_place
from graders.strict.reading.plan import Step

MAX_TEXT = 300
NO_INPUT = "input() không dùng được khi chạy tự động"  # as the learner's process says it


def of_test(
    step: Step,
    outcome: Mapping[str, Any],
    cell_errors: Sequence[Mapping[str, Any]] = (),
    *,
    exposed: bool = False,
    heard: bool = False,
) -> Message | str | None:
    """Feedback on a test that did not earn all its points; None for one that did.

    ``cell_errors``: what the learner's cells that this test judges raised when they ran.
    ``exposed``: had hidden tests run before those cells? ``heard``: before this test?
    """
    error = outcome.get(Outcome.ERROR)
    if error is None:
        return None
    if not step.answered:
        return Message("Anh/chị chưa trả lời câu này.")
    if outcome.get(Outcome.GONE):
        return of_death(outcome.get(Outcome.WHY))
    if error.get(Fault.NEEDS):
        return of_waiting()
    if error.get(Fault.TIMEOUT):
        return Message("Quá thời gian cho phép khi kiểm tra mã của anh/chị.")
    said = error.get(Fault.LEARNER)
    line = error.get(Fault.LINE)
    hidden = heard or not isinstance(line, int) or any(known <= line for known in step.hidden)
    if said is None and isinstance(error.get(Fault.MESSAGE), str):
        return str(error[Fault.MESSAGE])
    if cell_errors:
        return of_cell(cell_errors[0], exposed=exposed)
    if said is None:
        return _failed(step)
    if said.get(Error.MISSING):
        return _unbound(said, hidden=hidden)
    return of_cell(said, exposed=hidden)


def for_author(
    step: Step, outcome: Mapping[str, Any], cell_errors: Sequence[Mapping[str, Any]] = ()
) -> Message | str | None:
    """The same for who wrote the test: nothing is held back, and an error that has no words for
    learners is said as Python says it."""
    error = outcome.get(Outcome.ERROR) or {}
    seen = replace(step, hidden=frozenset(), answered=True)
    said = of_test(seen, outcome, cell_errors)
    mute = error.get(Fault.LEARNER) is None and error.get(Fault.MESSAGE) is None and not cell_errors
    raw = error.get(Fault.RAW)
    plain = not (outcome.get(Outcome.GONE) or error.get(Fault.NEEDS) or error.get(Fault.TIMEOUT))
    return raw if mute and plain and isinstance(raw, str) and raw != "AssertionError" else said


def of_partial(outcomes: Sequence[Mapping[str, Any]]) -> str | None:
    """What a test printed that gave a number below its maximum: which parts are wrong."""
    for outcome in outcomes:
        spoken = outcome.get(Outcome.SPOKEN)
        if isinstance(spoken, str) and (
            told := "".join(char for char in spoken if char >= " " or char == "\n").strip()
        ):
            return told
    return None


def of_cell(error: Mapping[str, Any], *, exposed: bool) -> Message:
    """An error of the learner's own code. ``exposed``: its text might hold a test's values."""
    why = _limit_met(error)
    if why is not None:
        return of_death(why)
    if error.get(Error.TYPE) == "NotImplementedError" and error.get(Error.BUILTIN):
        if error.get(Error.TEXT) == NO_INPUT:
            return of_input()
        if not error.get(Error.TEXT):
            return of_stub_line()
    odd = error.get("odd")
    if isinstance(odd, Message):
        return odd
    # The name of a class of the learner's own is as free a text as the message.
    kind = error.get(Error.TYPE)
    named = isinstance(kind, str) and (error.get(Error.BUILTIN) is True or not exposed)
    told = str(kind)[:60] if named else ""
    text = error.get(Error.TEXT)
    if text and told and isinstance(text, str) and (not exposed or _VALUELESS.fullmatch(text)):
        told = f"{told}: {_one_line(without_place(text))}"
    place = error.get(Error.PLACE)
    line = place[1] if isinstance(place, list) and len(place) == 2 else None
    if not told:
        return Message("Mã của anh/chị báo lỗi khi được kiểm tra.")
    if isinstance(line, int) and 0 < line < 10_000:
        return Message(
            "Mã của anh/chị báo lỗi ở dòng {line}: {error}", {"line": line, "error": told}
        )
    return Message("Mã của anh/chị báo lỗi: {error}", {"error": told})


_TYPES = r"'?(?:int|float|str|list|dict|tuple|set|bool|NoneType|function|range)'?"
_VALUELESS = re.compile(
    r"(?:float |integer )?(?:division|modulo|division or modulo) by zero"
    r"|(?:list|tuple|string|pop|list assignment|range object) index out of range"
    r"|pop from (?:an )?empty (?:list|set)|math domain error"
    rf"|unsupported operand type\(s\) for \S{{1,3}}: {_TYPES} and {_TYPES}"
    rf'|can only concatenate {_TYPES} \(not "{_TYPES}"\) to {_TYPES}'
    rf"|{_TYPES} object is not (?:iterable|subscriptable|callable)"
    rf"|{_TYPES} object does not support item assignment"
    r"|maximum recursion depth exceeded(?: in comparison)?"
)


def _unbound(said: Mapping[str, Any], *, hidden: bool) -> Message:
    if hidden:
        return Message("Bài của anh/chị còn thiếu một tên mà đề yêu cầu.")
    return Message(
        "Bài của anh/chị chưa có tên “{name}” mà đề yêu cầu.",
        {"name": _one_line(str(said.get(Error.TEXT)))},
    )


def _failed(step: Step) -> Message:
    if step.title:
        return Message("Câu “{title}” chưa đúng.", {"title": step.title})
    return Message("Câu này chưa đúng.")


def of_death(why: object) -> Message:
    """Why the process that ran the learner's code was stopped, or stopped by itself."""
    match why:
        case "time":
            return Message("Mã của anh/chị chạy quá thời gian cho phép nên bị dừng.")
        case "memory":
            return Message("Mã của anh/chị dùng quá bộ nhớ cho phép nên bị dừng.")
        case "processes":
            return Message("Mã của anh/chị mở quá nhiều tiến trình hoặc luồng.")
        case "files":
            return Message("Mã của anh/chị ghi tệp quá lớn hoặc quá nhiều tệp.")
        case "output":
            return Message("Mã của anh/chị in ra hoặc trả về quá nhiều dữ liệu.")
        case "large":
            return Message(
                "Giá trị mà bài của anh/chị đưa ra quá lớn để chấm: tối đa 24 MB hoặc hai triệu "
                "phần tử."
            )
        case "exit":
            return Message("Mã của anh/chị tự thoát giữa chừng (như exit() hoặc os._exit).")
    return Message("Mã của anh/chị làm hỏng tiến trình chạy bài.")


def of_input() -> Message:
    """The learner's code asks somebody who is not there."""
    return Message(
        "Mã của anh/chị gọi input(), nhưng khi chấm không có ai gõ trả lời: "
        "hãy gán thẳng giá trị thay cho input()."
    )


def of_stub_line() -> Message:
    """There is an answer, and the line of the hand-out that stops it."""
    return Message(
        "Trong ô trả lời còn dòng “raise NotImplementedError()” nên mã dừng ở đó: hãy xóa dòng ấy."
    )


def of_waiting() -> Message:
    """All that a learner hears where a machine could not decide."""
    return Message("Máy chưa quyết định được điểm của câu này: một người sẽ xem.")


def of_authors_setup(place: str, missing: str | None) -> Message:
    """The author's own setup failed: the learner is told whose fault it is not. ``missing``: the
    module or file that is not there."""
    if missing:
        return Message(
            "Ô chuẩn bị “{cell}” của giảng viên thiếu {missing}; đây không phải lỗi của anh/chị. "
            "Một người sẽ xem câu này.",
            {"cell": place, "missing": missing},
        )
    return Message(
        "Ô chuẩn bị “{cell}” của giảng viên không chạy được; đây không phải lỗi của anh/chị. "
        "Một người sẽ xem câu này.",
        {"cell": place},
    )


# For whoever marks by hand, or mends the test; a learner never reads these -----------------------


def note_of_setup(place: str, said: str) -> Message:
    """A setup cell of the author's failed where the tests run."""
    return Message(
        "Ô chuẩn bị “{cell}” của giảng viên báo lỗi khi chấm: {error}",
        {"cell": place, "error": _one_line(said)},
    )


def note_of_command(place: str, command: str) -> Message:
    """A cell of the author's calls what is not there while marking."""
    return Message(
        "Ô “{cell}” của giảng viên dùng “{command}”, khi chấm không chạy được lệnh đó.",
        {"cell": place, "command": _one_line(command)[:80]},
    )


def note_of_excess() -> Message:
    """The test gave more than it is worth."""
    return Message("Ô kiểm tra cho nhiều điểm hơn điểm tối đa của nó.")


def note_of_starvation() -> Message:
    """A cell was ended, and had not had its time."""
    return Message(
        "Máy bận: một ô bị dừng khi chưa được chạy đủ thời gian của mình. "
        "Chấm lại khi máy rảnh hơn."
    )


def note_of_two_ways() -> Message:
    """Both ways of marking were tried, and they differ."""
    return Message(
        "Hai cách chấm cho kết quả khác nhau: chế độ nghiêm ngặt chấm thấp hơn cách của nbgrader."
    )


def of_need(need: object) -> Message:
    """What the test wanted that strict mode does not do in the examiner's process."""
    match need:
        case Need.PICKLE:
            return Message(
                "Ô kiểm tra này mở tệp pickle của người học nên không chấm được ở chế độ nghiêm "
                "ngặt. Giảng viên cần sửa ô kiểm tra, hoặc ghi “#| shared: true”."
            )
        case Need.PROCESS:
            return Message(
                "Ô kiểm tra này gọi chương trình khác nên không chấm được ở chế độ nghiêm ngặt. "
                "Giảng viên cần sửa ô kiểm tra, hoặc ghi “#| shared: true”."
            )
        case Need.OBJECT:
            return Message(
                "Ô kiểm tra này đưa cho mã của người học một đối tượng không chuyển sang tiến "
                "trình khác được. Giảng viên cần sửa ô kiểm tra, hoặc ghi “#| shared: true”."
            )
    return Message(
        "Ô kiểm tra này chạy một đoạn mã do người học viết (eval, exec, doctest, query) nên không "
        "chấm được ở chế độ nghiêm ngặt. Giảng viên cần sửa ô kiểm tra, hoặc ghi “#| shared: true”."
    )


def _limit_met(error: Mapping[str, Any]) -> str | None:
    """The limit that an error of the learner's code tells of; None for any other error."""
    why = error.get(Fault.WHY)
    if isinstance(why, str):
        return why
    if error.get(Error.TIMEOUT):
        return "output" if error.get(Error.FLOODED) is True else "time"
    if error.get(Error.TYPE) == "TooLarge":
        return "large"
    if error.get(Error.BUILTIN) is not True:
        return None
    text = error.get(Error.TEXT)
    said = text if isinstance(text, str) else ""
    match error.get(Error.TYPE):
        case "MemoryError":
            return "memory"
        case "BlockingIOError" if said.startswith("[Errno 11]"):
            return "processes"
        case "RuntimeError" if said == "can't start new thread":
            return "processes"
        case "SystemExit":
            return "exit"
        case "BrokenPipeError":
            return "output"  # the line to the outside is closed above its bound
        case "OSError" if said.startswith(("[Errno 27]", "[Errno 28]", "[Errno 24]")):
            return "files"
        case "ValueError" if said == "giá trị quá lớn":
            return "output"
    return None


def _one_line(text: str) -> str:
    kept = "".join(char if char >= " " else " " for char in text)
    return kept[:MAX_TEXT].strip()


# Of `graders.strict.reading.odd_characters`; their gaps hold sentences of their own.
_ODD_TEMPLATES = (
    "Dòng {line}, ký tự thứ {column}: có {kind} {character}, Python không hiểu. {mend}",
    "Dòng {line}: có {kind} {character}, Python không hiểu. {mend}",
    "Trong ô có {kind} {character}, Python không hiểu. {mend}",
)
# Stored as Vietnamese text, for whoever reads the database; said again in the reader's language.
TEMPLATES = (
    "Anh/chị chưa trả lời câu này.",
    "Quá thời gian cho phép khi kiểm tra mã của anh/chị.",
    "Mã của anh/chị báo lỗi khi được kiểm tra.",
    "Mã của anh/chị báo lỗi ở dòng {line}: {error}",
    "Mã của anh/chị báo lỗi: {error}",
    "Bài của anh/chị còn thiếu một tên mà đề yêu cầu.",
    "Bài của anh/chị chưa có tên “{name}” mà đề yêu cầu.",
    "Câu “{title}” chưa đúng.",
    "Câu này chưa đúng.",
    "Ô chuẩn bị “{cell}” của giảng viên thiếu {missing}; đây không phải lỗi của anh/chị. "
    "Một người sẽ xem câu này.",
    "Ô chuẩn bị “{cell}” của giảng viên không chạy được; đây không phải lỗi của anh/chị. "
    "Một người sẽ xem câu này.",
    "Ô chuẩn bị “{cell}” của giảng viên báo lỗi khi chấm: {error}",
    "Ô “{cell}” của giảng viên dùng “{command}”, khi chấm không chạy được lệnh đó.",
    *_ODD_TEMPLATES,
)


def read_feedback(text: str | None) -> Message | str:
    """Stored feedback as the message that it was made of, to be said in another language.

    An author's or a person's own words come back as they are. ``text``: as `CellMarks` has it.
    """
    if not text:
        return ""
    for template in TEMPLATES:
        found = _pattern_of(template).fullmatch(text)
        if found is not None:
            if template in _ODD_TEMPLATES:
                return _odd_again(template, found.groupdict())
            return Message(template, found.groupdict())
    return Message(text) if text in _SENTENCES else text


def _odd_again(template: str, gaps: dict[str, str]) -> Message:
    """The character tells kind and mend once more, in the reader's language."""
    code = re.search(r"U\+([0-9A-F]{4,6})", gaps["character"])
    if code is None:
        return Message(template, gaps)
    character = chr(min(int(code[1], 16), 0x10FFFF))
    facts: dict[str, Any] = dict(gaps)
    facts["kind"], facts["mend"] = kind_of(character), mend_of(character)
    return Message(template, facts)


@lru_cache(maxsize=64)
def _pattern_of(template: str) -> re.Pattern[str]:
    pieces = re.split(r"\{(\w+)\}", template)
    gaps = {"line": r"\d+", "column": r"\d+"}
    return re.compile(
        "".join(
            f"(?P<{piece}>{gaps.get(piece, '.*')})" if number % 2 else re.escape(piece)
            for number, piece in enumerate(pieces)
        ),
        re.DOTALL,
    )


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


_SENTENCES = frozenset(
    str(message)
    for message in (
        *map(
            of_death, ("time", "memory", "processes", "files", "output", "large", "exit", "crash")
        ),
        *map(of_need, (Need.PICKLE, Need.PROCESS, Need.OBJECT, Need.CODE)),
        *(of_tampering(), of_no_time(), of_review(), of_unanswered(), of_waiting()),
        *(of_input(), of_stub_line(), note_of_excess(), note_of_two_ways(), note_of_starvation()),
    )
)
