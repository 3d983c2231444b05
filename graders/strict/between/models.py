"""scikit-learn's estimators in the codec: parameters and what was fitted, by value.

A test that hands a model to ``cross_val_score`` or ``clone`` needs a model of its own process. Only
exact classes of the library's cross, with nothing but plain data inside: what holds a tree or a
function of the learner's stays a stand-in, which predicts where it was fitted.
"""

from __future__ import annotations

import sys
from typing import Any

from graders.strict.between.bounds import (
    Garbled,
    Json,
    NotPlain,
    Reader,
    Reading,
    TooLarge,
    Writer,
    Writing,
)
from graders.strict.between.protocol import Tag


def find_writer(value: object) -> Writer | None:
    return _write if _class(type(value).__module__, type(value).__name__) is type(value) else None


def _class(module: Json, name: Json) -> Any:
    """An estimator's class of a module that is loaded; else None."""
    if type(module) is not str or type(name) is not str or module.split(".")[0] != "sklearn":
        return None
    base: Any = getattr(sys.modules.get("sklearn.base"), "BaseEstimator", None)
    found = getattr(sys.modules.get(module), name, None)
    if base is None or not isinstance(found, type) or not issubclass(found, base):
        return None
    return found


def _write(enc: Writing, value: Any) -> Json:
    def refuse(one: object) -> Json:
        raise NotPlain(type(one).__name__)

    kind = type(value)
    inner = enc.apart(refuse)
    try:
        state = [[name, inner.encode(one)] for name, one in vars(value).items()]
    except (NotPlain, TooLarge):
        return enc.stand_in(value)
    return [Tag.MODEL, kind.__module__, kind.__name__, state]


def _read(dec: Reading, module: Json, name: Json, state: Json) -> Any:
    kind = _class(module, name)
    if kind is None:
        raise Garbled("model")
    inner = dec.apart()
    built = kind.__new__(kind)
    for key, one in state:
        # A method of the model's is the library's, whatever the model is said to hold.
        if type(key) is not str or hasattr(kind, key):
            raise Garbled("model")
        vars(built)[key] = inner.decode(one)
    return built


READERS: dict[str, Reader] = {Tag.MODEL: _read}
