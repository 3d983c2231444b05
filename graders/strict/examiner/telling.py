"""What a test does to names, told to the learner's process in the notebook's order.

A test that binds a global which the learner's functions read, deletes a function of theirs,
replaces a helper of the setup's or fills a list of it, does so for them as well. But only names
that the reference solution comes to are told of: what a test keeps for itself stays with it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from graders.strict.between.codec import Encoder, Json, is_container
from graders.strict.between.protocol import Told
from graders.strict.between.twins import LIGHT, read
from graders.strict.examiner.link import FarSide

_MISSING = object()


class Telling:
    """Which names of one cell the learner's process has to hear of, and what it was told of them.

    ``told``: may a name be told of? ``shifting``: names that the learner's functions bind anew, so
    that from then on they are asked and not kept.
    """

    def __init__(
        self,
        far: FarSide,
        own: dict[str, Any],
        *,
        theirs: Collection[str],
        shared: Collection[str],
        shifting: Collection[str],
        disturbed: Collection[str],
    ) -> None:
        self._far = far
        self._own = own
        self._theirs = theirs  # the learner's
        self._shared = shared  # the setup's, which the reference comes to
        self._shifting = shifting
        self._disturbed = disturbed
        self._before: Mapping[str, Any] = {}
        self._told: dict[str, tuple[Any, Json]] = {}
        self._contents: dict[str, tuple[Any, str]] = {}
        self.active = False

    def begin(self, mentioned: Collection[str], *, testing: bool) -> None:
        self.active = testing
        self._before = {name: self._own[name] for name in self._shared if name in self._own}
        self._told.clear()
        self._contents.clear()
        for name in (set(mentioned) & self._before.keys()) if testing else ():
            value = self._before[name]
            if is_container(value):
                text = read(value, None)
                if len(text) <= LIGHT or name in self._disturbed:
                    self._contents[name] = (value, text)

    def pushes(self) -> list[Json]:
        """What has changed since the last time."""
        if not self.active:
            return []
        found = [push for name in sorted(self._theirs) for push in self._of_theirs(name)]
        found += [push for name in sorted(self._before) for push in self._of_setups(name)]
        for name, (value, text) in self._contents.items():
            now = read(value, None)
            if now != text:
                self._contents[name] = (value, now)
                found.append([Told.FILLED, name, self._encode(value, bare=True)])
        return found

    def _of_theirs(self, name: str) -> list[Json]:
        value = self._own.get(name, _MISSING)
        if value is _MISSING:
            return []
        found = self._set(name, value)
        if name in self._shifting and found:
            del self._own[name]  # from here on it is what the learner's functions make of it
        return found

    def _of_setups(self, name: str) -> list[Json]:
        value = self._own.get(name, _MISSING)
        if value is self._before[name]:
            return [[Told.BACK, name, None]] if self._told.pop(name, None) is not None else []
        if value is _MISSING:
            known = self._told.get(name)
            self._told[name] = (_MISSING, None)
            return (
                [] if known is not None and known[0] is _MISSING else [[Told.DELETED, name, None]]
            )
        return self._set(name, value)

    def _set(self, name: str, value: Any) -> list[Json]:
        known = self._told.get(name)
        if known is not None and known[0] is value and not is_container(value):
            return []
        since = self._far.callbacks.count
        as_twin = name in self._shifting and self._far.becomes_twin(value)
        now = self._encode(value, bare=as_twin)
        if known is not None and known[0] is value and known[1] == now:
            return []
        self._told[name] = (value, now)
        self._far.callbacks.keep(since)
        if as_twin:
            self._far.ties.twins.adopt_one(value, self._far.ties)
            return [[Told.TWIN, name, now]]
        return [[Told.SET, name, now]]

    def _encode(self, value: Any, *, bare: bool) -> Json:
        encoder = Encoder(self._far.to_learner, ties=self._far.ties, whole=True)
        return encoder.contents(value) if bare else encoder.encode(value)
