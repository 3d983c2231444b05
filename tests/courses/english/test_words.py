"""One Vietnamese word has one English word in all lessons (docs/authoring.md)."""

import io
import re
from pathlib import Path

from babel.messages.pofile import read_po

from courses.course import CONTENT

AUTHORING = Path(__file__).parents[3] / "docs" / "authoring.md"


def words() -> tuple[set[str], set[str]]:
    """The words of the document's table: those to use, and those never to be used."""
    text = AUTHORING.read_text(encoding="utf-8")
    table = text.split("| Vietnamese | English | never |\n|---|---|---|\n")[1].split("\n\n")[0]
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()]
    return {english for _, english, _ in rows}, {
        one for _, _, never in rows for one in never.split(", ")
    }


def test_no_lesson_says_it_by_another_word():
    files = sorted(CONTENT.glob("*/lessons/*.en.po"))
    assert len(files) >= 6
    said = {
        path.name: " ".join(
            str(one.string) for one in read_po(io.BytesIO(path.read_bytes())) if one.id
        )
        for path in files
    }
    used, never = words()
    assert len(never) > 8
    found = [
        (name, word)
        for name, text in said.items()
        for word in never
        if re.search(rf"\b{re.escape(word)}s?\b", text, re.I)
    ]
    assert found == []
    assert any(re.search(r"\bhamlet\b", text) for text in said.values())
    assert "hamlet" in used
