"""The Vietnamese language pack of JupyterLab and Notebook 7, for the ways that learners take.

JupyterLab finds it by the entry point ``vi_VN`` of the group ``jupyterlab.languagepack`` and reads
the ``.json`` files beside this one. People read and change the ``.po`` files; what is made of them
is committed too, so that a lab needs no build, and a test holds the two together::

    python -m labs.language      # after a change of a .po file

What stays English: names (Python, Markdown, …), the descriptions in the settings editor, what a
command's arguments mean, and the tools that labs do not have (debugger, terminal, extensions).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CATALOGUES = Path(__file__).parent / "locale" / "vi_VN" / "LC_MESSAGES"
CONTEXT_END = "\x04"  # how gettext joins a context and a message


def read_catalogue(po: Path) -> dict[str, Any]:
    """What JupyterLab reads, from a ``.po`` file: message to its translations, and a header."""
    from babel.messages.pofile import read_po

    with po.open("rb") as file:
        catalogue = read_po(file, locale="vi_VN")
    found: dict[str, Any] = {
        "": {
            "domain": po.stem,
            "language": "vi-VN",
            "plural_forms": "nplurals=1; plural=0;",
            "version": "1",
        }
    }
    for message in catalogue:
        if not message.id or not message.string:
            continue
        first = message.id if isinstance(message.id, str) else message.id[0]
        key = f"{message.context}{CONTEXT_END}{first}" if message.context else first
        text = message.string if isinstance(message.string, str) else message.string[0]
        # Vietnamese does not count, but JupyterLab takes no plural of one form only.
        found[key] = [text, text] if message.pluralizable else [text]
    return found


def as_text(catalogue: dict[str, Any]) -> str:
    """One message a line, so that a change is seen where it is."""
    lines = (
        f"{json.dumps(key, ensure_ascii=False)}: {json.dumps(value, ensure_ascii=False)}"
        for key, value in catalogue.items()
    )
    return "{\n" + ",\n".join(lines) + "\n}\n"
