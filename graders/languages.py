"""Which language a notebook is in. Only Python is marked, and what is none says so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from core.messages import Message
from graders.read_submission import Unfit


def refuse_other_languages(source: bytes | Mapping[str, Any]) -> None:
    """Raises `Unfit` ("failed", for the author to hear of) where the author's notebook is not in
    Python. One that says nothing of it is."""
    if isinstance(source, bytes):
        try:
            source = json.loads(source.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            return  # whoever reads it next says why
    other = other_language(source.get("metadata") if isinstance(source, Mapping) else None)
    if other is not None:
        raise Unfit("failed", of_language(other))


def other_language(metadata: object) -> str | None:
    """The language that a notebook's metadata names, where it is not Python."""
    if not isinstance(metadata, Mapping):
        return None
    for part, key in (("language_info", "name"), ("kernelspec", "language")):
        about = metadata.get(part)
        said = about.get(key) if isinstance(about, Mapping) else None
        if isinstance(said, str) and said.strip():
            return None if is_python(said) else said.strip()[:40]
    about = metadata.get("kernelspec")
    kernel = about.get("name") if isinstance(about, Mapping) else None
    return _KERNELS.get(kernel) if isinstance(kernel, str) else None


def is_python(language: str) -> bool:
    """Also as IPython's older notebooks write it."""
    return language.strip().lower() in ("python", "python3", "ipython", "ipython3")


# Kernels that are known by their name alone.
_KERNELS = {"ir": "R", "xr": "R", "bash": "bash", "javascript": "javascript"}


def of_language(language: str) -> Message:
    """What is said of a notebook that nobody here can run."""
    return Message(
        "Sổ này viết bằng {language}; máy chỉ chấm được sổ Python. Giảng viên sẽ xem bài này.",
        {"language": language},
    )
