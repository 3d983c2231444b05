"""A review written into ``item.toml``: who read and tried the item, and which text of it."""

from __future__ import annotations

import datetime as dt
import json
import re

from core.messages import Message, Refused
from courses.bank.item import Item

_REVIEW = re.compile(r"^\[review\]\n(?:(?!\[).*\n?)*", re.MULTILINE)
_STATE = re.compile(r"^state\s*=.*$", re.MULTILINE)


def with_review(settings: str, item: Item, *, by: str, on: dt.date, said: str) -> str:
    """The text of ``item.toml`` with the review of what ``item`` says now, and the state reviewed
    where it was written. Raises Refused for the author's own review, and for one without words."""
    if by.strip().casefold() == item.author.strip().casefold():
        raise Refused(Message("người duyệt phải khác người viết"))
    if not by.strip() or not said.strip():
        raise Refused(Message("hãy ghi ai duyệt và nhận xét gì"))
    kept = _REVIEW.sub("", settings).rstrip("\n")
    if item.state == "written":
        kept = _STATE.sub('state = "reviewed"', kept, count=1)
    lines = [
        f"by = {_toml(by)}",
        f"on = {on.isoformat()}",
        f"said = {_toml(said)}",
        f"digest = {_toml(item.digest)}",
    ]
    return "\n".join([kept, "", "[review]", *lines, ""])


def _toml(text: str) -> str:
    # JSON's strings are TOML's.
    return json.dumps(" ".join(text.split()), ensure_ascii=False)
