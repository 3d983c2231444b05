"""What letters say of marks by a person, classes and answers, in both languages."""

from __future__ import annotations

import datetime as dt

import pytest

from hub.locale.translate import load_translators
from hub.mail.letters import Places, compose
from hub.mail.wishes import KIND_NAMES
from records.platform.outbox import REFUSABLE

AT = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
PLACES = Places("https://hoc.example/", "https://hoc.example/p/", lambda token: token, "Bộ (mẫu)")
FACTS = {
    "course": "khoa-mau",
    "lesson": "bai-mau",
    "title": {"vi": "Bài mẫu", "en": "Template lesson"},
    "starts_at": AT.isoformat(),
    "place": "Phòng 201",
}


@pytest.mark.parametrize("kind", ["marked", "class", "answer"])
@pytest.mark.parametrize(("language", "title"), [("vi", "Bài mẫu"), ("en", "Template lesson")])
def test_a_letter_names_the_lesson_and_leads_to_it(kind: str, language: str, title: str) -> None:
    letter = compose(kind, FACTS, load_translators()[language], PLACES)
    assert title in letter.subject + " ".join(letter.paragraphs)
    assert letter.link is not None
    assert letter.link[1].startswith(PLACES.portal)
    if kind == "class":
        assert "Phòng 201" in letter.paragraphs[0]
        assert "8:00" in letter.paragraphs[0]  # on Vietnam's clock


def test_whatever_may_be_refused_is_named_on_the_page_of_letters() -> None:
    assert set(KIND_NAMES) == set(REFUSABLE)
