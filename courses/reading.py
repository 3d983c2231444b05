"""What other programs leave in a notebook file, made plain before anything looks at it.

Byte-order marks, line ends of other systems, cells without ids or with the same id twice, kernels
by the names that somebody's machine gives them. The ids that are made up here follow from the cell
alone, so that the same file always reads the same.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from core.messages import Message, Refused

_OTHER_ENDS = re.compile("\r\n?")
_RARE_ENDS = re.compile("[\x85\u2028\u2029]")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NEWEST_MINOR = 5  # nbformat 4.5: every cell has an id

PYTHON = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_PYTHON_NAMES = ("Python 3", "Python 3 (ipykernel)")
_PLAIN_WORD = re.compile(r"[A-Za-z0-9+#._-]{1,40}")


def decoded(content: bytes) -> str:
    """The file's text. Raises Refused where it is in no encoding that notebooks are written in."""
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"", "utf-8-sig")):
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                break
    raise Refused(Message("tệp không ghi bằng bảng mã UTF-8; hãy lưu lại từ Jupyter"))


def plain_lines(text: str) -> str:
    """The text with ``\\n`` at the end of every line.

    NEL and Unicode's separators end a line only where nothing else does: in a text that has
    ordinary line ends they are part of somebody's string.
    """
    text = _OTHER_ENDS.sub("\n", text)
    return text if "\n" in text else _RARE_ENDS.sub("\n", text)


def mend(notebook: Any) -> Any:
    """A parsed notebook file with plain line ends, and in nbformat 4 with an id in every cell."""
    if not isinstance(notebook, dict) or notebook.get("nbformat") != 4:
        return notebook
    cells = notebook.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        return notebook
    taken: set[str] = set()
    mended = [_with_id(_with_lines(cell), place, taken) for place, cell in enumerate(cells)]
    minor = notebook.get("nbformat_minor")
    newer = minor if isinstance(minor, int) and minor > _NEWEST_MINOR else _NEWEST_MINOR
    return {**notebook, "cells": mended, "nbformat_minor": newer}


def _with_lines(cell: dict[str, Any]) -> dict[str, Any]:
    source = cell.get("source")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    return {**cell, "source": plain_lines(source)} if isinstance(source, str) else cell


def _with_id(cell: dict[str, Any], place: int, taken: set[str]) -> dict[str, Any]:
    found = cell.get("id")
    if not isinstance(found, str) or not _ID.fullmatch(found) or found in taken:
        found = _made_id(cell, place)
    taken.add(found)
    return {**cell, "id": found}


def _made_id(cell: Mapping[str, Any], place: int) -> str:
    text = json.dumps([place, cell.get("cell_type"), cell.get("source")], ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def language_of(metadata: Mapping[str, Any]) -> str:
    """The language a notebook says it is written in, in small letters; "python" where it says
    nothing."""
    for part, key in (("kernelspec", "language"), ("language_info", "name")):
        held = metadata.get(part)
        found = held.get(key) if isinstance(held, dict) else None
        if isinstance(found, str) and found.strip():
            return found.strip().lower()
    spec = metadata.get("kernelspec")
    name = str(spec.get("name", "")).lower() if isinstance(spec, dict) else ""
    return _LANGUAGES.get(name, "python")


# Kernels that are known by their name alone.
_LANGUAGES = {
    **dict.fromkeys(("ir", "irkernel", "xr"), "r"),
    **dict.fromkeys(("julia", "ijulia"), "julia"),
    "bash": "bash",
}


def plain_kernel(metadata: Mapping[str, Any]) -> dict[str, str] | None:
    """The kernel as learners' machines know it: never by a name or path of the author's own.

    Every Python kernel (``python3.11``, ``conda-env-…``, ``xpython``) is ``python3``.
    """
    spec = metadata.get("kernelspec")
    if not isinstance(spec, dict):
        return None
    language = language_of(metadata)
    if language == "python":
        shown = spec.get("display_name")
        return {**PYTHON, "display_name": shown} if shown in _PYTHON_NAMES else dict(PYTHON)
    if language == "r":
        return {"display_name": "R", "language": "R", "name": "ir"}
    if not _PLAIN_WORD.fullmatch(language):
        return None
    name = str(spec.get("name", ""))
    plain = name if _PLAIN_WORD.fullmatch(name) and not name.startswith("conda") else language
    return {"display_name": language.capitalize(), "language": language, "name": plain}
