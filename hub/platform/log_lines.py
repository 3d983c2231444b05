"""How portal and grading service word a line of the log: for people, or as JSON for programs.

Both hold when, how grave, what; and of an answer whose key asked, which acts it did and how long it
took. Never a name, a query or what somebody wrote.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys

from core.calendar import HANOI


class JsonLines(logging.Formatter):
    """One JSON object a line; ``extra={"fields": …}`` adds its own."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(),
            "level": record.levelname.lower(),
            "what": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class PlainLines(logging.Formatter):
    """The same as words: time of Việt Nam, level, whose log, what, then ``name=value``."""

    def format(self, record: logging.LogRecord) -> str:
        at = dt.datetime.fromtimestamp(record.created, HANOI)
        fields = getattr(record, "fields", {}).items()
        said = " ".join(f"{name}={value}" for name, value in fields if value not in (None, ""))
        what = f"{record.getMessage()} {said}".rstrip()
        line = f"{at:%Y-%m-%d %H:%M:%S} {record.levelname} {record.name} {what}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def speak(log_format: str) -> None:
    """Have this process log to its error output, as ``json`` or as ``lines``."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if log_format == "json" else PlainLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
