"""What callers send, read with a reason where it cannot be."""

from __future__ import annotations

import re
from typing import Any

from core.messages import Message, Refused
from school.learning import notebooks
from school.learning.notebook_weight import as_bytes

KEY = re.compile("[A-Za-z0-9-]{16,64}")
MOST_WORKED_S = 6 * 60 * 60  # between two saves; more is no work but a clock gone wrong


def answers_of(sent: dict[str, Any]) -> dict[str, Any]:
    found = sent.get("answers", {})
    if not isinstance(found, dict):
        raise Refused(Message("Phần “answers” phải là một đối tượng JSON."))
    return found


def worked_of(sent: dict[str, Any]) -> dict[str, int]:
    """Seconds at exercises since the last save, by grade_id."""
    found: Any = sent.get("worked", {})
    plain = isinstance(found, dict) and all(
        type(seconds) is int and 0 <= seconds <= MOST_WORKED_S for seconds in found.values()
    )
    if not plain:
        raise Refused(
            Message(
                "Phần “worked” phải ghi số giây (số nguyên, từ 0 đến {most}) cho từng bài tập.",
                {"most": MOST_WORKED_S},
            )
        )
    return dict(found)


def revision_of(sent: dict[str, Any]) -> int:
    found = sent.get("revision")
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found < 2**31:
        raise Refused(Message("Phần “revision” phải là số nguyên: số của bản đã lấy về."))
    return found


def key_of(sent: dict[str, Any]) -> str | None:
    """What a browser names this hand-in by; None where it names none."""
    found = sent.get("key")
    if found is None or (isinstance(found, str) and KEY.fullmatch(found)):
        return found
    raise Refused(Message("Phần “key” phải có từ 16 đến 64 chữ cái không dấu, chữ số hoặc dấu -."))


def release_of(sent: dict[str, Any]) -> int | None:
    """The release of the page that sends; None where it does not say."""
    found = sent.get("release")
    return found if type(found) is int else None


def read_notebook_of(sent: dict[str, Any]) -> dict[str, Any]:
    """The notebook sent along, as an object or as the text of the file."""
    found = sent.get("notebook")
    if isinstance(found, str):
        return notebooks.read_submitted(found.encode("utf-8", "surrogatepass"))
    if isinstance(found, dict):
        return notebooks.read_submitted(as_bytes(found))
    raise Refused(Message("Thiếu phần “notebook”: nội dung sổ bài học."))
