"""A formula as people type it: ``tong × 60%``, ``round(tong / 3; 1)``, ``12,5 * (a - b)``.

Numbers are read as everywhere (`courses.answers.numbers`, Vietnamese); arguments are parted by
``;`` as a Vietnamese Excel does, since a comma belongs to a number. What can be written is numbers,
names of drawn numbers, + - × ÷ ^, brackets, and round, abs, min, max: so a formula can be reckoned
here, without running anything, to show an author what learners will be asked.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence

from core import python_text
from core.messages import Message, Refused
from courses.answers.notation import UNREADABLE
from courses.answers.numbers import read_number

LONGEST = 300  # characters
LARGEST = 1e15  # of any value on the way
LARGEST_POWER = 20
SIGNS = str.maketrans({"×": "*", "÷": "/", ":": "/", "−": "-", "–": "-", "^": "⁁", "\n": " "})
TOKEN = re.compile(r"\s*(?:(\d[\d.,]*(?:\s*%)?)|([^\W\d]\w*)|(\*\*|[-+*/()⁁;]))")
FUNCTIONS: Mapping[str, Callable[..., float]] = {"round": round, "abs": abs, "min": min, "max": max}
OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
NOT_READ = Message("Không đọc được công thức này. Viết như: tong * 60% hoặc round(tong / 3; 1).")


def read_formula(typed: str, names: Sequence[str]) -> str:
    """The formula in Python; ``names``: the numbers that are drawn. Raises Refused."""
    if len(typed) > LONGEST:
        raise Refused(Message("Công thức dài quá {n} ký tự.", {"n": LONGEST}))
    python = _in_python(typed.translate(SIGNS), names)
    try:
        tree = python_text.parse(python)
    except UNREADABLE:
        raise Refused(NOT_READ) from None
    if len(tree.body) != 1 or not isinstance(tree.body[0], ast.Expr):
        raise Refused(NOT_READ)
    _refuse_what_cannot_be_reckoned(tree.body[0].value)
    return python


def reckon(python: str, values: Mapping[str, float]) -> int | float:
    """What a formula read by `read_formula` gives with these numbers.

    Raises Refused where it divides by zero or grows too large.
    """
    statement = python_text.parse(python).body[0]
    assert isinstance(statement, ast.Expr)
    try:
        found = _value(statement.value, values)
    except ZeroDivisionError:
        raise Refused(Message("Công thức chia cho 0 với một bộ số rút ra.")) from None
    except (OverflowError, TypeError, ValueError):
        raise Refused(NOT_READ) from None
    return found


def _in_python(text: str, names: Sequence[str]) -> str:
    parts: list[str] = []
    place = 0
    while text[place:].strip():
        found = TOKEN.match(text, place)
        if found is None:
            raise Refused(
                Message("Không hiểu “{part}” trong công thức.", {"part": text[place:].strip()[:20]})
            )
        place = found.end()
        number, name, sign = found.groups()
        if number:
            parts.append(repr(read_number(number)))
        elif name:
            parts.append(_known(name, names))
        else:
            parts.append({";": ",", "⁁": "**"}.get(sign, sign))
    if not parts:
        raise Refused(NOT_READ)
    return _spaced(parts)


def _spaced(parts: Sequence[str]) -> str:
    text = " ".join(parts)
    text = re.sub(r"(?<=\() | (?=[),])", "", text)
    return re.sub(rf"\b({'|'.join(FUNCTIONS)}) \(", r"\1(", text)


def _known(name: str, names: Sequence[str]) -> str:
    if name in names or name in FUNCTIONS:
        return name
    if names:
        said = {"name": name, "names": ", ".join(names)}
        raise Refused(Message("Không có số nào tên “{name}”. Các số đã đặt: {names}.", said))
    raise Refused(
        Message(
            "“{name}” không phải số. Muốn mỗi người một số, hãy đặt tên số ấy ở mục “Số riêng của "
            "từng người”.",
            {"name": name},
        )
    )


def _refuse_what_cannot_be_reckoned(node: ast.expr) -> None:
    match node:
        case ast.Constant() | ast.Name() if not _is_function(node):
            return
        case ast.UnaryOp(operand=operand):
            _refuse_what_cannot_be_reckoned(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            _refuse_what_cannot_be_reckoned(left)
            _refuse_what_cannot_be_reckoned(right)
        case ast.Call(func=ast.Name(id=name), args=[_, *_] as args) if name in FUNCTIONS:
            for one in args:
                _refuse_what_cannot_be_reckoned(one)
        case _:
            raise Refused(NOT_READ)


def _is_function(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in FUNCTIONS


def _value(node: ast.expr, values: Mapping[str, float]) -> int | float:
    match node:
        case ast.Constant(value=int() | float() as number):
            found: int | float = number
        case ast.Name(id=name):
            found = values[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            found = -_value(operand, values)
        case ast.UnaryOp(operand=operand):
            found = _value(operand, values)
        case ast.BinOp(left=left, op=op, right=right):
            found = _joined(op, _value(left, values), _value(right, values))
        case ast.Call(func=ast.Name(id=name), args=args):
            found = FUNCTIONS[name](*(_argument(one, values) for one in args))
        case _:
            raise TypeError(node)
    if isinstance(found, complex) or not math.isfinite(found) or abs(found) > LARGEST:
        raise OverflowError(found)
    return found


def _argument(node: ast.expr, values: Mapping[str, float]) -> int | float:
    found = _value(node, values)
    return int(found) if isinstance(found, float) and found.is_integer() else found


def _joined(op: ast.operator, left: float, right: float) -> float:
    if isinstance(op, ast.Pow) and abs(right) > LARGEST_POWER:
        raise OverflowError(right)
    return OPERATORS[type(op)](left, right)
