"""What we tell people: a sentence with gaps, translated only where it is shown.

The rooms below the web must not know the reader's language, so they hand up a `Message`: the
Vietnamese sentence as a template, and the values for its gaps. `hub.locale.translate` looks the
template up in the reader's catalogue and fills the gaps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Message:
    """``template`` is Vietnamese with ``{name}`` gaps; ``params`` fills them.

    Always build it with a literal template, so that the catalogue's extraction finds it. A param
    may itself be a message: it is said in the same language.
    """

    template: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.params)

    def as_dict(self) -> dict[str, Any]:
        """As plain JSON, for storing: ``{"template": …, "params": {…}}``."""
        params = {
            name: value.as_dict() if isinstance(value, Message) else value
            for name, value in self.params.items()
        }
        return {"template": self.template, "params": params}


class Refused(Exception):
    """Bad input: one message for each thing wrong with it, all of them at once.

    ``field`` names what was asked for where all of it is about one thing (a form shows it there);
    `at_fields` refuses several at once.
    """

    def __init__(self, *messages: Message, field: str = "") -> None:
        super().__init__(*messages)
        self.messages = messages
        self.fields: dict[str, tuple[Message, ...]] = {field: messages} if field else {}

    @classmethod
    def at_fields(cls, fields: Mapping[str, Message]) -> Refused:
        """One thing wrong with each of these fields."""
        refused = cls(*fields.values())
        refused.fields = {name: (message,) for name, message in fields.items()}
        return refused

    def __str__(self) -> str:
        return "\n".join(str(message) for message in self.messages)
