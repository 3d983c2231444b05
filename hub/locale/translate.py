"""The reader's language: Vietnamese first, English from the catalogue, and the Vietnamese way to
write dates and numbers.

The message ids *are* the Vietnamese sentences, so Vietnamese needs no catalogue. The English one
is text (``hub/locale/en/LC_MESSAGES/motcham.po``) and is compiled in memory at start: nothing
built to forget. Babel is loaded by whoever reads that catalogue, or writes a number or a date: most
commands do neither, and shall start at once.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from string import Formatter
from typing import Any, Protocol

from core.calendar import HANOI
from core.folding import fold as plain
from core.manifest import LessonEntry, Manifest
from core.messages import Message
from core.shares import shown_share

__all__ = ["Translator", "choose_language", "load_translators", "plain"]

LOCALE = Path(__file__).parent
LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}
DEFAULT = "vi"


class MessageLike(Protocol):
    @property
    def template(self) -> str: ...
    @property
    def params(self) -> Mapping[str, Any]: ...


class Translator:
    """Says things in one language. Call it: ``_("Còn {n} bài", n=3)``."""

    def __init__(self, language: str, catalogue: NullTranslations) -> None:
        self.language = language
        self._catalogue = catalogue

    def __call__(self, template: str, /, **params: Any) -> str:
        text = self._catalogue.gettext(template) if template else ""
        return _fill(text, params) if params else text

    def plural(self, one: str, many: str, /, n: int, **params: Any) -> str:
        """Like calling, for languages that count (Vietnamese does not: give the same twice).

        A translation that counts has both forms: ``{n} lesson|{n} lessons``; or, where a sentence
        counts more than one thing, each at its place: ``{done} {done:row|rows} of {all}``.
        """
        text = self._catalogue.gettext(one if n == 1 else many)
        return _fill(text, {**params, "n": self.number(n)})

    def message(self, message: MessageLike | Mapping[str, Any] | str | None) -> str:
        """A `Message` (or its stored JSON, or plain text) as a sentence in this language."""
        if message is None:
            return ""
        if isinstance(message, str):
            return self(message)
        if isinstance(message, Mapping):
            message = Message(str(message.get("template", "")), message.get("params") or {})
        params = {name: self._value(value) for name, value in message.params.items()}
        try:
            return _fill(self._catalogue.gettext(message.template), params)
        except (KeyError, IndexError, ValueError):  # a translation with a gap we cannot fill
            return message.template

    def of(self, names: Mapping[str, str] | str | None) -> str:
        """The name in this language from a bilingual mapping ``{"vi": …, "en": …}``."""
        if isinstance(names, Mapping):
            return names.get(self.language) or names.get(DEFAULT, "")
        return names or ""

    def title(self, thing: Manifest | LessonEntry, key: str = "title") -> str:
        """``title`` or, where this language has its own, ``title_en``."""
        own = getattr(thing, f"{key}_{self.language}", "") if self.language != DEFAULT else ""
        return str(own or getattr(thing, key))

    def number(self, value: float, digits: int = 2) -> str:
        """1234.5 as 1.234,5 in Vietnamese; trailing zeros are left out."""
        from babel.numbers import format_decimal

        return str(format_decimal(round(value, digits), locale=self.language))

    def percent(self, share: float) -> str:
        """0.5 as 50%; 0.9996 as >99% and 0.0004 as <1% (`core.shares`)."""
        from babel.numbers import format_percent

        side, rounded = shown_share(share)
        return side + str(format_percent(rounded, format="#,##0%", locale=self.language))

    def date(self, moment: dt.date | dt.datetime | None) -> str:
        from babel.dates import format_date

        if moment is None:
            return ""
        if isinstance(moment, dt.datetime):
            moment = moment.astimezone(HANOI).date()
        pattern = "dd/MM/y" if self.language == "vi" else "d MMM y"
        return str(format_date(moment, format=pattern, locale=self.language))

    def time(self, moment: dt.datetime | None) -> str:
        """Date and time of day in Việt Nam."""
        from babel.dates import format_datetime

        if moment is None:
            return ""
        pattern = "HH:mm, dd/MM/y" if self.language == "vi" else "d MMM y, HH:mm"
        return str(format_datetime(moment, format=pattern, tzinfo=HANOI, locale=self.language))

    def _value(self, value: Any) -> Any:
        if isinstance(value, Message) or (isinstance(value, Mapping) and "template" in value):
            return self.message(value)
        return _Spoken(value, self) if isinstance(value, float) else value


@dataclass(frozen=True)
class _Spoken:
    """A number in a message, written as the language does whatever format the gap asks for."""

    value: float
    translator: Translator

    def __format__(self, wanted: str) -> str:
        if wanted.endswith("%"):
            return self.translator.percent(self.value)
        return self.translator.number(self.value)

    def __str__(self) -> str:
        return format(self)


_HALVES = re.compile(r"\|(?![^{}]*\})")  # what parts two whole sentences, not two words in a gap


class _Forms(Formatter):
    """Fills the gaps of a sentence; ``{n:lesson|lessons}`` is the word that fits ``n``."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        if "|" not in format_spec:
            return super().format_field(value, format_spec)
        one, _bar, many = format_spec.partition("|")
        return one if str(value) == "1" else many


_FORMS = _Forms()


def _fill(text: str, params: Mapping[str, Any]) -> str:
    """The sentence with its gaps filled, in the forms that fit what is counted."""
    if "|" not in text:
        return text.format(**params)
    halves = _HALVES.split(text, maxsplit=1)
    if len(halves) == 2 and "{n}" in text:
        text = halves[0] if str(params.get("n")) == "1" else halves[1]
    return _FORMS.vformat(text, (), params)


def load_translators(folder: Path = LOCALE) -> dict[str, Translator]:
    """One translator a language; a catalogue that cannot be read is an error at start."""
    return {language: load_translator(language, folder) for language in LANGUAGES}


@cache  # a catalogue takes a quarter of a second to read
def load_translator(language: str, folder: Path = LOCALE) -> Translator:
    """The translator of one language of ours."""
    path = folder / language / "LC_MESSAGES" / "motcham.po"
    if language == DEFAULT or not path.exists():
        return Translator(language, NullTranslations())
    return Translator(language, _compiled(path, language))


def _compiled(path: Path, language: str) -> NullTranslations:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def choose_language(*wishes: str | None, accept: str = "") -> str:
    """The first wish we speak; then what the browser accepts; then Vietnamese."""
    for wish in wishes:
        if wish in LANGUAGES:
            return str(wish)
    for part in accept.split(","):
        code = part.split(";")[0].strip().lower()[:2]
        if code in LANGUAGES:
            return code
    return DEFAULT
