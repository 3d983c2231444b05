"""What of a notebook learners may find beside its text: an allow-list.

A source carries more than its cells: pictures attached to them, outputs, the state of widgets,
tags, parameters of other tools, names and paths of its author's machine. A release keeps what a
cell that learners see uses, and what Jupyter and nbgrader need; everything else, also what is not
known yet, stays behind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from courses.reading import language_of, plain_kernel

_NBGRADER = (
    *("cell_type", "checksum", "grade", "grade_id", "locked", "points"),
    *("schema_version", "solution", "task"),
)
_TAGS = ("raises-exception",)  # "run all" goes on below such a cell
_ATTACHED = re.compile(r"attachment:([^\s)\"'>\]]+)")


def shown_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """A notebook's metadata as a release holds it: its kernel and its language."""
    found: dict[str, Any] = {}
    kernel = plain_kernel(metadata)
    if kernel is not None:
        found["kernelspec"] = kernel
    info = metadata.get("language_info")
    if isinstance(info, dict) and info:
        found["language_info"] = _language_info(metadata, info)
    return found


def _language_info(metadata: Mapping[str, Any], info: Mapping[str, Any]) -> dict[str, Any]:
    """Which language, and of which version; the rest is for whoever wrote the file."""
    kept: dict[str, Any] = {"name": language_of(metadata)}
    if kept["name"] == "r":
        kept["name"] = "R"  # as its kernel writes it
    version = info.get("version")
    if isinstance(version, str) and re.fullmatch(r"\d+(\.\d+){0,3}", version):
        kept["version"] = version
    for key, pattern in _INFO.items():
        value = info.get(key)
        if isinstance(value, str) and pattern.fullmatch(value):
            kept[key] = value
    mode = info.get("codemirror_mode")
    if isinstance(mode, dict):
        mode = {
            key: value
            for key, value in mode.items()
            if (key == "name" and isinstance(value, str) and _MODE.fullmatch(value))
            or (key == "version" and type(value) is int)
        }
    if (isinstance(mode, dict) and mode) or (isinstance(mode, str) and _MODE.fullmatch(mode)):
        kept["codemirror_mode"] = mode
    return kept


_MODE = re.compile(r"[A-Za-z0-9_/+-]{1,24}")
_INFO = {
    "file_extension": re.compile(r"\.[A-Za-z]{1,8}"),
    "mimetype": re.compile(r"[a-z]{1,12}/[a-z0-9.+-]{1,24}"),
    "nbconvert_exporter": re.compile(r"[a-z]{1,12}"),
    "pygments_lexer": re.compile(r"[a-z0-9]{1,16}"),
}


def shown_cell(cell: Mapping[str, Any]) -> dict[str, Any]:
    """A cell whose text is already the learner's, with what that text uses and nothing more."""
    kept: dict[str, Any] = {
        "cell_type": cell["cell_type"],
        "metadata": _cell_metadata(cell.get("metadata", {})),
        "source": cell["source"],
    }
    if "id" in cell:
        kept["id"] = cell["id"]
    if cell["cell_type"] == "code":
        kept |= {"outputs": [], "execution_count": None}
    elif used := attachments_used(cell):
        kept["attachments"] = used
    return kept


def attachments_used(cell: Mapping[str, Any]) -> dict[str, Any]:
    """The attached files that the cell's text names."""
    source = cell["source"]
    text = source if isinstance(source, str) else "".join(source)
    named = {unquote(found) for found in _ATTACHED.findall(text)}
    held = cell.get("attachments")
    if not isinstance(held, dict):
        return {}
    return {name: value for name, value in held.items() if name in named or _is_named(name, text)}


def _is_named(name: str, text: str) -> bool:
    """As it stands, with spaces and brackets that only some readers of Markdown accept."""
    return bool(re.search(rf"attachment:{re.escape(name)}(?=[\s)\"'>\]]|$)", text))


def _cell_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    marking = metadata.get("nbgrader")
    if isinstance(marking, dict):
        kept["nbgrader"] = {key: marking[key] for key in _NBGRADER if key in marking}
    for key in ("deletable", "editable"):
        if isinstance(metadata.get(key), bool):
            kept[key] = metadata[key]
    tags = metadata.get("tags")
    if isinstance(tags, list) and (known := [tag for tag in tags if tag in _TAGS]):
        kept["tags"] = known
    return kept
