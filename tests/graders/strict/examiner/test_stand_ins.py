"""Stand-ins ask and never believe: what each may do, and what it refuses."""

from __future__ import annotations

import copy
import pickle
import types
from typing import Any

import pytest

from graders.strict.between.protocol import Nature
from graders.strict.between.twins import Ties
from graders.strict.examiner.learners_errors import NeedsShared
from graders.strict.examiner.stand_ins import (
    Method,
    StandIn,
    class_body,
    is_subclass,
    kind_of,
    make_class,
    number_of,
)
from graders.strict.learner.objects import OPERATIONS


class Beyond:
    """The learner's side, with the operations it really does, and without a wall."""

    def __init__(self, *judging: str) -> None:
        self.ties = Ties()
        self.dropped: list[list[int]] = []
        self.asked: list[str] = []
        self.judging = judging
        self._objects: dict[int, Any] = {}

    def stand_in(self, value: Any, kind: type) -> Any:
        made = object.__new__(kind)
        number = len(self._objects) + 1
        self._objects[number] = value
        for name, one in (("_far", self), ("_number", number), ("_count", 1)):
            object.__setattr__(made, name, one)
        return made

    def _real(self, value: Any) -> Any:
        number = number_of(value)
        return value if number is None else self._objects[number]

    def operate(self, operation: str, *operands: Any) -> Any:
        self.asked.append(operation)
        return OPERATIONS[operation](*map(self._real, operands))

    def call(self, target: list[Any], called: str, args: Any, named: Any) -> Any:
        self.asked.append(called or "()")
        found = self._objects[target[0]]
        for name in target[1:]:
            found = getattr(found, name)
        return found(*args, **named)

    def attribute(self, holder: Any, number: int, name: str) -> Any:
        self.asked.append(f".{name}")
        return getattr(self._objects[number], name)

    def may_judge(self, kind: type, operation: str) -> bool:
        return operation in self.judging

    def copy_of(self, value: Any) -> Any:
        return copy.copy(self._real(value))


class Liar:
    """A learner's object that claims whatever a test would like to hear."""

    def __init__(self, held: int = 0) -> None:
        self.held = held

    def __eq__(self, other: object) -> bool:
        return True

    def __lt__(self, other: object) -> bool:
        return True

    def __len__(self) -> int:
        return 3

    def __bool__(self) -> bool:
        return False

    def __float__(self) -> float:
        return 10.0

    def __add__(self, other: object) -> int:
        return 42

    def __iter__(self):
        return iter([])

    def __contains__(self, item: object) -> bool:
        return True

    def __enter__(self):
        return self

    def __exit__(self, *_: object) -> bool:
        return True

    __hash__ = object.__hash__


OPERATORS = [name for name in vars(Liar) if name in OPERATIONS]


def liar(far: Beyond, *expected: str, nature: str = Nature.OBJECT) -> Any:
    body = class_body(OPERATORS, nature, "nói dối", expected)
    return far.stand_in(Liar(), make_class("Liar", (), body | {"__slots__": ()}))


# Comparing ---------------------------------------------------------------------------------------


def test_a_stand_in_never_equals_plain_data() -> None:
    far = Beyond()
    one = liar(far)
    assert not any(one == plain for plain in (0, "x", None, [], 3.0, (1,), {"a": 1}, True))
    assert not any(plain == one for plain in (0, "x", None, [], 3.0))
    assert one != 5 and far.asked == []


def test_two_stand_ins_are_compared_where_they_live() -> None:
    far = Beyond()
    kind = type(liar(far))
    assert far.stand_in(Liar(), kind) == far.stand_in(Liar(), kind)
    assert far.asked == ["__eq__"]


def test_it_equals_itself_without_asking() -> None:
    far = Beyond()
    one = liar(far)
    assert one == one and far.asked == []


@pytest.mark.parametrize(
    "judged",
    [
        lambda one: one < 5,
        lambda one: one + 1,
        lambda one: len(one),
        lambda one: float(one),
    ],
)
def test_an_operator_that_judges_is_refused_where_the_exercise_asks_for_none(judged) -> None:
    far = Beyond()
    with pytest.raises(TypeError):
        judged(liar(far))
    assert far.asked == []


def test_it_is_asked_where_the_reference_has_it() -> None:
    far = Beyond("__lt__", "__len__")
    one = liar(far, "__lt__", "__len__")
    assert (one < 5) is True and len(one) == 3


def test_an_operator_of_another_exercises_class_is_refused_here() -> None:
    """The class may have it, and this cell has nothing to do with the class."""
    with pytest.raises(TypeError):
        len(liar(Beyond(), "__len__"))


def test_an_object_is_true_whatever_it_says() -> None:
    assert bool(liar(Beyond())) is True
    assert bool(liar(Beyond("__bool__"), "__bool__")) is False


def test_what_is_in_it_is_looked_up_in_its_items() -> None:
    assert 7 not in liar(Beyond())
    assert 7 in liar(Beyond("__contains__"), "__contains__")


# Using -------------------------------------------------------------------------------------------


def test_attributes_are_read_and_written_where_it_lives() -> None:
    far = Beyond()
    one = liar(far)
    one.held = 9
    assert one.held == 9 and far.asked == ["setattr", ".held"]


def test_what_the_test_found_wrong_is_never_swallowed() -> None:
    far = Beyond("__exit__")
    with pytest.raises(AssertionError), liar(far, "__exit__"):
        raise AssertionError("sai")
    with liar(far, "__exit__"):
        raise ValueError("của người học, và lớp mẫu cũng nuốt")


def test_other_errors_pass_where_the_reference_swallows_none() -> None:
    with pytest.raises(ValueError), liar(Beyond()):
        raise ValueError


def test_a_function_looks_like_one() -> None:
    far = Beyond()
    body = class_body(["__call__"], Nature.FUNCTION, None, ())
    function = far.stand_in(lambda x: x + 1, make_class("function", (), body))
    assert isinstance(function, types.FunctionType) and callable(function)
    assert function(1) == 2


def test_a_method_is_looked_up_again_at_each_call() -> None:
    far = Beyond()
    one = liar(far)
    method = Method(far, one, number_of(one), "__len__")
    assert method() == 3 and method.__self__ is one and isinstance(method, types.MethodType)


def test_it_cannot_be_pickled() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(liar(Beyond()))


def test_when_nobody_holds_it_the_other_side_hears_of_it() -> None:
    far = Beyond()
    one = liar(far)
    number = number_of(one)
    del one
    assert far.dropped == [[number, 1]]


# Classes -----------------------------------------------------------------------------------------


def test_operators_that_are_on_no_list_are_not_forwarded() -> None:
    body = class_body(["__getattribute__", "__del__", "__class_getitem__", 5, None], 7, 8, ("*",))
    assert not {"__getattribute__", "__del__", "__class_getitem__"} & set(body)
    assert body["__doc__"] is None and "__class__" not in body


def test_classes_stand_below_one_another_as_the_learners_do() -> None:
    above = make_class("Xe", (), class_body([], Nature.OBJECT, None, ()))
    below = make_class("XeTai", (above,), class_body([], Nature.OBJECT, None, ()))
    assert issubclass(below, above) and issubclass(below, StandIn)
    assert isinstance(Beyond().stand_in(Liar(), below), above)


def test_a_class_below_the_learners_is_for_shared_cells() -> None:
    above = make_class("Xe", (), class_body([], Nature.OBJECT, None, ()))
    with pytest.raises(NeedsShared):
        type(above)("XeCuaPhepThu", (above,), {})()


class Diem:
    """A setup cell's class, as this process has it."""

    def __init__(self, so: int) -> None:
        self.so = so

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Diem) and self.so == other.so

    __hash__ = object.__hash__


def point(far: Beyond, so: int) -> Any:
    far.ties.kin["Diem"], far.ties.kin_names[Diem] = Diem, "Diem"
    body = class_body(["__eq__"], Nature.OBJECT, None, (), Diem, ())
    return far.stand_in(Diem(so), make_class("Diem", (), body | {"__slots__": ()}))


def test_an_object_of_a_setup_cells_class_is_judged_by_the_authors_code() -> None:
    far = Beyond()
    assert point(far, 3) == Diem(3) and point(far, 3) != Diem(4)
    assert kind_of(point(far, 3)) is Diem and isinstance(point(far, 3), Diem)
    assert "__eq__" not in far.asked


def test_a_class_that_inherits_a_setup_cells_passes_as_one() -> None:
    far = Beyond()
    below = make_class("DiemCong", (), class_body([], Nature.OBJECT, None, (), None, (Diem,)))
    assert is_subclass(below, Diem) and isinstance(far.stand_in(Diem(1), below), Diem)
    assert kind_of(far.stand_in(Diem(1), below)) is below


def test_what_is_no_stand_in_has_no_number() -> None:
    assert number_of(5) is None and number_of(Liar) is None and number_of(StandIn) is None
    assert kind_of(5) is int and is_subclass(bool, int)
