"""A form that was refused comes back: what was typed, and each reason at its field.

The one way for every page: a handler raises `Refused` (with ``field``, or inside `at_field`), the
request handler catches it and shows the page again (`hub.portal.web.PageHandler`), and templates
ask ``form`` through the macros of ``fields.html``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from core.messages import Message, Refused
from school.refusals import WithStatus

NOT_FILLED = Message("Hãy điền mục này")


@dataclass(frozen=True)
class ReturnedForm:
    """What a page's forms ask: nothing was refused while ``reasons`` is empty."""

    said: Mapping[str, Sequence[str]] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    faults: Mapping[str, str] = field(default_factory=dict)  # by field
    had_files: bool = False  # a browser cannot keep what was chosen

    def __bool__(self) -> bool:
        return bool(self.reasons)

    def typed(self, name: str, default: object = "") -> str:
        """What was typed there; before anything was sent, the default."""
        if not self:
            return "" if default is None else str(default)
        return next(iter(self.said.get(name, ())), "")

    def fault(self, name: str) -> str:
        return self.faults.get(name, "")

    def of(self, **fields: object) -> ReturnedForm:
        """This form for the one of a page's forms that was sent, told by hidden fields; for the
        others an untouched one."""
        mine = all(self.typed(name) == str(value) for name, value in fields.items())
        return self if mine else UNTOUCHED


UNTOUCHED = ReturnedForm()


def return_form(
    refused: Refused,
    said: Mapping[str, Sequence[bytes]],
    say: Callable[[Message], str],
    *,
    had_files: bool,
) -> ReturnedForm:
    """The form as it comes back, its reasons in the reader's language."""
    return ReturnedForm(
        {name: [_text(value) for value in values] for name, values in said.items()},
        tuple(say(message) for message in refused.messages),
        {
            name: " ".join(say(message) for message in messages)
            for name, messages in refused.fields.items()
        },
        had_files,
    )


def _text(value: bytes) -> str:
    return value.decode("utf-8", errors="replace").replace("\r\n", "\n")


@contextlib.contextmanager
def at_field(name: str) -> Iterator[None]:
    """A refusal in here is about this field, unless it says itself what it is about."""
    try:
        yield
    except WithStatus:
        raise
    except Refused as refused:
        if refused.fields:
            raise
        raise Refused(*refused.messages, field=name) from None


def collect(*checks: Callable[[], object]) -> None:
    """Ask each; all that is refused is refused together, each at its own field."""
    messages: list[Message] = []
    fields: dict[str, tuple[Message, ...]] = {}
    for check in checks:
        try:
            check()
        except Refused as refused:
            messages += refused.messages
            fields |= refused.fields
    if messages:
        together = Refused(*messages)
        together.fields = fields
        raise together
