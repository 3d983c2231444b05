"""Changes to ``course.toml`` that keep its comments and all that is not changed."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping

from core.messages import Message, Refused

LESSON = "[[lesson]]"
NOT_PLAIN = Message(
    "course.toml được viết theo cách mà biểu mẫu không sửa được. Hãy mở nó trong JupyterLab."
)
Value = str | float


def with_values(text: str, values: Mapping[str, Value], *, lesson: str = "") -> str:
    """The file with these keys set, of the course or of the lesson of that slug; raises Refused
    where the keys are not written in lines of their own."""
    parts = re.split(rf"(?m)^(?={re.escape(LESSON)})", text)
    place = 0
    if lesson:
        slugs = [_slug_of(part) for part in parts]
        if lesson not in slugs[1:]:
            raise Refused(NOT_PLAIN)
        place = slugs.index(lesson, 1)
    for key, value in values.items():
        parts[place] = _with_value(parts[place], key, value)
    made = "".join(parts)
    _refuse_unlike(text, made, values, lesson)
    return made


def with_lesson(text: str, values: Mapping[str, Value]) -> str:
    """The file with one more lesson at its end."""
    lines = [LESSON, *(f"{key} = {_toml(value)}" for key, value in values.items())]
    made = text.rstrip("\n") + "\n\n" + "\n".join(lines) + "\n"
    before, after = _read(text), _read(made)
    if after.get("lesson", [])[:-1] != before.get("lesson", []):
        raise Refused(NOT_PLAIN)
    return made


def without_lesson(text: str, lesson: str) -> str:
    """The file without the lesson of that slug."""
    parts = re.split(rf"(?m)^(?={re.escape(LESSON)})", text)
    kept = [part for n, part in enumerate(parts) if not n or _slug_of(part) != lesson]
    made = "".join(kept)
    if len(_read(made).get("lesson", [])) != len(_read(text).get("lesson", [])) - 1:
        raise Refused(NOT_PLAIN)
    return made


def lesson_slugs(text: str) -> list[str]:
    """The lessons of the file, in their order."""
    return [str(one.get("slug", "")) for one in _read(text).get("lesson", [])]


def _with_value(part: str, key: str, value: Value) -> str:
    line = f"{key} = {_toml(value)}"
    changed, count = re.subn(rf"(?m)^{re.escape(key)}\s*=.*$", lambda _found: line, part, count=1)
    if count:
        return changed
    head, end, rest = part.partition(f"{LESSON}\n")
    return f"{head}{end}{line}\n{rest}" if end else f"{line}\n{part}"


def _refuse_unlike(before: str, after: str, values: Mapping[str, Value], lesson: str) -> None:
    """A text over several lines would have been cut in two."""
    old, new = _read(before), _read(after)
    for data in (old, new):
        tables = [one for one in data.get("lesson", []) if one.get("slug") == lesson]
        for key in values:
            (tables[0] if lesson else data).pop(key, None)
    if old != new:
        raise Refused(NOT_PLAIN)


def _read(text: str) -> dict[str, list[dict[str, object]]]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise Refused(NOT_PLAIN) from None


def _slug_of(part: str) -> str:
    found = re.search(r'(?m)^slug\s*=\s*"([^"]*)"', part)
    return found[1] if found else ""


def _toml(value: Value) -> str:
    return json.dumps(value, ensure_ascii=False)
