"""A teaching card: one page by which whoever took a course shows a neighbour the same.

Its author writes it in both languages (`courses.teaching_card`); a release carries it in its
manifest, and pages print it as a PDF.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CardStep:
    """What to do, and what to say while doing it."""

    do: str
    say: str

    def as_dict(self) -> dict[str, str]:
        return {"do": self.do, "say": self.say}


@dataclass(frozen=True, slots=True)
class CardText:
    """The card in one language. ``goal``: what the neighbour can do afterwards; ``careful``: what
    to look out for; ``task`` takes five minutes and is done when ``done_when`` holds."""

    title: str
    goal: str
    steps: tuple[CardStep, ...]
    careful: tuple[str, ...]
    task: str
    done_when: str

    def paragraphs(self) -> Iterator[tuple[str, str]]:
        """Everything in the order of the page: (the key it is written under, text). Steps and
        warnings are numbered from 1."""
        yield "title", self.title
        yield "goal", self.goal
        for number, step in enumerate(self.steps, start=1):
            yield f"step {number}: do", step.do
            yield f"step {number}: say", step.say
        for number, text in enumerate(self.careful, start=1):
            yield f"careful {number}", text
        yield "exercise: task", self.task
        yield "exercise: done_when", self.done_when

    def as_dict(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "goal": self.goal,
            "steps": [step.as_dict() for step in self.steps],
            "careful": list(self.careful),
            "task": self.task,
            "done_when": self.done_when,
        }


@dataclass(frozen=True, slots=True)
class TeachingCard:
    """Both languages, and where the author has it from."""

    vi: CardText
    en: CardText
    sources: tuple[str, ...]

    def in_language(self, language: str) -> CardText:
        """The reader's; Vietnamese for any but English."""
        return self.en if language == "en" else self.vi

    def as_dict(self) -> dict[str, Any]:
        return {
            "vi": self.vi.as_dict(),
            "en": self.en.as_dict(),
            "sources": list(self.sources),
        }
