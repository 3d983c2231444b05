"""What a reader is told of a field that was typed into: how it was read, or why it was not."""

from __future__ import annotations

from typing import Any

import courses
from core.messages import Message
from hub.locale.translate import Translator

UNDERSTOOD = Message("Hiểu là {n}")


def as_json(field: courses.Field, _: Translator) -> dict[str, Any]:
    """A field for a script: where it is, what was typed, how it was read or why it was not."""
    return {
        "cell": field.cell,
        "row": field.row,
        "column": field.column,
        "label": _.message(field.label) if isinstance(field.label, Message) else field.label,
        "typed": field.typed,
        "value": field.value,
        "error": _.message(field.fault) if field.fault else None,
        **said_of(field, _),
    }


def said_of(field: courses.Field, _: Translator) -> dict[str, str]:
    """How a field was understood, to be seen and to be heard; "" where nothing need be said."""
    if field.value is None or courses.is_plain(field, _.language):
        return {"said": "", "words": ""}
    figures = courses.show_number(field.value, _.language)
    words = courses.number_words(field.value, _.language) or figures
    return {
        "said": _(UNDERSTOOD.template, n=figures),
        "words": _(UNDERSTOOD.template, n=words),
    }


def file_as_json(cell_id: str, seen: courses.Seen, _: Translator) -> dict[str, Any]:
    said = _.message(seen.message)
    where: dict[str, Any] = {"cell": cell_id, "row": None, "column": "", "label": ""}
    return {**where, "typed": seen.name, "value": None, "error": None, "said": said, "words": said}
