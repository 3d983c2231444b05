"""Keys of what an author wrote as TOML or in a cell's options, read one by one.

What is wrong is collected as messages that name the file and the key; nothing is raised here.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from core.licences import LICENCES
from core.messages import Message

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_SLUG = 64  # characters


def read_toml(path: Path, faults: list[Message]) -> dict[str, Any]:
    """What the file says; what is no TOML joins ``faults``, and then nothing is said."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        why = {"file": path.name, "reason": str(error)}
        faults.append(Message("{file}: không phải TOML hợp lệ: {reason}", why))
        return {}


class Keys:
    """Reads keys of one mapping, collecting faults that name the file and the key; ``within``
    stands before the key where the mapping is a part of the file."""

    def __init__(
        self, file: str, data: Mapping[str, Any], faults: list[Message], within: str = ""
    ) -> None:
        self.file, self.data, self.faults, self.within = file, data, faults, within

    def text(self, key: str, default: str | None = None) -> str:
        found = self.data.get(key, default)
        if isinstance(found, bool) or not isinstance(found, str | int | float):
            self.fault(key, Message("phải là chuỗi ký tự không rỗng"))
            return ""
        if not str(found).strip() and default is None:
            self.fault(key, Message("phải là chuỗi ký tự không rỗng"))
        return str(found)

    def licence(self, key: str) -> str:
        """A licence that pages can name; "" where none is said."""
        found = self.text(key, "")
        if found and found not in LICENCES:
            known = ", ".join(LICENCES)
            self.fault(key, Message("phải là một trong: {kinds}", {"kinds": known}))
        return found

    def line(self, key: str) -> str:
        """One line that must say something."""
        return " ".join(self.text(key).split())

    def short_text(self, key: str, most: int, *, needed: bool = False) -> str:
        """One line; "" where nothing is said, unless it is ``needed``."""
        found = self.line(key) if needed else " ".join(self.text(key, "").split())
        if len(found) > most:
            self.fault(key, Message("không quá {n} ký tự", {"n": most}))
        return found

    def slug(self, key: str) -> str:
        """A name that stands in addresses and in the records."""
        found = self.text(key)
        if found and not (SLUG.fullmatch(found) and len(found) <= LONGEST_SLUG):
            self.fault(key, Message("chỉ gồm chữ thường không dấu, số và dấu gạch nối"))
        return found

    def number(self, key: str) -> float:
        found = self.data.get(key)
        if (
            isinstance(found, bool)
            or not isinstance(found, int | float)
            or not 0 < found < math.inf
        ):
            self.fault(key, Message("phải là số lớn hơn 0"))
            return 1
        return found

    def truth(self, key: str, named: str = "") -> bool:
        """true or false; false where nothing is said."""
        found = self.data.get(key, False)
        if not isinstance(found, bool):
            self.fault(named or key, Message("phải là true hoặc false"))
        return found is True

    def share(self, key: str) -> float:
        found = self.number(key)
        if found > 1:
            self.fault(key, Message("phải là tỷ lệ từ 0 đến 1"))
        return found

    def tables(self, key: str) -> list[dict[str, Any]]:
        found = self.data.get(key)
        if not isinstance(found, list) or not found or not all(isinstance(x, dict) for x in found):
            self.fault(key, Message("phải có ít nhất một mục [[{key}]]", {"key": key}))
            return []
        return found

    def texts(self, key: str, least: int, most: int) -> tuple[str, ...]:
        """A list of so many lines."""
        found = self.data.get(key)
        is_list = isinstance(found, list) and all(isinstance(one, str) for one in found)
        said = [" ".join(one.split()) for one in found] if is_list and found else []
        if not (least <= len(said) <= most and all(said)):
            why = Message("phải có từ {least} đến {most} dòng", {"least": least, "most": most})
            self.fault(key, why)
        return tuple(said)

    def some_of(self, key: str, known: Collection[str], named: str = "") -> tuple[str, ...]:
        """A list of names out of ``known``, in their order there; none where nothing is said."""
        found = self.data.get(key, [])
        if not isinstance(found, list) or any(one not in known for one in found):
            why = Message("phải là danh sách những mã trong: {kinds}", {"kinds": ", ".join(known)})
            self.fault(named or key, why)
            return ()
        return tuple(one for one in known if one in found)

    def table(self, key: str) -> Keys:
        """A part of the file, [key]."""
        found = self.data.get(key)
        if not isinstance(found, dict):
            self.fault(key, Message("phải có mục [{key}]", {"key": key}))
            found = {}
        return Keys(self.file, found, self.faults, f"{key}: ")

    def few_tables(self, key: str, least: int, most: int) -> list[Keys]:
        """Parts of the file, [[key]], so many of them."""
        found = self.tables(key)
        if found and not least <= len(found) <= most:
            about = {"key": key, "least": least, "most": most, "n": len(found)}
            self.fault(
                key, Message("phải có từ {least} đến {most} mục [[{key}]], đang có {n}", about)
            )
        numbered = enumerate(found, start=1)
        return [Keys(self.file, one, self.faults, f"{key} {n}: ") for n, one in numbered]

    def fault(self, key: str, why: Message) -> None:
        about = {"file": self.file, "key": self.within + key, "why": why}
        self.faults.append(Message("{file}: khóa “{key}”: {why}", about))
