"""Keeps the English catalogue in step with what the code says: ``python -m hub.locale.catalogue``.

It reads every sentence marked in any room (``_("…")`` in Python, in the pages and in the lab
extension, ``Message("…")``, ``plural("…", "…")``), adds the new ones to
``hub/locale/en/LC_MESSAGES/motcham.po`` with an empty translation, drops those nobody says any
more, and lists what is still to be translated.

The lab extension runs where no portal may answer, so its English travels with it: what the
catalogue has of its sentences is written to ``labs/extension/english.json``. A test holds the two
together.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from hub.locale.translate import LOCALE

ROOT = Path(__file__).parents[2]
ROOMS = (
    *("hub", "school", "graders", "analytics", "labs"),
    *("courses", "records", "sandbox", "skills_framework", "core"),
)
SAYS = {"_": None, "Message": None, "plural": (1, 2)}
METHODS = [
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2"),
    ("extension/**.js", "javascript"),
]
ENGLISH = LOCALE / "en" / "LC_MESSAGES" / "motcham.po"
EXTENSION = ROOT / "labs" / "extension"
DAY = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
HEADER: dict[str, Any] = {
    "creation_date": DAY,
    "revision_date": DAY,
    "msgid_bugs_address": "motcham",
    "last_translator": "motcham",
    "language_team": "motcham",
}
NOT_OURS = {"node_modules", "content", "template", "data", "built"}


@cache
def said() -> frozenset[str]:
    """Every sentence somewhere in the code, as it was when first asked."""
    return frozenset(sentence for room in ROOMS for sentence in _said_in(ROOT / room, METHODS))


def english_of_the_extension(path: Path = ENGLISH) -> str:
    """What the lab extension bundles: its own sentences and their English, one a line."""
    known = translated(path)
    sentences = sorted(set(_said_in(EXTENSION, [("**.js", "javascript")])))
    english = {sentence: known[sentence] for sentence in sentences if known.get(sentence)}
    return json.dumps(english, ensure_ascii=False, indent=1) + "\n"


def _said_in(folder: Path, methods: list[tuple[str, str]]) -> Iterator[str]:
    found = extract_from_dir(
        str(folder),
        methods,
        keywords=SAYS,
        directory_filter=lambda inner: Path(inner).name not in NOT_OURS,
    )
    for _file, _line, sentence, _comments, _context in found:
        one = sentence[0] if isinstance(sentence, tuple) else sentence
        if one:
            yield one


def translated(path: Path = ENGLISH) -> dict[str, str]:
    """Sentence → translation, as the catalogue has them."""
    with path.open("rb") as file:
        return {
            str(message.id): str(message.string)
            for message in read_po(file, locale="en")
            if message.id
        }


def update(path: Path = ENGLISH) -> list[str]:
    """Rewrite the catalogue; returns what has no translation yet."""
    known = translated(path)
    # Fixed header: only what is said may change the file.
    catalogue = Catalog(locale="en", project="motcham", version="1", fuzzy=False, **HEADER)
    catalogue.header_comment = "# English for Một Chạm. The msgid is the Vietnamese text itself."
    sentences = sorted(said())
    for sentence in sentences:
        catalogue.add(sentence, known.get(sentence, ""))
    with path.open("wb") as file:
        write_po(file, catalogue, width=100, omit_header=False)
    (EXTENSION / "english.json").write_text(english_of_the_extension(path), encoding="utf-8")
    return [sentence for sentence in sentences if not known.get(sentence)]


if __name__ == "__main__":
    sys.stdout.write("\n".join(update()) + "\n")
