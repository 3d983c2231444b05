"""An item on a page: what was posted for it, read, and marked in turn; one way for a placement and
an examination."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from core.messages import Message, Refused
from hub.portal import forms
from hub.portal.api.running import in_turn
from hub.portal.pages.courses.layout import arrange
from hub.portal.web import PageHandler
from school.assessment import asking
from school.assessment.ordering import places_of, read_order
from school.learning import answering
from school.learning.notebooks import Answers
from school.refusals import AtFields, WithStatus


class ItemPage(PageHandler):
    """Shows an item as a form, and takes what comes back of it."""

    def item_parts(
        self, question: asking.Question | None, answers: Answers, *, refused: bool
    ) -> dict[str, Any]:
        """What a template needs to show the item with these answers in its fields."""
        shown = arrange(question.blocks(), answers)[0] if question else []
        focus = forms.first_unread(shown, self._.language) if refused else None
        return {"shown": shown, "forms": forms, "places_of": places_of, "focus": focus}

    def posted(self, question: asking.Question) -> Answers:
        """What was typed and chosen, as it was sent."""
        return self.posted_from(question, lambda name: self.get_body_arguments(name, strip=False))

    @staticmethod
    def posted_from(question: asking.Question, said: Callable[[str], Sequence[str]]) -> Answers:
        """The same out of any fields: ``said`` gives the values of a name."""
        found: dict[str, Any] = {}
        for cell_id, cell in question.cells.items():
            form = answering.form_of(cell)
            if form is not None and form.kind == "order":
                places = {key: said(f"a-{cell_id}-{key}") for key, _text in form.options}
                found[cell_id] = read_order(form, places)
            else:
                found[cell_id] = forms.read_posted(form, cell_id, said, _no_upload)
        return found

    def read_answers(self, question: asking.Question, typed: Answers) -> Answers:
        """The answers with their numbers read; `Refused` where there is none, or one is no good."""
        if asking.is_empty(typed):
            raise Refused(BLANK)
        answers, fields = answering.read_answers(question.cells, typed, self._.language)
        answering.refuse_unread(fields)
        asking.check_answers(question, answers)
        return answers

    async def mark(self, question: asking.Question, answers: Answers) -> float | None:
        """None where it is nobody's turn just now: the answer is kept, and marked with the next."""
        try:
            return await in_turn(self, lambda marker: asking.mark(marker, question, answers))
        except (AtFields, WithStatus):
            return None


def _no_upload(_name: str) -> forms.Upload | None:
    """No item that comes here takes a file."""
    return None


BLANK = Message("Anh/chị chưa trả lời câu này. Hãy trả lời, hoặc bấm “Tôi chưa biết”.")
