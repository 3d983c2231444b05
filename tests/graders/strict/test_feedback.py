"""What the learner reads of one test, and what is held back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.messages import Message
from graders.strict import feedback
from graders.strict.between.protocol import Error, Fault, Need, Outcome
from graders.strict.reading.plan import Step

STEP = Step("test", "assert x", title="Tổng", hidden=frozenset({2, 3}), answered=True)


def step(**changes: Any) -> Step:
    return replace(STEP, **changes)


def outcome(**facts: Any) -> dict[str, Any]:
    fault = {Fault.TYPE: "AssertionError", Fault.LINE: 1}
    return {Outcome.ERROR: fault | {getattr(Fault, key): value for key, value in facts.items()}}


def learners(**facts: Any) -> dict[str, Any]:
    error = {Error.TYPE: "ValueError", Error.TEXT: "bí mật 42", Error.BUILTIN: True}
    return error | {getattr(Error, key): value for key, value in facts.items()}


def said(*arguments: Any, **named: Any) -> str | None:
    found = feedback.of_test(*arguments, **named)
    return None if found is None else str(found)


# In this order -----------------------------------------------------------------------------------


def test_a_test_that_passed_says_nothing() -> None:
    assert said(step(), {Outcome.ERROR: None}) is None


def test_what_was_not_answered_is_said_before_all_else() -> None:
    told = said(step(answered=False), outcome(MESSAGE="x phải dương"))
    assert told == "Anh/chị chưa trả lời câu này."


def test_the_authors_own_message_comes_as_it_is() -> None:
    assert said(step(), outcome(MESSAGE="x phải dương")) == "x phải dương"


def test_what_the_learners_cell_raised_comes_before_a_check_that_failed() -> None:
    told = said(step(), outcome(), [learners(TYPE="NameError", TEXT="name 'a' is not defined")])
    assert told == "Mã của anh/chị báo lỗi: NameError: name 'a' is not defined"


def test_else_the_exercise_is_named() -> None:
    assert said(step(), outcome()) == "Câu “Tổng” chưa đúng."
    assert said(step(title=""), outcome()) == "Câu này chưa đúng."


def test_an_error_while_the_test_ran_is_told_with_its_line() -> None:
    told = said(step(), outcome(LEARNER=learners(PLACE=[0, 7])))
    assert told == "Mã của anh/chị báo lỗi ở dòng 7: ValueError: bí mật 42"


# What is held back -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "where", [{"LINE": 3}, {"LINE": None}], ids=["in the hidden part", "nobody knows where"]
)
def test_the_text_of_an_error_in_a_hidden_part_is_held_back(where: dict[str, Any]) -> None:
    told = said(step(), outcome(LEARNER=learners(), **where))
    assert told == "Mã của anh/chị báo lỗi: ValueError"


def test_after_a_hidden_test_every_text_is_held_back() -> None:
    assert said(step(), outcome(LEARNER=learners()), heard=True) == (
        "Mã của anh/chị báo lỗi: ValueError"
    )
    assert said(step(), outcome(), [learners()], exposed=True) == (
        "Mã của anh/chị báo lỗi: ValueError"
    )


def test_the_name_of_a_class_of_the_learners_is_as_free_a_text_as_any() -> None:
    told = said(step(), outcome(LINE=3, LEARNER=learners(TYPE="DapAnLa42", BUILTIN=False)))
    assert told == "Mã của anh/chị báo lỗi khi được kiểm tra."


def test_what_python_says_in_fixed_words_is_always_told() -> None:
    told = said(
        step(), outcome(LINE=3, LEARNER=learners(TYPE="ZeroDivisionError", TEXT="division by zero"))
    )
    assert told == "Mã của anh/chị báo lỗi: ZeroDivisionError: division by zero"


def test_a_name_that_a_hidden_part_asks_for_is_not_named() -> None:
    missing = learners(MISSING=True, TEXT="tong")
    assert "“tong”" in said(step(), outcome(LEARNER=missing))
    assert "tong" not in said(step(), outcome(LINE=3, LEARNER=missing))


def test_a_learners_words_stay_on_one_line_and_short() -> None:
    told = said(step(), outcome(LEARNER=learners(TEXT="a\nb" + "x" * 5000)))
    assert "\n" not in told and len(told) < 400


# Limits ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (learners(TIMEOUT=True), "time"),
        (learners(TIMEOUT=True, FLOODED=True), "output"),
        (learners(TYPE="MemoryError"), "memory"),
        (learners(TYPE="RuntimeError", TEXT="can't start new thread"), "processes"),
        (learners(TYPE="OSError", TEXT="[Errno 28] No space left on device"), "files"),
        (learners(TYPE="SystemExit"), "exit"),
        (learners(TYPE="TooLarge", BUILTIN=False), "large"),
    ],
)
def test_a_limit_that_was_met_is_told_as_that(error: dict[str, Any], why: str) -> None:
    assert said(step(), outcome(LEARNER=error)) == str(feedback.of_death(why))


def test_a_class_that_is_only_called_like_a_limit_is_none() -> None:
    assert said(step(), outcome(LEARNER=learners(TYPE="MemoryError", BUILTIN=False))) == (
        "Mã của anh/chị báo lỗi: MemoryError: bí mật 42"
    )


def test_every_end_of_a_process_has_its_own_sentence() -> None:
    ends = ("time", "memory", "processes", "files", "output", "large", "exit", "crash")
    sentences = {str(feedback.of_death(why)) for why in ends}
    assert len(sentences) == len(ends)
    gone = {Outcome.ERROR: {}, Outcome.GONE: True, Outcome.WHY: "memory"}
    assert said(step(), gone) == str(feedback.of_death("memory"))


# For who wrote it --------------------------------------------------------------------------------


def test_who_wrote_the_test_hears_what_python_said() -> None:
    mute = outcome(LINE=3, RAW="KeyError: 'a'")
    assert feedback.for_author(step(), mute) == "KeyError: 'a'"
    assert str(feedback.of_test(step(), mute)) == "Câu “Tổng” chưa đúng."


def test_and_nothing_of_a_hidden_part_is_held_back_from_them() -> None:
    told = feedback.for_author(step(), outcome(LINE=3, LEARNER=learners()))
    assert str(told) == "Mã của anh/chị báo lỗi: ValueError: bí mật 42"


@pytest.mark.parametrize("need", [Need.CODE, Need.PICKLE, Need.PROCESS, Need.QUERY, Need.OBJECT])
def test_what_needs_a_shared_cell_waits_and_the_reason_is_for_a_person(need: str) -> None:
    assert said(step(), outcome(NEEDS=need)) == str(feedback.of_waiting())
    assert "shared: true" in str(feedback.of_need(need))


def test_what_a_test_printed_beside_part_of_its_points_is_told() -> None:
    assert feedback.of_partial([{Outcome.SPOKEN: " thiếu câu b\x07 \n"}]) == "thiếu câu b"
    assert feedback.of_partial([{Outcome.SPOKEN: " \n"}, {}]) is None


# In another language -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        feedback.of_unanswered(),
        feedback.of_death("time"),
        feedback.of_need(Need.PICKLE),
        feedback.of_authors_setup("chuan-bi", "thu_vien.py"),
        Message("Mã của anh/chị báo lỗi ở dòng {line}: {error}", {"line": 3, "error": "X: y"}),
        Message("Câu “{title}” chưa đúng.", {"title": "a “b” c"}),
    ],
    ids=str,
)
def test_stored_feedback_is_known_again_as_the_message_it_was(message: Message) -> None:
    again = feedback.read_feedback(str(message))
    assert isinstance(again, Message) and str(again) == str(message)
    assert again.template == message.template


def test_a_persons_own_words_come_back_as_they_are() -> None:
    assert feedback.read_feedback("Em làm tốt lắm.") == "Em làm tốt lắm."
    assert feedback.read_feedback(None) == ""
