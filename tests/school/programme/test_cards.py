"""A teaching card on paper: one page in large print, with all that its author wrote."""

from __future__ import annotations

import io
from pathlib import Path

import pypdf
import pytest
from carded import CARD, carded_course

from core.messages import Message
from core.teaching_card import CardStep, CardText, TeachingCard
from courses.teaching_card import LONGEST_SOURCES, MOST_LINES, _lines_of
from school.programme.cards import WORDS, print_card

ADDRESS = "https://hoc.example.vn/services/portal/courses/khoa-mau"
SMALLEST_PT = 16
TEXT = {
    "vi": "Mở ứng dụng dịch vụ công trên điện thoại của bác rồi chạm vào ô tìm kiếm để gõ tên ",
    "en": "Open the public service portal on the phone and tap the search field at the top to ",
}


def read(pdf: bytes) -> tuple[str, list[float]]:
    """The words of the only page, and the sizes in which they stand; letters outside the page, and
    fonts that are not embedded, fail."""
    (page,) = pypdf.PdfReader(io.BytesIO(pdf)).pages
    sizes: list[float] = []

    def seen(
        text: str, matrix: list[float], place: list[float], _font: object, size: float
    ) -> None:
        if not text.strip():
            return
        x = place[4] * matrix[0] + place[5] * matrix[2] + matrix[4]
        y = place[4] * matrix[1] + place[5] * matrix[3] + matrix[5]
        assert 0 <= x <= page.mediabox.width and 0 <= y <= page.mediabox.height, text
        sizes.extend([abs(size * matrix[3] * place[3])] * len(text))

    said = page.extract_text(visitor_text=seen)
    fonts = page["/Resources"]["/Font"].values()
    assert fonts
    for font in fonts:
        (below,) = font.get_object()["/DescendantFonts"]
        described = below.get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(described), "not embedded"
    return " ".join(said.split()), sizes


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_card_is_one_page_that_says_everything(tmp_path: Path, language: str) -> None:
    card = carded_course(tmp_path).teaching_card
    assert card is not None
    said, sizes = read(print_card(card, language, ADDRESS, str))
    text = card.in_language(language)
    for paragraph in (*(words for _key, words in text.paragraphs()), *card.sources):
        assert paragraph in said
    for key in ("say", "careful", "exercise", "done_when"):
        assert str(WORDS[key]) in said
    assert "hoc.example.vn/services/portal/courses/khoa-mau" in said
    assert sum(size >= SMALLEST_PT - 0.1 for size in sizes) > 0.7 * len(sizes)


def test_what_an_author_wrote_is_text(tmp_path: Path) -> None:
    nasty = '#panic(\\"x\\") $1/0$ *đậm* <b> @ref'
    card = carded_course(tmp_path, CARD.replace("Bác tìm giúp cháu", nasty)).teaching_card
    assert card is not None
    said, _sizes = read(print_card(card, "vi", ADDRESS, str))
    assert '#panic("x") $1/0$ *đậm* <b> @ref' in said


def words(language: str, long: int) -> str:
    found = (TEXT[language] * (1 + long // len(TEXT[language])))[:long]
    return found.rpartition(" ")[0] if " " in found else found


def longest(language: str, steps: int, careful: int, title: int) -> CardText:
    """As long as a card may be: every paragraph fills its lines."""
    keys = [*["goal", "task", "done_when"], *["do", "say"] * steps, *["careful"] * careful]
    left = MOST_LINES - _lines_of("title", "x" * title)
    lines = [left // len(keys) + (place < left % len(keys)) for place in range(len(keys))]
    assert sum(lines) == left

    def filled(place: int) -> str:
        key, most = keys[place], lines[place]
        long = next(n for n in range(400, 0, -1) if _lines_of(key, "x" * n) <= most)
        return words(language, long)

    own = [filled(place) for place in range(len(keys))]
    return CardText(
        title=words(language, title),
        goal=own[0],
        steps=tuple(CardStep(own[3 + 2 * n], own[4 + 2 * n]) for n in range(steps)),
        careful=tuple(own[3 + 2 * steps :]),
        task=own[1],
        done_when=own[2],
    )


@pytest.mark.parametrize(("steps", "careful", "title"), [(3, 2, 64), (5, 3, 64), (5, 3, 38)])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_longest_card_that_is_let_through_still_fits(
    language: str, steps: int, careful: int, title: int
) -> None:
    text = longest(language, steps, careful, title)
    half = words(language, LONGEST_SOURCES // 2)
    card = TeachingCard(text, text, (half, half))
    english = {name: f"{name} …" for name in WORDS}
    say = str if language == "vi" else lambda message: english[_name_of(message)]
    said, sizes = read(print_card(card, language, ADDRESS, say))
    for paragraph in (*(one for _key, one in text.paragraphs()), *card.sources):
        assert paragraph in said
    assert sum(size >= SMALLEST_PT - 0.1 for size in sizes) > 0.7 * len(sizes)


def _name_of(message: Message) -> str:
    return next(name for name, word in WORDS.items() if word is message)
