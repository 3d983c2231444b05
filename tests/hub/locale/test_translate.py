"""Vietnamese first, English whole: catalogues, numbers, dates, order, searching."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from core.messages import Message
from hub.locale import catalogue, translate

VI, EN = translate.load_translators()["vi"], translate.load_translators()["en"]
GAP = re.compile(r"\{(\w+)[^}]*\}")


def test_every_sentence_has_its_english() -> None:
    said, known = catalogue.said(), catalogue.translated()
    assert len(said) > 500, "the extraction looked at nothing"
    missing = sorted(sentence for sentence in said if not known.get(sentence))
    assert not missing, "python -m hub.locale.catalogue, then translate:\n" + "\n".join(missing)


def test_the_sentences_of_the_pages_are_read_wherever_the_pages_lie() -> None:
    pages = sorted((catalogue.ROOT / "hub").glob("**/templates/**/*.html"))
    texts = [path.read_text("utf-8") for path in pages if "node_modules" not in path.parts]
    shown = {sentence for text in texts for sentence in re.findall(r'_\("([^"]+)"\)', text)}
    assert len(shown) > 300
    assert shown - catalogue.said() == set()


def test_every_translation_has_the_gaps_of_its_sentence() -> None:
    known = catalogue.translated()
    wrong = [s for s, t in known.items() if set(GAP.findall(s)) != set(GAP.findall(t))]
    assert not wrong, wrong


def test_a_message_is_said_in_the_reader_s_language() -> None:
    message = Message("Không có đơn vị {code}, còn {n} dòng", {"code": "99", "n": 1234.5})
    assert VI.message(message) == "Không có đơn vị 99, còn 1.234,5 dòng"
    stored = Message("Bài này đã hết hạn nộp. Bài làm đã lưu của anh/chị vẫn còn nguyên.").as_dict()
    assert EN.message(stored).startswith("The deadline")
    assert VI.message({"template": "{broken", "params": {}}) == "{broken"


def test_a_message_inside_a_message_is_said_in_the_same_language() -> None:
    inner = Message("phải là số lớn hơn 0")
    outer = Message("ô số {number} ({name}): {why}", {"number": 2, "name": "a", "why": inner})
    assert "must be" in EN.message(outer)
    assert EN.message(outer) == EN.message(outer.as_dict())
    assert VI.message(outer) == str(outer)


def test_a_number_in_a_message_is_written_the_reader_s_way_whatever_its_format() -> None:
    message = Message(
        "lý thuyết {theory:g} phút chiếm {share:.0%} thời lượng {whole:g} phút, tối đa được 30%",
        {"theory": 12.5, "share": 0.4, "whole": 31.25},
    )
    assert "12,5 phút chiếm 40%" in VI.message(message)
    assert "12.5" in EN.message(message)


def test_english_counts() -> None:
    assert EN.plural("{n} bài học", "{n} bài học", 1) == "1 lesson"
    assert EN.plural("{n} bài học", "{n} bài học", 1200) == "1,200 lessons"
    assert EN("{n} bài tập", n=2) == "2 exercises"
    assert VI.plural("{n} bài học", "{n} bài học", 1) == "1 bài học"


def test_a_message_counts_whatever_it_counts() -> None:
    def said(domains: int, levels: float) -> str:
        facts = {"file": "a.json", "domains": domains, "competences": 1, "levels": levels}
        message = Message("{file}: {domains} miền, {competences} năng lực, {levels} bậc.", facts)
        return EN.message(message.as_dict())

    assert said(1, 8) == "a.json: 1 domain, 1 competence, 8 levels."
    assert said(6, 1.0) == "a.json: 6 domains, 1 competence, 1 level."
    assert EN.message(Message("{n} bài tập", {"n": 1})) == "1 exercise"


def test_what_fills_a_gap_is_no_form_of_its_own() -> None:
    assert EN("{n} bài tập", n="{n:a|b}|{x}") == "{n:a|b}|{x} exercises"


def test_numbers_and_dates_are_written_the_vietnamese_way() -> None:
    moment = dt.datetime(2026, 12, 14, 18, 30, tzinfo=dt.UTC)
    assert VI.number(6800) == "6.800"
    assert EN.number(6800) == "6,800"
    assert VI.date(moment) == "15/12/2026", "it is the next day in Hà Nội"
    assert VI.time(moment) == "01:30, 15/12/2026"
    assert VI.percent(0.5) == "50%"


def test_searching_ignores_diacritics() -> None:
    assert translate.plain("Đô thị số ĐẶC BIỆT") == "do thi so dac biet"


@pytest.mark.parametrize(
    ("wishes", "accept", "language"),
    [
        (("en", None), "vi", "en"),
        ((None, None), "en-GB,en;q=0.9", "en"),
        ((None, None), "fr,en;q=0.5", "en"),
        ((None,), "", "vi"),
        (("xx",), "zz", "vi"),
    ],
)
def test_the_language_is_chosen_by_wish_then_browser_then_vietnamese(
    wishes: Any, accept: str, language: str
) -> None:
    assert translate.choose_language(*wishes, accept=accept) == language


async def test_the_switch_changes_the_page_and_stays(site: Any) -> None:
    an = site.as_("an")
    assert '<html lang="vi">' in (await an.get("")).text
    answer = await an.post_form("language", language="en", back="/services/portal/marks")
    assert answer.status == 302
    assert answer.headers["Location"] == "/services/portal/marks"
    page = await an.get("")
    assert '<html lang="en">' in page.text
    assert "My learning" in page.text


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/hub/logout"])
async def test_the_switch_leads_nowhere_else(site: Any, back: str) -> None:
    answer = await site.as_("an").post_form("language", language="en", back=back)
    assert answer.headers["Location"] == "/services/portal/"
