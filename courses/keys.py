"""Reading keys that an author wrote by hand: each fault names its file and its key."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from core.licences import LICENCES
from core.messages import Message

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_SLUG = 64  # characters


class Keys:
    """Reads keys of one mapping, collecting faults that name the file and the key."""

    def __init__(self, file: str, data: Mapping[str, Any], faults: list[Message]) -> None:
        self.file, self.data, self.faults = file, data, faults

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

    def short_text(self, key: str, most: int) -> str:
        """One line; "" where nothing is said."""
        found = " ".join(self.text(key, "").split())
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

    def fault(self, key: str, why: Message) -> None:
        self.faults.append(
            Message("{file}: khóa “{key}”: {why}", {"file": self.file, "key": key, "why": why})
        )
