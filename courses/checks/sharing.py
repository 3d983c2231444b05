"""Why a test may have to run beside the learner's code, read off its text.

Strict marking runs tests in a process of their own (docs/marking.md). What a test can only see from
within the learner's process needs ``#| shared: true``; these are the reasons we can recognise.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from core import python_text
from core.messages import Message

_FIGURES = frozenset(
    ("gcf", "gca", "get_fignums", "get_axes", "get_lines", "get_patches", "get_title", "get_xlabel")
) | {"get_ylabel", "get_legend", "get_xticklabels", "get_children"}
_PICKLES = frozenset(("read_pickle", "load", "loads", "Unpickler"))
_PROCESSES = frozenset(("run", "Popen", "check_output", "call", "check_call", "system"))
_HISTORY = frozenset(("In", "Out", "_ih", "_oh", "history_manager"))


def reasons_to_share(source: str, classes: Collection[str] = ()) -> list[Message]:
    """What the test does that only a shared test can; empty when nothing was recognised.

    ``classes``: those that the learner is to write.
    """
    try:
        tree = python_text.parse(source)
    except SyntaxError:
        return []
    found: dict[str, Message] = {}
    for node in ast.walk(tree):
        for why in _reasons(node, classes):
            found.setdefault(why.template, why)
    return list(found.values())


def _reasons(node: ast.AST, classes: Collection[str]) -> Iterator[Message]:
    match node:
        case ast.Attribute(attr=attr) if attr in _FIGURES:
            yield Message("xem hình mà mã của người học đã vẽ")
        case ast.ClassDef(bases=bases) if any(
            isinstance(base, ast.Name) and base.id in classes for base in bases
        ):
            yield Message("kế thừa lớp do người học viết")
        case ast.Name(id=name) if name in _HISTORY:
            yield Message("đọc các ô mã đã chạy trong sổ của người học")
        case ast.Call():
            yield from _reasons_of_call(node)


def _reasons_of_call(call: ast.Call) -> Iterator[Message]:
    words = _words_of(call.func)
    first = call.args[0] if call.args else None
    fixed = isinstance(first, ast.Constant)
    if "patch" in words and not (fixed and first.value == "builtins.input"):  # type: ignore[union-attr]
        yield Message("thay hàm mà mã của người học dùng (patch)")
    elif words[-1:] == ["settrace"] or words[-1:] == ["setprofile"]:
        yield Message("theo dõi từng dòng mã của người học khi chạy")
    elif words in (["eval"], ["exec"], ["compile"]) and not fixed:
        yield Message("chạy một đoạn mã do người học viết (eval, exec)")
    elif "doctest" in words or words[-1:] in (["testmod"], ["run_docstring_examples"]):
        yield Message("chạy ví dụ trong chú thích của người học (doctest)")
    elif words[-1:] in (["query"], ["eval"]) and len(words) > 1 and not fixed:
        yield Message("lọc bảng bằng điều kiện do người học viết (query)")
    elif _unpickles(words, call):
        yield Message("mở tệp pickle do người học ghi")
    elif words[:1] in (["subprocess"], ["os"]) and words[-1] in _PROCESSES:
        yield Message("gọi chương trình khác (subprocess)")


def _unpickles(words: list[str], call: ast.Call) -> bool:
    if words[-1:] == ["read_pickle"] or words[:1] == ["shelve"]:
        return True
    if words[:1] in (["pickle"], ["joblib"], ["dill"], ["cloudpickle"]):
        return words[-1] in _PICKLES
    return any(word.arg == "allow_pickle" for word in call.keywords)


def _words_of(function: ast.expr) -> list[str]:
    """``a.b.c`` as its words; of anything else the trailing ones."""
    words: list[str] = []
    while isinstance(function, ast.Attribute):
        words.append(function.attr)
        function = function.value
    if isinstance(function, ast.Name):
        words.append(function.id)
    return words[::-1]
