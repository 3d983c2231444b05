"""What a sitting was, in one text with one hash, so that nobody can change it unseen. Pure.

The text is canonical JSON: sorted names, no spaces, times in UTC with microseconds. Its SHA-256
stands in the audit line of the sitting's end, and that log is a chain with a key of its own
(`records.platform.audit`): whoever changes the text, or the rows that it was made of, shows up.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core.messages import Message
from records.assessment.sittings import Known
from school.assessment.sittings import Given

FORM = 1  # of the text: raised when it comes to hold something else
SOUND, ERASED = "sound", "erased"
GONE = "gone"  # a sitting without its seal, or a seal without its sitting
TEXT, LOG, ROWS, PERSON = "text", "log", "rows", "person"  # what does not agree with the hash
WORDS: Mapping[str, Message] = {
    SOUND: Message("Còn nguyên."),
    ERASED: Message("Nội dung đã xóa theo yêu cầu của người thi; mã băm còn trong nhật ký."),
    GONE: Message("Lượt thi không có niêm phong, hoặc niêm phong không còn lượt thi."),
    TEXT: Message("Bản niêm phong đã bị sửa hoặc bị xóa."),
    LOG: Message("Mã băm không phải là mã đã ghi vào nhật ký khi kết thúc bài."),
    ROWS: Message("Bài làm hoặc kết quả đã bị sửa sau khi niêm phong:"),
    PERSON: Message("Lượt thi đã bị chuyển sang người khác."),
}
_COMPARED = ("sitting", "answers", "results")  # pauses of a room go on when a sitting has ended


class SealedSitting(Protocol):
    """A row of `sitting`, as far as it is sealed."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def parameters(self) -> str: ...
    @property
    def framework(self) -> str: ...
    @property
    def seed(self) -> int: ...
    @property
    def eligible(self) -> bytes: ...
    @property
    def ending(self) -> str: ...
    @property
    def begun_at(self) -> dt.datetime: ...
    @property
    def ended_at(self) -> dt.datetime | None: ...
    @property
    def person_id(self) -> int: ...


class SealedAnswer(Given, Protocol):
    """A row of `sitting_answer`, as far as it is sealed."""

    @property
    def digest(self) -> str: ...
    @property
    def variant(self) -> int: ...
    @property
    def arranged(self) -> int: ...
    @property
    def asked_at(self) -> dt.datetime: ...
    @property
    def answer(self) -> str | None: ...
    @property
    def unknown(self) -> bool: ...


def text_of(
    sitting: SealedSitting,
    answers: Iterable[SealedAnswer],
    results: Mapping[str, Known],
    circumstances: Mapping[str, Any],
) -> str:
    """The text that is sealed. ``results``: as they were when the sitting ended;
    ``circumstances``: plain JSON and times of the examination, the time allowed, the pauses."""
    return _canonical(
        {
            "form": FORM,
            "person": sitting.person_id,
            "sitting": _sitting(sitting),
            "answers": [_answer(one) for one in answers],
            "results": {name: _known(one) for name, one in results.items()},
            "circumstances": circumstances,
        }
    )


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(value: Any) -> str:
    return json.dumps(
        value,
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
        allow_nan=False,
        default=_time,
    )


def _time(value: Any) -> str:
    if not isinstance(value, dt.datetime):
        raise TypeError(f"no plain value: {value!r}")
    return value.astimezone(dt.UTC).isoformat(timespec="microseconds")


def _sitting(one: SealedSitting) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "parameters": one.parameters,
        "framework": one.framework,
        "seed": one.seed,
        "eligible": bytes(one.eligible).hex(),
        "ending": one.ending,
        "begun_at": one.begun_at,
        "ended_at": one.ended_at,
    }


def _answer(one: SealedAnswer) -> dict[str, Any]:
    return {
        "number": one.number,
        "item": one.item,
        "digest": one.digest,
        "variant": one.variant,
        "arranged": one.arranged,
        "asked_at": one.asked_at,
        "answer": one.answer,
        "unknown": one.unknown,
        "given_at": one.given_at,
        "seconds": one.seconds,
        "credit": one.credit,
        "set_aside": one.set_aside,
    }


def _known(one: Known) -> list[float]:
    return [one.estimate, one.error, one.low, one.high]


# Looking again ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """What became of a seal. ``state``: `SOUND`, `ERASED` (its person's data was erased as they
    may ask; the hash stays in the log), or what does not agree: the `TEXT` with its hash, the
    `LOG`, the `ROWS`, the `PERSON`. ``where``: the places of the rows that were changed."""

    sitting_id: int
    state: str
    where: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        return self.state in (SOUND, ERASED)


def verdict_of(
    sitting_id: int,
    *,
    text: str | None,
    sha256: str,
    logged: Collection[str],
    now: str,
    persons: Sequence[int],
    erased: bool,
) -> Verdict:
    """Judge one seal. ``logged``: the hashes that the audit log has of this sitting; ``now``: the
    text as today's rows give it; ``persons``: the keys that the sitting's person has had."""
    if sha256 not in logged:
        return Verdict(sitting_id, LOG)
    if text is None:
        return Verdict(sitting_id, ERASED if erased else TEXT)
    if hash_of(text) != sha256:
        return Verdict(sitting_id, TEXT)
    sealed, today = json.loads(text), json.loads(now)
    if sealed["person"] not in persons:
        return Verdict(sitting_id, PERSON)
    where = tuple(
        place for part in _COMPARED for place in _differences(sealed[part], today[part], part)
    )
    return Verdict(sitting_id, ROWS if where else SOUND, where)


def _differences(sealed: Any, today: Any, place: str) -> list[str]:
    """Where two plain values differ, as paths."""
    if isinstance(sealed, dict) and isinstance(today, dict):
        keys = sorted(sealed.keys() | today.keys())
        pairs = [(key, sealed.get(key), today.get(key)) for key in keys]
    elif isinstance(sealed, list) and isinstance(today, list) and len(sealed) == len(today):
        pairs = [(str(n), *pair) for n, pair in enumerate(zip(sealed, today, strict=True), 1)]
    else:
        return [] if sealed == today else [place]
    return [found for key, a, b in pairs for found in _differences(a, b, f"{place}.{key}")]
