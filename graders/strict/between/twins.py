"""What both processes of a notebook hold: containers numbered alike, and kept alike.

A list that a name of the learner's leads to exists twice: there, and here as a copy. So that two
names of one list stay one object, and a change on either side is a change of both, each such
container has a number that both sides know; met again only that is written, and what changed since
it was last spoken of rides along with the next message.

`Ties` adds what both sides made for themselves when the same setup cell ran in both: its containers
(written with name and place: the reader takes its own object where the contents are the same) and
its classes. Nothing said of them is believed: a claim can only lead to an object of the
reader's own that holds just what was written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from graders.strict.between import frames
from graders.strict.between.codec import (
    Decoder,
    Encoder,
    Garbled,
    Json,
    TooLarge,
    by_identity,
    is_container,
    put_contents,
)

LIGHT = 50_000  # characters of JSON; what is heavier is not compared with every message
MAX_TWINS = 20_000
MOST_WATCHED = 12  # besides those that names lead to
_SMALL_NODES = 2_000


class Twins:
    """The containers that both sides hold. Both number them in the order in which they cross."""

    def __init__(self) -> None:
        self._objects: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._told: dict[int, str] = {}
        self._watched: dict[int, None] = {}  # those that the running cell has to do with
        self._heavy: set[int] = set()
        self._looked: set[int] = set()  # those compared since the learner's code last ran

    @property
    def may_watch(self) -> bool:
        """May what an answer holds be compared with every message from here on?"""
        return len(self._watched) < MOST_WATCHED

    def number(self, value: object) -> int | None:
        return self._numbers.get(id(value))

    def met(self, value: object) -> int | None:
        """Its number; it is watched from here on."""
        number = self._numbers.get(id(value))
        if number is not None:
            self._watched[number] = None
        return number

    def get(self, number: Json) -> Any:
        if type(number) is not int or not 0 <= number < len(self._objects):
            raise Garbled("a number of no twin")
        self._watched[number] = None
        return self._objects[number]

    def forget_watched(self) -> None:
        """A new cell begins: what it has to do with will be met again."""
        self._watched.clear()
        self._looked.clear()

    def adopt(self, met: Encoder | Decoder, ties: Ties, *, watch: bool = True) -> None:
        """Containers that just crossed are twins from here on; but what a setup cell made is each
        side's own. ``watch``: their changes are told of; else only when they are met again."""
        new: list[int] = []
        for place, value in enumerate(met.table):
            if place in met.borrowed or id(value) in self._numbers or not is_container(value):
                continue
            if len(self._objects) >= MAX_TWINS:
                break
            number = self._numbers[id(value)] = len(self._objects)
            self._objects.append(value)
            new.append(number)
        self._note(new, ties)
        if watch:
            self._watched |= dict.fromkeys(new)
            self._looked.update(new)

    def adopt_one(self, value: object, ties: Ties) -> None:
        """A container that one side hands over to both."""
        if id(value) in self._numbers or not is_container(value):
            raise Garbled("a twin was expected")
        number = self._numbers[id(value)] = len(self._objects)
        self._objects.append(value)
        self._watched[number] = None
        self._note([number], ties)

    def changed(self, ties: Ties, *, heavy: bool = False, fresh: bool = False) -> list[int]:
        """Numbers of those that are no longer as both sides know them. ``fresh``: only of those met
        since the last time."""
        found: list[int] = []
        looked = set(self._looked) if fresh else set()
        while waiting := [number for number in self._watched if number not in looked]:
            looked.update(waiting)  # looking into one may lead to more of them
            found += [number for number in waiting if self._has_changed(number, ties, heavy)]
        self._looked = looked if heavy else looked - self._heavy
        return found

    def _has_changed(self, number: int, ties: Ties, heavy: bool) -> bool:
        if number in self._heavy and not heavy:
            return False
        return self._read(number, ties) != self._told.get(number)

    def write(self, numbers: Sequence[int], encoder: Encoder) -> Json:
        """Their contents, for the other side; noted as told."""
        return [[number, encoder.contents(self._objects[number])] for number in numbers]

    def take(self, changes: Json, decoder: Decoder, ties: Ties) -> None:
        """What changed on the other side. Raises `Garbled`."""
        if type(changes) is not list:
            raise Garbled("changes")
        numbers = []
        for number, contents in changes:
            decoder.borrowed.add(len(decoder.table))  # it only fills the twin that is there
            target, source = self.get(number), decoder.decode(contents)
            try:
                put_contents(target, source)
            except Garbled:  # an array of another shape: one that took its place
                self._replace(number, source)
            numbers.append(number)
        self._note(numbers, ties)

    def _replace(self, number: int, value: object) -> None:
        if not is_container(value) or id(value) in self._numbers:
            raise Garbled("contents of nothing that changes")
        self._numbers.pop(id(self._objects[number]), None)
        self._objects[number] = value
        self._numbers[id(value)] = number

    def settle(self, ties: Ties) -> None:
        """Whatever they hold by now, the other side need not hear of it."""
        self._note(list(self._watched), ties)

    def note(self, numbers: Iterable[int], ties: Ties) -> None:
        self._note(numbers, ties)

    def _note(self, numbers: Iterable[int], ties: Ties) -> None:
        for number in numbers:
            self._told[number] = self._read(number, ties)

    def _read(self, number: int, ties: Ties) -> str:
        """What it holds now, to be compared with later; of what is large only a digest."""
        text = read(self._objects[number], ties)
        if len(text) <= LIGHT:
            self._heavy.discard(number)
            return text
        self._heavy.add(number)
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def read(value: object, ties: Ties | None) -> str:
    """A container's contents as text; objects that are no plain data by which they are."""
    try:
        return json.dumps(Encoder(by_identity, ties=ties).contents(value))
    except TooLarge:
        return "too large"


class Ties:
    """All that one side knows the other to hold as well."""

    def __init__(self) -> None:
        self.twins: Twins = Twins()
        self.kin: dict[str, type] = {}  # classes of setup cells
        self.kin_names: dict[type, str] = {}
        self._own: dict[tuple[str, int], Any] = {}
        self._places: dict[int, tuple[str, int]] = {}

    def learn(self, name: str, value: object) -> None:
        """A setup cell that ran on both sides bound ``name``."""
        for place in [place for place in self._own if place[0] == name]:
            self._places.pop(id(self._own.pop(place)), None)
        old = self.kin.pop(name, None)
        if old is not None:
            self.kin_names.pop(old, None)
        if isinstance(value, type):
            if value.__module__ == "__main__":
                self.kin[name] = value
                self.kin_names[value] = name
            return
        for number, one in enumerate(_containers(value)):
            self._own[name, number] = one
            self._places.setdefault(id(one), (name, number))

    def place(self, value: object) -> tuple[str, int] | None:
        return self._places.get(id(value))

    def own(self, name: Json, number: Json, same: Any) -> Any:
        """This side's own object of a setup cell's, where it holds what ``same`` holds."""
        own = self._own.get((name, number)) if type(name) is str and type(number) is int else None
        if type(own) is not type(same) or read(own, None) != read(same, None):
            return same
        return own


def _containers(value: object) -> list[object]:
    """The value and the containers in it, where they are few; numbered alike on both sides."""
    if not is_container(value):
        return []
    if frames.holds_values_alone(value):
        return [value]  # writing a table only to find that nothing in it changes costs milliseconds
    encoder = Encoder(lambda _: ["?"], max_nodes=_SMALL_NODES, max_bytes=LIGHT)
    try:
        encoder.encode(value)
    except TooLarge:
        return [value]
    return [one for one in encoder.table if is_container(one)]
