"""Links by which somebody wants no more letters of a kind, without logging in.

A link says whose and which kind, and is signed: whoever has a letter can do that, and nothing else.
"""

from __future__ import annotations

import hashlib
import hmac

from core.messages import Message
from records.platform.outbox import REFUSABLE

KIND_NAMES = {
    "certificate": Message("Báo khi được cấp giấy chứng nhận"),
    "deadline": Message("Nhắc bài sắp hết hạn nộp"),
    "marked": Message("Báo giảng viên đã chấm bài của tôi"),
    "class": Message("Báo có lớp học trực tiếp"),
    "answer": Message("Báo câu hỏi của tôi đã có trả lời"),
    "assessment": Message("Mời và nhắc đánh giá hằng năm"),
    "message": Message("Thông báo của giảng viên và của đơn vị"),
}


class Wishes:
    """Signs and reads such links, with a key of its own."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, person_id: int, kind: str) -> str:
        """``12.deadline.<signature>``; "" for a kind that nobody may refuse, or without a key."""
        if not self._key or kind not in REFUSABLE:
            return ""
        return f"{person_id}.{kind}.{self._signature(person_id, kind)}"

    def read(self, token: str) -> tuple[int, str] | None:
        """Whose, and which kind; None for what we never signed."""
        number, _, rest = token.partition(".")
        kind, _, signature = rest.partition(".")
        if not number.isascii() or not number.isdigit() or len(number) > 18:
            return None
        if not self._key or kind not in REFUSABLE or not signature.isascii():
            return None
        right = hmac.compare_digest(signature, self._signature(int(number), kind))
        return (int(number), kind) if right else None

    def _signature(self, person_id: int, kind: str) -> str:
        said = f"mail wish\0{person_id}\0{kind}".encode()
        return hmac.new(self._key, said, hashlib.sha256).hexdigest()[:40]
