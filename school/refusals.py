"""Refusals that answer with a status of their own; any other `Refused` is a 422."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar

from core.messages import Message, Refused

if TYPE_CHECKING:  # whoever refuses something need not load how courses are read
    from courses import Field


class WithStatus(Refused):
    """A refusal with its HTTP status."""

    status: ClassVar[int] = HTTPStatus.UNPROCESSABLE_ENTITY


class NotAllowed(WithStatus):
    """Not this actor's to do. It answers as if there were nothing: nobody learns by trying what
    exists."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self) -> None:
        super().__init__(
            Message("Không có trang này, hoặc tài khoản của anh/chị không xem được trang này.")
        )


class TooLarge(WithStatus):
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class TooLate(WithStatus):
    """The time has passed, or what was sent is older than what is stored."""

    status = HTTPStatus.CONFLICT


class Busy(WithStatus):
    """This person has as much going on as one may."""

    status = HTTPStatus.TOO_MANY_REQUESTS


class Unavailable(WithStatus):
    status = HTTPStatus.SERVICE_UNAVAILABLE


class AtFields(WithStatus):
    """What was typed into these fields cannot be read; the page says each reason at its field."""

    def __init__(self, *fields: Field) -> None:
        super().__init__(*(field.message for field in fields))
        self.unread = fields
