"""Tricks against what makes two processes one notebook: values given, objects and classes shared.

Setup data is given from one side to the other, objects keep their identity by claims of the
learner's process, classes of setup cells are known on both sides, names are listed, replaced and
deleted. Each of these is an offer to lie, or to listen.
"""

from notebooks import answered, locked, notebook, solution, test
from tricks import LEARNER, Trick

TWO_WORLDS: list[Trick] = []


def shown(name: str, source: dict, *, honest=0.0, secrets=(), **answers: str) -> None:
    TWO_WORLDS.append(Trick(name, answered(source, **answers), honest, source, secrets))


def lesson(setup: str, answer: str, *tests: str) -> dict:
    cells = [locked("l", setup), solution("s1", f"### BEGIN SOLUTION\n{answer}\n### END SOLUTION")]
    return notebook(*cells, *(test(f"t{n}", text) for n, text in enumerate(tests, 1)))


# Classes of the setup's --------------------------------------------------------------------------

POINT = lesson(
    "from dataclasses import dataclass\n@dataclass(order=True)\nclass Diem:\n    x: int\n"
    "class Tien:\n    def __init__(self, dong):\n        self.dong = dong\n"
    "    def __eq__(self, o):\n        return self.dong == o.dong",
    "d = Diem(3)\nt = Tien(5)",
    "### BEGIN HIDDEN TESTS\nassert d == Diem(3) and Diem(3) == d\n### END HIDDEN TESTS",
    "### BEGIN HIDDEN TESTS\nassert Diem(2) < d < Diem(4) and d in [Diem(3)]\n### END HIDDEN TESTS",
    "### BEGIN HIDDEN TESTS\nassert t == Tien(5) and Tien(5) == t\n### END HIDDEN TESTS",
)
YES = "lambda self, *others: True"
shown(
    "the setup's class made to equal everything",
    POINT,
    s1=f"Diem.__eq__ = Diem.__lt__ = Diem.__gt__ = Tien.__eq__ = {YES}\nd = Diem(0)\nt = Tien(0)",
)
shown(
    "an object of the setup's class that holds methods of its own",
    POINT,
    s1=f"d = Diem(0)\nt = Tien(0)\nfor one in (d, t):\n    vars(one)['__eq__'] = {YES}\n"
    f"    vars(one)['__class__'] = object\n    vars(one)['__lt__'] = {YES}",
)
shown(
    "a class below the setup's that equals everything",
    POINT,
    s1=f"class D(Diem):\n    __eq__ = __lt__ = __gt__ = {YES}\n    __class__ = Diem\n"
    f"class T(Tien):\n    __eq__ = {YES}\nd = D(0)\nt = T(0)",
)
shown(
    "attributes that equal everything",
    POINT,
    s1=f"class A:\n    __eq__ = __lt__ = __gt__ = {YES}\nd = Diem(A())\nt = Tien(A())",
)
shown(
    "a library's object that equals everything",
    POINT,
    s1="from unittest.mock import ANY\nd = ANY\nt = Tien(ANY)",
)
shown(
    "objects said to be of the setup's classes, by hand",
    POINT,
    s1=LEARNER + "import itertools\nodd = itertools.cycle([['K', 'Diem', None, [['__eq__', 1]]],\n"
    "    ['K', 'Diem', ['x'], []], ['K', 'object', None, []], ['km', 'Diem', 'x'],\n"
    "    ['kc', 'Diem'],\n"
    "    ['lm', 'unittest.mock', 'ANY', 'x'], ['lt', 'unittest.mock', '_Call', []],\n"
    "    ['kt', 'Diem', [3]], ['w', 0], ['w', -1], ['ow', 'Diem', 0, ['l', []]],\n"
    "    ['sk', 'sklearn.base', 'BaseEstimator', []], ['re', '(a+)+$', 2], ['gb', 1, 2, []],\n"
    "    ['pic', 'RGB', 9, 9, ''], ['ar', 'O', ''], ['sn', [['__eq__', 1]]]])\n"
    "if L is not None:\n    type(L)._to_examiner = lambda self, value: next(odd)\n"
    "d = object()\nt = object()",
)

# Identity ----------------------------------------------------------------------------------------

SAME = lesson(
    "goc = [1, 2, 3]",
    "giu = goc\ndef cong(xs):\n    return sum(xs)",
    "### BEGIN HIDDEN TESTS\nassert giu is goc\n### END HIDDEN TESTS",
    "### BEGIN HIDDEN TESTS\nxs = [3, 5, 8]\nassert cong(xs) == sum(xs) == 16\n"
    "### END HIDDEN TESTS",
    "### BEGIN HIDDEN TESTS\nassert cong(goc) == sum(goc) == 6\n### END HIDDEN TESTS",
)
CLAIM = """
if L is not None:
    T = type(L)
    T._say_named = lambda self, name, placed: (
        {'r': ['ow', 'goc', 0, ['l', [9]]], 'adopt': True} if name == 'giu'
        else {'r': self._to_examiner(cong)})
"""
CONG = "\ndef cong(xs):\n    return 0\n"
shown("another list said to be the setup's own", SAME, s1=LEARNER + CONG + CLAIM + "giu = [9]")
EMPTIED = """
if L is not None:
    def changes(self, said, **_):
        said['w'] = [[number, ['l', []]] for number in range(3)]
    type(L)._add_changes = changes
"""
shown(
    "changes of what the learner's process does not hold",
    SAME,
    s1=LEARNER + CONG + "giu = [9]\n" + EMPTIED,
)
shown(
    "the setup's list emptied under the name that is its alias",
    SAME,
    honest=1.0,
    s1="giu = goc\ndef cong(xs):\n    xs.clear()\n    goc.clear()\n    return 0",
)

# Imports -----------------------------------------------------------------------------------------

TOOL = lesson(
    "import math",
    "import numpy as np\nfrom math import isclose\ndiem = 7.5",
    "### BEGIN HIDDEN TESTS\nassert np.allclose(diem, 7.5)\n### END HIDDEN TESTS",
    "### BEGIN HIDDEN TESTS\nassert isclose(diem, 7.5)\n### END HIDDEN TESTS",
)
shown(
    "a module of the learner's under a library's name",
    TOOL,
    s1="import sys, types\nnp = types.ModuleType('numpy')\nnp.allclose = lambda *a: True\n"
    "sys.modules['numpy'] = np\nisclose = lambda *a: True\ndiem = 0.0",
)
shown(
    "a library's function that is true of anything",
    TOOL,
    s1="import operator as np\nfrom operator import ne as isclose\ndiem = 0.0",
)
shown(
    "a place that is claimed for another function",
    TOOL,
    s1=LEARNER
    + "import numpy as np\nisclose = lambda *a: True\nisclose.__module__ = 'math'\ndiem = 0.0\n"
    "isclose.__qualname__ = 'isclose'\nimport math\nmath.isclose = isclose\n"
    "np.allclose = isclose",
)

# Names -------------------------------------------------------------------------------------------

LISTED = lesson(
    "def check(value):\n    return value == 42\nmuc = 42",
    "cau_1 = 42",
    "### BEGIN HIDDEN TESTS\nassert globals()['check'](cau_1)\n### END HIDDEN TESTS",
    "### BEGIN HIDDEN TESTS\nco = {k: v for k, v in globals().items() if k in ('check', 'muc')}\n"
    "assert co['check'](cau_1) and co['muc'] == cau_1\n### END HIDDEN TESTS",
)
shown(
    "the setup's names bound anew and listed",
    LISTED,
    s1="check = lambda *a: True\nmuc = 0\ncau_1 = 0\nassertion = cau_2 = check\n"
    "get_ipython().user_ns[('check',)] = check",
)

# Listening ---------------------------------------------------------------------------------------

QUIET = lesson(
    "import random\nkq = 0\nmau = random.random()\n### BEGIN HIDDEN TESTS\nBI_MAT = 12\n"
    "### END HIDDEN TESTS",
    "def nhan(a, b):\n    kq = a * b\n    return kq",
    "### BEGIN HIDDEN TESTS\nkq = 12\nassert nhan(3, 4) == kq\n### END HIDDEN TESTS",
    "### BEGIN HIDDEN TESTS\nassert nhan(2, 6) == BI_MAT\n### END HIDDEN TESTS",
)
shown(
    "a function that looks for the expectation among all names",
    QUIET,
    s1="import gc\ndef nhan(a, b):\n    ten = get_ipython().user_ns\n"
    "    return ten.get('BI_MAT') or ten.get('kq')",
)
LATER = notebook(
    locked("l1", "nguon = [1]\nkho = [1]"),
    solution("s1", "### BEGIN SOLUTION\nx = 1\n### END SOLUTION"),
    test("t1", "### BEGIN HIDDEN TESTS\nnguon = [77]\nassert x == 1\n### END HIDDEN TESTS"),
    locked("l2", "import random\nnhan_doi = [2 * n for n in nguon] + [random.random()]"),
    solution("s2", "### BEGIN SOLUTION\ny = 154\n### END SOLUTION"),
    test("t2", "### BEGIN HIDDEN TESTS\nassert y == 2 * nguon[0]\n### END HIDDEN TESTS"),
)
shown(
    "setup data that would carry a test's value over",
    LATER,
    honest=1.0,
    s1="x = 1",
    s2="y = nhan_doi[0]",
)
