"""An order given as places, one for each item of a list, as a page without script asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from courses import Form


def read_order(form: Form, places: Mapping[str, Sequence[str]]) -> list[str] | None:
    """The options' keys in the order of the places given to them, those without one behind the
    others; of two with one place the one that stands first. None where none has a place."""
    found = {key: next(iter(places.get(key, ())), "") for key, _text in form.options}
    if not any(found.values()):
        return None
    stands = {key: place for place, key in enumerate(found)}
    last = len(found) + 1
    return sorted(found, key=lambda key: (_number(found[key], last), stands[key]))


def _number(text: str, last: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else last


def places_of(form: Form, value: object) -> dict[str, int]:
    """The place of each option in an answer; {} before there is one."""
    if not isinstance(value, list):
        return {}
    return {str(key): place for place, key in enumerate(value, start=1)}
