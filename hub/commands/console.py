"""Speaking to whoever typed a command: in Vietnamese, or in English by MOTCHAM_LANGUAGE=en."""

from __future__ import annotations

import os
from functools import cache

import click

from core.messages import Message
from hub.locale import translate


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
