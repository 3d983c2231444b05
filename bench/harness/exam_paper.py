"""A question's page as a browser has it: its fields, something typed into each, and what the
database must have of that afterwards."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlencode

from hub.portal.pages.assessment.items import ItemPage
from records.tables.assessment import SittingAnswer
from school.assessment import asking, item_turns
from school.assessment.item_bank import the_bank
from school.learning import answering

LANGUAGE = "vi"  # that numbers are typed in
Fields = list[tuple[str, str]]


@dataclass
class Paper(HTMLParser):
    """The form of a question's page. ``controls``: by name, (kind, the values it may have)."""

    hidden: dict[str, str] = field(default_factory=dict)
    controls: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    state: str = ""
    seconds: int = 0

    def __post_init__(self) -> None:
        super().__init__()
        self._within = False
        self._select = ""

    @classmethod
    def read(cls, page: str) -> Paper:
        paper = cls()
        paper.feed(page)
        return paper

    @property
    def number(self) -> int:
        return int(self.hidden.get("number", 0))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._within = said.get("id") == "examination"
            if self._within:
                self.state, self.seconds = said["data-state"], int(said["data-seconds"])
        if not self._within:
            return
        name = said.get("name", "")
        if tag == "input" and said.get("type") == "hidden" and not name.startswith("a-"):
            self.hidden[name] = said.get("value", "")
        elif tag == "option" and self._select:
            self.controls[self._select][1].append(said.get("value", ""))
        elif name.startswith("a-"):
            kind = {"select": "select", "textarea": "text"}.get(tag, said.get("type", "text"))
            if "number" in said.get("class", "").split():
                kind = "number"
            self._select = name if tag == "select" else ""
            self.controls.setdefault(name, (kind, []))[1].append(said.get("value", ""))

    def handle_data(self, data: str) -> None:
        # Options of an order have their place as text, and no value.
        if self._select and self.controls[self._select][1][-1:] == [""] and data.strip().isdigit():
            self.controls[self._select][1][-1] = data.strip()

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._within = False
        if tag == "select":
            self._select = ""

    def fill(self, chance: random.Random) -> Fields:
        """Something in every field, different each time."""
        fields: Fields = []
        taken: dict[str, set[str]] = {}
        for name, (kind, values) in self.controls.items():
            match kind:
                case "radio":
                    fields.append((name, chance.choice(values)))
                case "checkbox":
                    some = chance.sample(values, chance.randint(1, len(values)))
                    fields += [(name, value) for value in values if value in some]
                case "select":
                    used = taken.setdefault(name.rsplit("-", 1)[0], set())
                    free = [one for one in values if one and one not in used]
                    free = free or [one for one in values if one]
                    fields.append((name, chance.choice(free)))
                    used.add(fields[-1][1])
                case "number":
                    fields.append((name, str(chance.randint(1, 99_999))))
                case "hidden":
                    fields += [(name, value) for value in values]
                case _:
                    fields.append((name, f"bài làm thử {chance.randint(1, 10**9)}"))
        return fields


@dataclass(frozen=True)
class Sent:
    """What was sent of an item and acknowledged. ``given``: handed in, not only saved; ``fields``
    None: "I do not know yet"."""

    number: int
    fields: Fields | None
    given: bool


def is_kept(row: SittingAnswer | None, sent: Sent) -> bool:
    """Whether the row holds what was sent, to the letter."""
    if row is None or (sent.given and row.given_at is None):
        return False
    if sent.fields is None:
        return row.unknown
    question = item_turns.question_for(the_bank(), row)
    assert question is not None
    said = parse_qs(urlencode(sent.fields), keep_blank_values=True)
    wanted: Any = ItemPage.posted_from(question, lambda name: said.get(name, []))
    if sent.given:
        wanted, _fields = answering.read_answers(question.cells, wanted, LANGUAGE)
    return asking.read_answers(row.answer) == asking.read_answers(asking.write_answers(wanted))
