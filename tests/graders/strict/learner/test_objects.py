"""The learner's objects by number: what is kept, what is let go, what is told of a class."""

from __future__ import annotations

import gc
import inspect
import weakref

import pytest

from graders.strict.between.protocol import Nature, Operation
from graders.strict.between.twins import Ties
from graders.strict.learner.objects import OPERATIONS, Objects, code_facts


@pytest.fixture
def ties() -> Ties:
    return Ties()


@pytest.fixture
def objects(ties) -> Objects:
    return Objects(ties)


class Xe:
    """Một chiếc xe."""

    def __len__(self) -> int:
        return 4

    def chay(self) -> str:
        return "chạy"


class XeTai(Xe):
    def __lt__(self, other: object) -> bool:
        return True


def test_an_object_has_one_number_and_is_found_by_it(objects) -> None:
    xe = Xe()
    assert objects.handle(xe) == objects.handle(xe)
    assert objects.get(objects.handle(xe)) is xe
    assert objects.handle(Xe()) != objects.handle(xe)


def test_it_is_kept_as_long_as_the_other_side_holds_it(objects) -> None:
    xe = Xe()
    alive = weakref.ref(xe)
    number = objects.handle(xe)
    assert objects.handle(xe) == number  # handed out twice
    del xe
    objects.drop(number, 1)
    gc.collect()
    assert alive() is not None
    objects.drop(number, 1)
    gc.collect()
    assert alive() is None
    with pytest.raises(KeyError):
        objects.get(number)


def test_dropping_what_is_not_held_does_nothing(objects) -> None:
    objects.drop(77, 3)
    assert objects.handle(Xe()) == 1


def test_a_class_is_told_of_once_and_is_its_number_from_then_on(objects) -> None:
    facts = objects.class_facts(Xe)
    number, name, bases, operators, nature, doc, module, relation = facts
    assert (name, bases, nature, doc) == ("Xe", [], Nature.OBJECT, "Một chiếc xe.")
    assert "__len__" in operators and "__lt__" not in operators and "__eq__" not in operators
    assert module == __name__ and relation == [None, []]
    assert objects.class_facts(Xe) == number


def test_what_stands_above_a_class_of_the_notebooks_is_told_with_it(objects, monkeypatch) -> None:
    monkeypatch.setattr(Xe, "__module__", "__main__")
    _, _, bases, operators, *_ = objects.class_facts(XeTai)
    assert bases[0][1] == "Xe"
    assert {"__len__", "__lt__"} <= set(operators)


def test_a_class_of_a_setup_cells_is_told_as_such(objects, ties, monkeypatch) -> None:
    monkeypatch.setattr(Xe, "__module__", "__main__")
    ties.learn("Xe", Xe)
    assert objects.class_facts(Xe)[-1] == ["Xe", []]
    assert objects.class_facts(XeTai)[-1] == [None, ["Xe"]]


@pytest.mark.parametrize(
    ("kind", "nature"),
    [
        (type(lambda: 0), Nature.FUNCTION),
        (type(Xe().chay), Nature.METHOD),
        (type(len), Nature.BUILTIN),
        (type(n for n in ()), Nature.GENERATOR),
        (ValueError, Nature.EXCEPTION),
        (Xe, Nature.OBJECT),
    ],
)
def test_what_a_class_makes_is_told_by_its_nature(objects, kind: type, nature: str) -> None:
    assert objects.class_facts(kind)[4] == nature


def test_operators_are_pythons_own_and_the_rest_has_words_of_the_wall() -> None:
    others = {name for name in OPERATIONS if not name.startswith("__")}
    assert others == {word for key, word in vars(Operation).items() if key.isupper()}
    assert OPERATIONS["__rsub__"](3, 10) == 7
    assert OPERATIONS["__contains__"]([1, 2], 2) is True
    assert OPERATIONS["__exit__"] is not OPERATIONS["__enter__"]


def test_a_coroutine_runs_to_its_end_here() -> None:
    async def doi() -> int:
        return 5

    assert OPERATIONS["__await__"](doi()) == 5


def test_a_signature_is_told_in_plain_data() -> None:
    def cong(a, /, b=2, *c, d, **e):
        return a

    facts = OPERATIONS[Operation.SIGNATURE](cong)
    kinds = [int(one.kind) for one in inspect.signature(cong).parameters.values()]
    assert [(name, kind) for name, kind, _, _ in facts] == list(zip("abcde", kinds, strict=True))
    assert facts[1][2:] == [True, 2] and facts[0][2:] == [False, 0]


def test_of_code_only_plain_facts_are_told_and_not_where_it_lies() -> None:
    facts = code_facts(Xe.chay.__code__)
    assert facts["co_argcount"] == 1 and facts["co_name"] == "chay"
    assert "co_filename" not in facts and "co_code" not in facts
    assert all(type(value) in (int, str, tuple, bool) for value in facts.values())
