"""What marking says is said in the reader's language, the values in its gaps included."""

import ast
import string
import time
from pathlib import Path

import pytest

import graders
from core.messages import Message
from graders.strict import feedback
from hub.locale import translate
from hub.portal import outputs

SPEAK = translate.load_translators()
VI, EN = SPEAK["vi"], SPEAK["en"]
SAMPLES = {"line": 3, "count": 7, "size": 1.5, "limit": 9, "points": 2, "most": 5}


def templates(files="*.py"):
    """Every literal template in `graders`."""
    return sorted(
        {
            node.args[0].value
            for path in Path(graders.__file__).parent.rglob(files)
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call)
            and getattr(node.func, "id", "") == "Message"
            and isinstance(node.args[0], ast.Constant)
        }
    )


def gaps_of(template):
    return [name for _, name, _, _ in string.Formatter().parse(template) if name]


def test_there_is_much_to_say():
    assert len(templates()) > 30


@pytest.mark.parametrize("template", templates())
def test_every_sentence_of_marking_is_said_in_both_languages(template):
    values = {gap: SAMPLES.get(gap, f"‹{gap}›") for gap in gaps_of(template)}
    message = Message(template, values)
    said, in_english = VI.message(message), EN.message(message)
    assert said == VI.message(message.as_dict())
    assert in_english != said
    for text in (said, in_english):
        assert "{" not in text
        for gap in gaps_of(template):
            if isinstance(values[gap], str):
                assert values[gap] in text


FEEDBACK = [
    Message(
        "Mã của anh/chị báo lỗi ở dòng {line}: {error}", {"line": 3, "error": "KeyError: 'a: b'"}
    ),
    Message("Mã của anh/chị báo lỗi: {error}", {"error": "ValueError: {x}\nhai dòng"}),
    Message("Bài của anh/chị chưa có tên “{name}” mà đề yêu cầu.", {"name": "tong"}),
    Message("Câu “{title}” chưa đúng.", {"title": "Tổng “lớn” {n}"}),
    *map(feedback.of_death, ("time", "memory", "processes", "files", "output", "exit", "crash")),
    *map(feedback.of_need, ("pickle", "process", "object", "code")),
    feedback.of_tampering(),
    feedback.of_no_time(),
    feedback.of_review(),
    feedback.of_unanswered(),
]


@pytest.mark.parametrize("message", FEEDBACK, ids=lambda message: message.template[:40])
def test_stored_feedback_is_said_again_in_the_reader_s_language(message):
    stored = str(message)
    again = feedback.read_feedback(stored)
    assert VI.message(again) == stored
    assert EN.message(again) == EN.message(message) != stored


def test_no_sentence_of_feedback_is_stored_that_could_not_be_said_again():
    said = templates("feedback.py")
    assert len(said) > 20
    for template in said:
        stored = template.format(**{gap: SAMPLES.get(gap, "x") for gap in gaps_of(template)})
        assert getattr(feedback.read_feedback(stored), "template", None) == template


def test_the_author_s_own_words_stay_as_they_are():
    for text in ("Tổng chưa đúng", "Câu này {chưa} đúng 100%", "{0.__class__}"):
        assert feedback.read_feedback(text) == text
        assert EN.message(feedback.read_feedback(text)) == text
    assert feedback.read_feedback(None) == ""


def test_a_message_within_a_message_is_translated_too():
    inner = Message("mở tệp pickle do người học ghi")
    outer = Message("cần chạy chung (shared) vì: {why}", {"why": inner})
    assert "pickle file" in EN.message(outer)
    assert "tệp pickle" in VI.message(outer)


def test_a_stopped_run_tells_why_in_the_reader_s_language():
    said = str(feedback.of_death("memory"))
    stopped = [{"output_type": "error", "ename": "Stopped", "evalue": said, "traceback": [said]}]
    assert "more memory than allowed" in outputs.render(stopped, EN)
    assert said in outputs.render(stopped, VI)


def test_a_hostile_traceback_is_rendered_at_once():
    for piece in ("File ", "<cell", "<ipython-input", "Cell In[1", "\x1b[0"):
        lines = [piece * 50_000]
        began = time.process_time()
        outputs.render(
            [{"output_type": "error", "ename": "E", "evalue": "x", "traceback": lines}], VI
        )
        assert time.process_time() - began < 2
