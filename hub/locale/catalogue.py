"""Keeps the English catalogue in step with what the code says: ``python -m hub.locale.catalogue``.

It reads every sentence marked in any room (``_("…")`` in Python and in the pages, ``Message("…")``,
``plural("…", "…")``), adds the new ones to ``hub/locale/en/LC_MESSAGES/motcham.po`` with an empty
translation, drops those nobody says any more, and lists what is still to be translated.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
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
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
ENGLISH = LOCALE / "en" / "LC_MESSAGES" / "motcham.po"
DAY = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
HEADER: dict[str, Any] = {
    "creation_date": DAY,
    "revision_date": DAY,
    "msgid_bugs_address": "motcham",
    "last_translator": "motcham",
    "language_team": "motcham",
}
NOT_OURS = {"node_modules", "content", "template", "data", "built"}


def said() -> set[str]:
    """Every sentence somewhere in the code."""
    return {sentence for room in ROOMS for sentence in _said_in(room)}


def _said_in(room: str) -> Iterator[str]:
    found = extract_from_dir(
        str(ROOT / room),
        METHODS,
        keywords=SAYS,
        directory_filter=lambda folder: Path(folder).name not in NOT_OURS,
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
    return [sentence for sentence in sentences if not known.get(sentence)]


if __name__ == "__main__":
    sys.stdout.write("\n".join(update()) + "\n")
