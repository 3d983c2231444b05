"""Whose a name is, read off the instructor's source."""

import pytest

from graders.strict.reading.ownership import whose


def learners(setup, reference, **words):
    return whose([("setup", setup), ("solution", reference)], **words).learner


@pytest.mark.parametrize(
    ("reference", "names"),
    [
        ("a = 1\nb: int = 2\nc += 1", {"a", "b", "c"}),
        ("def f(x):\n    y = 1\nclass C:\n    z = 1", {"f", "C"}),
        ("for i in [1]:\n    if (n := i) > 0:\n        pass", {"i", "n"}),
        (
            "with open('x') as tep:\n    pass\ntry:\n    pass\nexcept Exception as e:\n    pass",
            {"tep", "e"},
        ),
        ("def f():\n    global dem\n    dem = 1", {"f", "dem"}),
        ("[x for x in [1]]", set()),
        ("ds.append(1)", {"ds"}),
        ("ds[0] = 1", {"ds"}),
        ("ds[1:] = []", {"ds"}),
        ("bang['cot'] = 1\nbang.loc[0, 'a'] = 2", {"bang"}),
        ("bang.drop(columns='a', inplace=True)", {"bang"}),
        ("bang.head()\nprint(ds)\nbang.sort_values('a')", set()),
        ("cuoi = ds.pop()", {"cuoi", "ds"}),
        ("random.shuffle(ds)", {"ds"}),
        ("for hang in ds:\n    hang['x'] = 1", {"hang", "ds"}),
        ("kq = list(ds)\nkq.append(1)", {"kq"}),
        ("kq = ds\nkq.append(1)", {"kq", "ds"}),
        ("ghi(1)", {"so"}),
        ("plt.plot(ds)\nplt.title('x')", set()),
        ("sum = 0\nfor v in ds:\n    sum += v", {"v"}),
        ("def sorted(xs):\n    return xs", {"sorted"}),
        ("%matplotlib inline\na = 1", {"a"}),
        ("khong phai python", set()),
    ],
)
def test_names_of_the_learner(reference, names):
    setup = (
        "import random\nimport matplotlib.pyplot as plt\nds = [{}]\nbang = {}\nso = []\n"
        "def ghi(x):\n    so.append(x)\n"
    )
    assert learners(setup, reference) == names


def test_imports_of_the_reference_are_the_examiners_own():
    found = whose([("solution", "from math import isclose\nimport numpy as np\nx = 1")])
    assert found.learner == {"x"}
    assert found.imports == {"isclose": ("math", "isclose"), "np": ("numpy", None)}


def test_names_that_setup_and_tests_bind_are_never_asked():
    found = whose([("setup", "d = 1\ndef check(): pass"), ("solution", "x = d"), ("test", "k = 2")])
    assert found.owned == {"d", "check", "k"}


def test_functions_that_change_their_arguments_are_known():
    reference = (
        "def sap(ds):\n    ds.sort()\ndef tong(ds):\n    k = list(ds)\n    k.sort()\n    return k\n"
        "def sua(ds):\n    for hang in ds:\n        hang['x'] = 1\nclass A:\n"
        "    def m(self, x):\n        self.x = x\n    def n(self, ds):\n        ds.append(1)"
    )
    assert whose([("solution", reference)]).in_place == {"sap", "sua", "n"}


def test_the_authors_own_words_win():
    assert learners("a = 1\nb = 2", "c = 3", learner=["a"], examiner=["c"]) == {"a"}


def test_operators_of_the_references_classes_are_known():
    reference = (
        "from functools import total_ordering\nclass A:\n    def __add__(self, o): pass\n"
        "    def m(self): pass\nclass B(A):\n    __len__ = None\nclass C(dict): pass\n"
        "@total_ordering\nclass D:\n    def __lt__(self, o): pass"
    )
    found = whose([("solution", reference)]).classes
    assert found["A"] == {"__add__"} and found["B"] == {"__add__", "__len__"}
    assert "*" in found["C"] and "__ge__" in found["D"]
