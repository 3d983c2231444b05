"""Speaking to whoever typed a command: in Vietnamese, or in English by MOTCHAM_LANGUAGE=en."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import click

from core.messages import Message
from hub.locale import translate

if TYPE_CHECKING:
    from courses.checks.problems import Problem
    from school.people.roster import Fault as RosterFault
    from school.people.units.judging import UnitFault


@cache
def speaker() -> translate.Translator:
    """The translator for this terminal."""
    return translate.load_translator(
        translate.choose_language(os.environ.get("MOTCHAM_LANGUAGE", ""))
    )


def say(message: Message) -> None:
    """A result, on standard output."""
    click.echo(speaker().message(message))


def tell(message: Message) -> None:
    """A finding or a complaint, on standard error."""
    click.echo(speaker().message(message), err=True)


def say_faults(faults: Sequence[RosterFault | UnitFault]) -> None:
    """Each with its place and mend, and that nothing was imported."""
    for fault in faults:
        say(
            Message(
                "Dòng {line}, cột {column}, “{value}”: {reason}. Cách sửa: {mend}",
                {
                    "line": fault.line,
                    "column": fault.column,
                    "value": fault.value,
                    "reason": fault.reason,
                    "mend": fault.mend,
                },
            )
        )
    say(Message("Chưa nhập gì: có {n} chỗ cần sửa.", {"n": len(faults)}))


def report(problems: Sequence[Problem]) -> int:
    """Each finding with its place; gives back 1 where any is an error."""
    for problem in problems:
        level = Message("lỗi") if problem.severity == "error" else Message("nhắc")
        say(
            Message(
                "{level}: {where}: {what}",
                {"level": level, "where": problem.where, "what": problem.message},
            )
        )
    errors = sum(problem.severity == "error" for problem in problems)
    if errors:
        say(Message("Có {n} lỗi.", {"n": errors}))
        return 1
    say(Message("Không có lỗi nào."))
    return 0
