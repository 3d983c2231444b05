"""What the examiner tells the learner's process of names: taken over as in one notebook."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Sequence
from typing import Any

from graders.strict.between.codec import Decoder, Garbled, Json, is_container, put_contents
from graders.strict.between.protocol import Generator, Told
from graders.strict.between.twins import Ties, read

_MISSING = object()


class ToldNames:
    """The notebook's names in the learner's process, as far as the examiner's cells change them."""

    def __init__(self, shell: Any, ties: Ties) -> None:
        self._shell = shell
        self._ties = ties
        self._before: dict[str, object] = {}  # of the running test: what stood under a name

    def begin(self, *, again: bool) -> None:
        """A new test; or the same once more, so that what it did to names is taken back."""
        for name, value in self._before.items() if again else ():
            self._put(name, value)
        self._before.clear()

    def take(
        self, kind: str, name: str, data: Json, stand_in: Callable[[str, Sequence[Json]], object]
    ) -> None:
        names = self._shell.user_ns
        if kind == Told.SEEDED:
            reseed(name, Decoder(stand_in).decode(data))
            return
        if kind == Told.FILLED:
            with contextlib.suppress(Garbled):  # the learner has another thing there by now
                put_contents(names.get(name), Decoder(stand_in, ties=self._ties).decode(data))
            return
        self._before.setdefault(name, names.get(name, _MISSING))
        if kind == Told.BACK:
            self._put(name, self._before[name])
        elif kind == Told.DELETED:
            names.pop(name, None)
        else:
            names[name] = Decoder(stand_in, ties=self._ties).decode(data)
            if kind == Told.TWIN:
                self._ties.twins.adopt_one(names[name], self._ties)

    def _put(self, name: str, value: object) -> None:
        if value is _MISSING:
            self._shell.user_ns.pop(name, None)
        else:
            self._shell.user_ns[name] = value

    def take_given(self, given: dict[str, Any]) -> None:
        """What a setup cell made on the other side: there is one truth, and this is it."""
        names = self._shell.user_ns
        for name, value in given.items():
            old = names.get(name, _MISSING)
            if old is value or (is_container(old) and self._is_alike(old, value)):
                continue
            try:
                put_contents(old, value)
            except Garbled:
                names[name] = value

    def _is_alike(self, one: object, other: object) -> bool:
        return type(one) is type(other) and read(one, None) == read(other, None)


def reseed(name: str, seed: Any) -> None:
    """The test seeded a generator: do the same here, where the learner's code draws."""
    module: Any = sys.modules.get("random" if name == Generator.PYTHONS else "numpy.random")
    if module is not None:
        module.seed(seed)
