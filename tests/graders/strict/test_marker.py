"""How names, values, calls and errors behave between the two processes (docs/marking.md)."""

# Longer than most: one table of behaviours between two processes, read beside docs/marking.md.

import pytest
from notebooks import answered, as_bytes, code, locked, manual, notebook, solution, test, text

from graders import Marks

# Each line: the learner's code (also the reference), the test, and the setup before both.
HONEST = {
    "plain values cross whole": (
        "a, b, c, d = 1, 2.5, 'chữ', None\ne = [1, (2, {3})]\nf = {'x': [b'1', 1j]}",
        "assert (a, b, c, d) == (1, 2.5, 'chữ', None)\n"
        "assert type(e) is list and e == [1, (2, {3})]\nassert f == {'x': [b'1', 1j]}",
        "",
    ),
    "dates, decimals, collections": (
        "import datetime, decimal, collections\nngay = datetime.date(2025, 9, 2)\n"
        "gio = datetime.datetime(2025, 9, 2, tzinfo=datetime.timezone.utc)\n"
        "tien = decimal.Decimal('1.10')\ndem = collections.Counter('aab')\n"
        "nhom = collections.defaultdict(list, {1: [2]})\n"
        "Diem = collections.namedtuple('Diem', 'x y')\nd = Diem(1, 2)",
        "import datetime as dt, decimal as de, collections as co\n"
        "assert ngay == dt.date(2025, 9, 2)\n"
        "assert (gio - dt.datetime(2025, 9, 1, tzinfo=dt.UTC)).days == 1\n"
        "assert tien == de.Decimal('1.1') and isinstance(dem, co.Counter)\n"
        "assert dem.most_common(1) == [('a', 2)] and nhom[7] == [] and nhom[1] == [2]\n"
        "assert d.x == 1 and d[1] == 2 and list(d) == [1, 2]",
        "",
    ),
    "frames, series and arrays": (
        "import pandas as pd, numpy as np\n"
        "df = pd.DataFrame({'tinh': ['a', 'b', 'a'], 'so': [1, 2, 3]})\n"
        "tong = df.groupby('tinh')['so'].sum()\nmang = np.arange(6).reshape(2, 3)",
        "assert isinstance(df, pd.DataFrame) and df.shape == (3, 2)\n"
        "pd.testing.assert_series_equal(tong, pd.Series([4, 2], index=pd.Index(['a', 'b'], "
        "name='tinh'), name='so'))\nassert (mang.sum(axis=0) == [3, 5, 7]).all()",
        "import pandas as pd",
    ),
    "functions are called where they were written": (
        "he_so = 3\ndef nhan(x, *, them=0):\n    return x * he_so + them",
        "assert nhan(2) == 6 and nhan(2, them=1) == 7 and callable(nhan)\n"
        "assert nhan.__name__ == 'nhan'",
        "",
    ),
    "a function that changes its argument": (
        "def sap_xep(ds):\n    ds.sort()",
        "xs = [3, 1, 2]\nassert sap_xep(xs) is None\nassert xs == [1, 2, 3]",
        "",
    ),
    "a function that gives back its argument": (
        "def them(ds, x):\n    ds.append(x)\n    return ds",
        "xs = [1]\nys = them(xs, 2)\nassert ys is xs and xs == [1, 2]",
        "",
    ),
    "a table changed in place": (
        "def them_cot(bang):\n    bang['tong'] = bang['a'] + bang['b']",
        "import pandas as pd\nt = pd.DataFrame({'a': [1], 'b': [2]})\nthem_cot(t)\n"
        "assert t['tong'].tolist() == [3]",
        "",
    ),
    "globals that the learner's functions change": (
        "gio = []\ndef them(x):\n    gio.append(x)",
        "them('a')\nthem('b')\nassert gio == ['a', 'b']\ngio.clear()\nthem('c')\n"
        "assert gio == ['c']",
        "",
    ),
    "a global that the test sets": (
        "muc = 10\ndef dat(x):\n    return x >= muc",
        "assert dat(10)\nmuc = 20\nassert not dat(10)",
        "",
    ),
    "the setup's list that the solution extends": (
        "ds.append(4)",
        "assert ds == [1, 2, 3, 4]",
        "ds = [1, 2, 3]",
    ),
    "classes, instances, operators, inheritance": (
        "class Vecto:\n    dem = 0\n    def __init__(self, x, y):\n        self.x, self.y = x, y\n"
        "        Vecto.dem += 1\n    def __add__(self, o):\n        return Vecto(self.x + o.x, 0)\n"
        "    def __mul__(self, k):\n        return Vecto(self.x * k, self.y * k)\n"
        "    def __eq__(self, o):\n        return (self.x, self.y) == (o.x, o.y)\n"
        "    def __str__(self):\n        return f'({self.x}; {self.y})'\n"
        "    def __len__(self):\n        return 2\n    @property\n"
        "    def tong(self):\n        return self.x + self.y\n"
        "class Con(Vecto):\n    def ten(self):\n        return 'con'",
        "v = Vecto(1, 2)\nassert v.x == 1 and v.tong == 3 and str(v) == '(1; 2)' and len(v) == 2\n"
        "assert (v + Vecto(2, 5)).x == 3 and v * 2 == Vecto(2, 4) and v != Vecto(0, 0)\n"
        "assert isinstance(v, Vecto) and type(v) is Vecto and issubclass(Con, Vecto)\n"
        "c = Con(1, 1)\nassert isinstance(c, Vecto) and c.ten() == 'con' and Vecto.dem >= 5\n"
        "v.x = 9\nassert v.tong == 11 and not hasattr(v, 'khong_co') and f'{v}' == '(9; 2)'",
        "",
    ),
    "dataclasses and enums": (
        "from dataclasses import dataclass\nfrom enum import Enum\n@dataclass\nclass HocVien:\n"
        "    ten: str\n    diem: float = 0.0\nclass Mau(Enum):\n    DO = 1\n    XANH = 2",
        "assert HocVien('An', 8) == HocVien('An', 8.0) and HocVien('An').diem == 0.0\n"
        "assert Mau.DO.value == 1 and Mau.DO is Mau.DO and Mau.DO != Mau.XANH\n"
        "assert [m.name for m in Mau] == ['DO', 'XANH'] and repr(HocVien('B'))[:8] == 'HocVien('",
        "",
    ),
    "exceptions keep their types": (
        "class LoiSoDu(ValueError):\n    def __init__(self, thieu):\n"
        "        super().__init__(f'thiếu {thieu}')\n        self.thieu = thieu\n"
        "def rut(x):\n    if x < 0: raise ValueError('âm')\n"
        "    if x > 100: raise LoiSoDu(x - 100)\n"
        "    return {}[x]",
        "import unittest\ntc = unittest.TestCase()\n"
        "with tc.assertRaises(ValueError):\n    rut(-1)\n"
        "with tc.assertRaisesRegex(LoiSoDu, 'thiếu 5') as bat:\n    rut(105)\n"
        "assert bat.exception.thieu == 5\ntry:\n    rut(1)\nexcept KeyError as e:\n"
        "    assert e.args == (1,)\nelse:\n    assert False",
        "",
    ),
    "generators come item by item": (
        "def dem():\n    i = 0\n    while True:\n        yield i\n        i += 1",
        "import itertools, inspect\nassert list(itertools.islice(dem(), 4)) == [0, 1, 2, 3]\n"
        "g = dem()\nassert next(g) == 0 and next(g) == 1 and inspect.isgenerator(g)\n"
        "for so in dem():\n    if so > 3: break\nassert so == 4",
        "",
    ),
    "callbacks of the test's": (
        "def ap_dung(f, ds):\n    return [f(x) for x in ds]\n"
        "def hai_lan(f):\n    def g(x):\n        return f(f(x))\n    return g",
        "assert ap_dung(lambda x: x * 2, [1, 2]) == [2, 4]\n"
        "assert ap_dung(str.upper, ['a']) == ['A'] and ap_dung(len, ['ab']) == [2]\n"
        "assert hai_lan(lambda x: x + 3)(1) == 7\n"
        "goi = []\nap_dung(goi.append, [1, 2])\nassert goi == [1, 2]\n"
        "assert sorted([3, 1], key=hai_lan(lambda x: -x)) == [1, 3]",
        "",
    ),
    "errors of the test's own callback": (
        "def thu(f):\n    try:\n        return f()\n"
        "    except ZeroDivisionError:\n        return 'chia 0'",
        "assert thu(lambda: 1 / 0) == 'chia 0'",
        "",
    ),
    "printed text": (
        "def chao(ten):\n    print('Xin chào', ten)\n    print('hẹn gặp lại')",
        "import io, contextlib\nwith contextlib.redirect_stdout(io.StringIO()) as ra:\n"
        "    chao('An')\nassert ra.getvalue() == 'Xin chào An\\nhẹn gặp lại\\n'",
        "",
    ),
    "questions by input": (
        "def hoi():\n    return int(input('Tuổi: ')) + 1",
        "from unittest.mock import patch\nimport io, sys\n"
        "with patch('builtins.input', return_value='41') as gia:\n    assert hoi() == 42\n"
        "gia.assert_called_once_with('Tuổi: ')",
        "",
    ),
    "random generators seeded by the test": (
        "import random\ndef gieo():\n    return [random.randint(1, 6) for _ in range(5)]",
        "import random\nrandom.seed(7)\na = gieo()\nrandom.seed(7)\nassert a == gieo()\n"
        "random.seed(7)\nassert a == [random.randint(1, 6) for _ in range(5)]",
        "",
    ),
    "files that the learner's code wrote": (
        "import pandas as pd\npd.DataFrame({'a': [1, 2]}).to_csv('ra.csv', index=False)\n"
        "def ghi(ten):\n    with open(ten, 'w', encoding='utf-8') as f:\n        f.write('đã ghi')",
        "import pandas as pd, pathlib\nassert pd.read_csv('ra.csv')['a'].sum() == 3\n"
        "ghi('b.txt')\nassert pathlib.Path('b.txt').read_text(encoding='utf-8') == 'đã ghi'",
        "",
    ),
    "files that the test wrote": (
        "def dem_dong(ten):\n    return len(open(ten).readlines())",
        "open('vao.txt', 'w').write('1\\n2\\n3\\n')\nassert dem_dong('vao.txt') == 3",
        "",
    ),
    "names looked for in globals()": (
        "so_dan = 98",
        "assert 'so_dan' in globals() and globals()['so_dan'] == 98\n"
        "assert 'khong_co' not in globals()\n"
        "try:\n    khong_co\nexcept NameError:\n    pass\nelse:\n    assert False",
        "",
    ),
    "the source of a function": (
        "def tong(n):\n    s = 0\n    for i in range(n):\n        s += i\n    return s",
        "import inspect\nassert 'for ' in inspect.getsource(tong)\n"
        "assert list(inspect.signature(tong).parameters) == ['n']\n"
        "assert tong.__code__.co_argcount == 1",
        "",
    ),
    "partial credit": ("x = 1", "0.5 if x == 1 else 0", ""),
    "IPython's own notation": (
        "%matplotlib inline\nx = 5\nx",
        "%matplotlib inline\nassert x == 5",
        "%matplotlib inline\nimport math",
    ),
    "a learner's object handed back": (
        "class Tk:\n    def __init__(self, so): self.so = so\n"
        "def chuyen(a, b, n):\n    a.so -= n\n    b.so += n",
        "a, b = Tk(10), Tk(0)\nchuyen(a, b, 4)\nassert (a.so, b.so) == (6, 4)\n"
        "ds = [a, b]\nassert max(t.so for t in ds) == 6",
        "",
    ),
    "awaitables": (
        "async def lay():\n    return 5",
        "import asyncio\nassert asyncio.run(lay()) == 5",
        "",
    ),
}


def lesson(answer, check, setup=""):
    return notebook(code(setup or "pass"), solution("s", answer), test("t", check))


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_notebook_earns_its_points(marker, name):
    answer, check, setup = HONEST[name]
    source = lesson(answer, check, setup)
    marks = marker.mark(source, as_bytes(source))
    assert marks.state == "marked"
    assert marks.total == (0.5 if name == "partial credit" else 1.0), marks.cells[0]


def test_an_untouched_argument_is_noticed(marker):
    """The reference leaves its argument alone; an answer that does not fails the test of that."""
    source = lesson(
        "def lon_nhat(ds):\n    return max(ds)",
        "xs = [3, 1, 2]\nassert lon_nhat(xs) == 3\nassert xs == [3, 1, 2], 'Đừng sửa danh sách'",
    )
    hasty = answered(source, s="def lon_nhat(ds):\n    ds.sort()\n    return ds[-1]")
    marks = marker.mark(source, as_bytes(hasty))
    assert marks.total == 0
    assert marks.cells[0].feedback == "Đừng sửa danh sách"


def test_stderr_costs_nothing(marker):
    source = lesson("import sys\nx = 1", "import sys\nprint('!', file=sys.stderr)\nassert x == 1")
    assert marker.mark(source, as_bytes(source)).total == 1


def test_more_than_the_maximum_is_for_a_person(marker):
    source = lesson("x = 1", "5.0")
    (cell,) = marker.mark(source, as_bytes(source)).cells
    assert (cell.points, cell.needs_review) == (0, True)


def test_answers_marked_by_hand_are_left_to_a_person(marker):
    source = notebook(manual("m", "### BEGIN SOLUTION\nBài mẫu\n### END SOLUTION", 3))
    handed_out = answered(source, m="YOUR ANSWER HERE")
    written = answered(source, m="Theo tôi thì …")
    (empty,) = marker.mark(source, as_bytes(handed_out)).cells
    (full,) = marker.mark(source, as_bytes(written)).cells
    assert (empty.points, empty.needs_review) == (0, False)
    assert (full.points, full.max, full.needs_review) == (0, 3, True)


def test_deleted_tests_and_locked_cells_are_put_back(marker):
    source = notebook(
        locked("l", "nen = 10"), solution("s", "x = nen + 1"), test("t", "assert x == nen + 1")
    )
    submitted = notebook(source["cells"][1])
    marks = marker.mark(source, as_bytes(submitted))
    assert (marks.total, len(marks.cells)) == (1, 1)


def test_the_last_of_duplicate_answers_counts(marker):
    source = notebook(solution("s", "x = 1"), test("t", "assert x == 1"))
    twice = notebook(solution("s", "x = 1"), solution("s", "y = x + 1\nx = y"), test("t", "pass"))
    assert marker.mark(source, as_bytes(twice)).total == 0


def test_extra_cells_run_in_their_place(marker):
    source = notebook(solution("s", "x = 1"), test("t", "assert x == 1"))
    helped = notebook(
        text("ghi chú"),
        code("def mot():\n    return 1"),
        solution("s", "x = mot()"),
        code("x += 0"),
    )
    assert marker.mark(source, as_bytes(helped)).total == 1


def test_a_failed_setup_cell_leaves_its_names_to_nobody(marker):
    """The learner breaks the setup's cell and defines the check it would have defined."""
    source = notebook(
        solution("s", "x = 5"),
        code("y = x + 1\ndef check(v):\n    return v == 5"),
        test("t", "assert check(x)"),
    )
    honest = marker.mark(source, as_bytes(source))
    forged = answered(source, s="x = 'no'\ncheck = lambda v: True")
    forged["cells"][1]["source"] = "pass"
    assert (honest.total, marker.mark(source, as_bytes(forged)).total) == (1, 0)


def test_authors_may_name_more_of_the_learners_names(marker):
    source = notebook(
        code('#| learner: bang\nbang = {}\ndef ghi(k):\n    exec("bang[k] = 1")'),
        solution("s", "ghi('a')"),
        test("t", "assert bang == {'a': 1}"),
    )
    assert marker.mark(source, as_bytes(source)).total == 1


# Exercises of other shapes, each with a trick that fits it -----------------------------------


def forged_total(marker, source, **answers):
    """What the reference earns must be everything; what ``answers`` earn is given back."""
    assert marker.mark(source, as_bytes(source)).total == 1
    return marker.mark(source, as_bytes(answered(source, **answers))).total


def test_an_object_with_a_length_and_no_items_does_not_pass_for_a_list(marker):
    source = lesson(
        "def chan(n):\n    return [2 * i for i in range(n)]",
        "kq = chan(3)\nassert len(kq) == 3\nfor a, b in zip(kq, [0, 2, 4]):\n    assert a == b",
    )
    fake = (
        "class Dai(list):\n    def __len__(self): return 3\n    def __iter__(self): return iter([])"
        "\ndef chan(n):\n    return Dai()"
    )
    assert forged_total(marker, source, s=fake) == 0


def test_a_function_cannot_end_the_tests_own_loop(marker):
    source = lesson(
        "def doi(x):\n    return x * 2",
        "for a, b in zip(map(doi, [1, 2]), [2, 4]):\n    assert a == b",
    )
    assert forged_total(marker, source, s="def doi(x):\n    raise StopIteration") == 0


def test_a_class_of_the_references_name_has_only_its_operators(marker):
    source = lesson(
        "class Tk:\n    def __init__(self, so): self.so = so\ndiem = 7.5",
        "assert Tk(1).so == 1\nassert 7.4 < diem < 7.6",
    )
    fake = (
        "class Tk:\n    def __init__(self, so=1): self.so = so\n"
        "    __lt__ = __gt__ = lambda s, o: True\ndiem = Tk()"
    )
    assert forged_total(marker, source, s=fake) == 0


def test_the_setups_files_are_not_replaced(marker):
    source = lesson(
        "def tong():\n    return sum(map(int, open('so.csv')))",
        "assert tong() == sum(map(int, open('so.csv')))",
        "open('so.csv', 'w').write('1\\n2\\n')",
    )
    fake = "def tong():\n    open('so.csv', 'w').write('0')\n    return 0"
    assert forged_total(marker, source, s=fake) == 0
    assert forged_total(marker, source, s="open('so.csv', 'w').write('0')\ntong = lambda: 0") == 0


def test_pickles_of_the_learners_are_not_opened(marker):
    source = lesson(
        "import pickle\npickle.dump([1], open('a.pkl', 'wb'))",
        "import pickle\nassert pickle.load(open('a.pkl', 'rb')) == [1]",
    )
    assert marker.mark(source, as_bytes(source)).total == 0


# Bad input ------------------------------------------------------------------------------------

GOOD = lesson("x = 1", "assert x == 1")


@pytest.mark.parametrize(
    ("content", "state"),
    [
        (b"", "unreadable"),
        (b"\x00\xff", "unreadable"),
        (b"[]", "unreadable"),
        (b"{}", "unreadable"),
        (b"[" * 100_000, "unreadable"),
        (as_bytes({"nbformat": 3, "worksheets": []}), "unreadable"),
        (as_bytes({"nbformat": 4, "cells": [1]}), "unreadable"),
        (as_bytes({"nbformat": 4, "cells": [{"cell_type": "code", "source": {}}]}), "unreadable"),
        (as_bytes(notebook(solution("khac", "x = 1"))), "foreign"),
        (as_bytes(notebook()), "foreign"),
        (b" " * (11 * 1024 * 1024), "too_large"),
        (as_bytes(notebook(*[code("1")] * 3000)), "too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else repr(value[:24]),
)
def test_what_is_no_submission_gets_a_reason(marker, content, state):
    marks = marker.mark(GOOD, content)
    assert (marks.state, marks.total, marks.max) == (state, 0, 1)
    assert str(marks.reason)


def test_half_a_character_and_other_oddities_do_no_harm(marker):
    odd = answered(GOOD, s="x = 1  # \ud800 \x00")
    odd["cells"][1]["source"] = ["x = 1\n", "# \ud800"]
    odd["metadata"] = {"nbgrader": [1]}
    assert marker.mark(GOOD, as_bytes_with_surrogates(odd)).total == 1


def as_bytes_with_surrogates(found):
    import json

    return json.dumps(found).encode()


# Robust and repeatable ------------------------------------------------------------------------


@pytest.mark.slow
def test_fifty_runs_are_alike(marker):
    source = notebook(
        solution(
            "s",
            "import random, numpy as np\nx = [random.random(), np.random.rand()]\n"
            "y = hash('một'), list({'a', 'b', 'c', 'd'})",
        ),
        test("t", "import random\nround(x[0] * x[1] * random.random(), 9)", 1),
    )
    found: set[Marks] = {marker.mark(source, as_bytes(source)) for _ in range(50)}
    assert len(found) == 1
    assert 0 < found.pop().total < 1


def test_marks_before_and_after_a_crash_stay(marker):
    source = notebook(
        solution("a", "a = 1"),
        test("ta", "assert a == 1"),
        solution("b", "b = 2"),
        test("tb", "assert b == 2"),
        solution("c", "c = 3"),
        test("tc", "assert c == 3 and a == 1"),
    )
    crashed = answered(source, b="import os\nb = 2\nos._exit(0)")
    assert [c.points for c in marker.mark(source, as_bytes(crashed)).cells] == [1, 0, 1]


def test_many_at_once(marker):
    from concurrent.futures import ThreadPoolExecutor

    source = lesson("x = 1", "assert x == 1")
    with ThreadPoolExecutor(6) as pool:
        runs = [pool.submit(marker.mark, source, as_bytes(source)) for _ in range(24)]
        assert [run.result().total for run in runs] == [1] * 24


# Feedback -------------------------------------------------------------------------------------

ASKED = lesson(
    "def chia(a, b):\n    return a / b",
    "#| exercise: Phép chia\nassert chia(6, 3) == 2, 'Sáu chia ba bằng hai'\n"
    "### BEGIN HIDDEN TESTS\nassert chia(7, 2) == 3.5\nassert chia(1, 4) == 0.25, 'Có phần lẻ'\n"
    "### END HIDDEN TESTS",
)


@pytest.mark.parametrize(
    ("answer", "feedback"),
    [
        ("def chia(a, b):\n    return 1", "Sáu chia ba bằng hai"),
        ("def chia(a, b):\n    return 2", "Câu “Phép chia” chưa đúng."),
        ("def chia(a, b):\n    return 2 if a == 6 else 3.5", "Có phần lẻ"),
        ("# chưa làm\nraise NotImplementedError()", "Anh/chị chưa trả lời câu này."),
        ("def chia(a, b):\n    raise NotImplementedError()", "Anh/chị chưa trả lời câu này."),
        ("chia = 5 /", "Mã của anh/chị báo lỗi ở dòng 1: SyntaxError: invalid syntax"),
        ("x = 1", "Bài của anh/chị chưa có tên “chia” mà đề yêu cầu."),
        (
            "def chia(a, b):\n    c = 1\n    return a / 0",
            "Mã của anh/chị báo lỗi ở dòng 3: ZeroDivisionError: division by zero",
        ),
        # In the hidden part the text of an error might carry the test's values out.
        (
            "def chia(a, b):\n    if a == 6: return 2\n    raise ValueError(str((a, b)))",
            "Mã của anh/chị báo lỗi ở dòng 3: ValueError",
        ),
        (
            "def chia(a, b):\n    if a == 6: return 2\n    raise type(f'số_{a}', (Exception,), {})",
            "Mã của anh/chị báo lỗi khi được kiểm tra.",
        ),
    ],
)
def test_feedback_says_what_helps_and_not_what_is_hidden(marker, answer, feedback):
    (cell,) = marker.mark(ASKED, as_bytes(answered(ASKED, s=answer))).cells
    assert cell.points == 0
    assert (cell.feedback or "").startswith(feedback)


# Shared tests ---------------------------------------------------------------------------------

FIGURE = lesson(
    "import matplotlib.pyplot as plt\nhinh, truc = plt.subplots()\ntruc.set_title('Dân số')",
    "#| shared: true\nassert truc.get_title() == 'Dân số', 'Thiếu tên hình'",
)


def test_a_shared_test_looks_at_figures(marker):
    (cell,) = marker.mark(FIGURE, as_bytes(FIGURE)).cells
    assert (cell.points, cell.shared) == (1, True)
    plain = answered(FIGURE, s="import matplotlib.pyplot as plt\nhinh, truc = plt.subplots()")
    (cell,) = marker.mark(FIGURE, as_bytes(plain)).cells
    assert (cell.points, cell.feedback) == (0, "Thiếu tên hình")


@pytest.mark.parametrize(
    "trick",
    [
        "import builtins\nbuiltins.sorted = lambda *a: []",
        "import builtins\nbuiltins.AssertionError = Exception",
        "import sys\nsys.settrace(lambda *a: None)",
        "import sys\nsys.setprofile(lambda *a: None)",
        "import threading as t, time\nt.Thread(target=time.sleep, args=(9,), daemon=True).start()",
        "get_ipython().ast_transformers.append(object())",
        "import sys\nsys.meta_path.insert(0, object())",
        "import unittest.mock\nunittest.mock.patch = None",
        "import gc\ngc.callbacks.append(lambda *a: None)",
    ],
)
def test_a_shared_test_does_not_run_where_python_was_changed(marker, trick):
    tampered = answered(FIGURE, s=FIGURE["cells"][1]["source"] + "\n" + trick)
    (cell,) = marker.mark(FIGURE, as_bytes(tampered)).cells
    assert cell.points == 0
    assert "thay đổi chính Python" in (cell.feedback or "")


# Running to look ------------------------------------------------------------------------------


def test_running_shows_outputs_errors_and_figures(marker):
    first, second, third = marker.run_cells(
        [
            "print('một'); x = 20",
            "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
            "x + 1 / 0",
        ]
    )
    assert first.outputs == [{"output_type": "stream", "name": "stdout", "text": "một\n"}]
    assert [o["output_type"] for o in second.outputs] == ["display_data"]
    assert second.outputs[0]["data"]["image/png"]
    assert (third.ok, third.outputs[-1]["ename"]) == (False, "ZeroDivisionError")


def test_running_shows_values_with_their_numbers(marker):
    runs = marker.run_cells(["x = 1", "x + 1"])
    (value,) = runs[1].outputs
    assert (value["output_type"], value["execution_count"]) == ("execute_result", 2)
    assert value["data"]["text/plain"] == "2"


@pytest.mark.slow
def test_running_is_bounded(marker):
    (run,) = marker.run_cells(["for i in range(10**6):\n    print('x' * 100)"])
    assert len(run.outputs[0]["text"]) < 300_000


@pytest.mark.slow
def test_an_endless_loop_is_stopped_and_said_so(marker):
    late, after = marker.run_cells(["while True:\n    pass", "print('còn chạy')"])
    assert (late.ok, late.timed_out) == (False, True)
    assert after.ok


def test_a_process_that_ends_is_said_so(marker):
    gone, after = marker.run_cells(["import os; os._exit(3)", "1"])
    assert not gone.ok and gone.outputs[0]["output_type"] == "error"
    assert not after.ok and after.outputs == []


def test_what_jupyter_would_miss_is_missed_here(marker):
    """matplotlib is loaded beforehand; a notebook that forgot its import must not notice."""
    (run,) = marker.run_cells(["import matplotlib\nmatplotlib.pyplot"])
    assert not run.ok


# Partly right ----------------------------------------------------------------------------------

ROWS = (
    "sai = [f'dòng {n}' for n, dong in enumerate(bang, 1) if dong['so'] != 2 * n]\n"
    "if sai:\n    print('Xem lại:', ', '.join(sai))\n"
    "2 * (3 - len(sai)) / 3"
)
TABLE = "bang = [{'so': 2}, {'so': 4}, {'so': 6}]"


@pytest.mark.parametrize(
    ("answer", "points", "said"),
    [
        (TABLE, 2.0, None),
        ("bang = [{'so': 2}, {'so': 5}, {'so': 6}]", 4 / 3, "Xem lại: dòng 2"),
        ("bang = [{'so': None}] * 3", 0.0, "Xem lại: dòng 1, dòng 2, dòng 3"),
    ],
)
def test_each_right_row_counts_its_share_and_the_wrong_ones_are_named(marker, answer, points, said):
    source = notebook(solution("bai", TABLE), test("cham", ROWS, points=2))
    (cell,) = marker.mark(as_bytes(source), answered(source, bai=answer)).cells
    assert cell.points == pytest.approx(points, abs=0.01)
    assert cell.feedback == said
    assert not cell.needs_review


def test_what_the_learner_s_code_prints_is_no_word_of_the_author_s(marker):
    reference = "def f(x):\n    return x"
    source = notebook(
        solution("bai", reference), test("cham", "dung = f(7) == 7\n1 if dung else 0.5", points=1)
    )
    answer = "def f(x):\n    print('số bí mật là', x)\n    return 0"
    (cell,) = marker.mark(as_bytes(source), answered(source, bai=answer)).cells
    assert (cell.points, cell.feedback) == (0.5, None)


def test_a_value_that_is_too_large_to_cross_is_told_as_one(marker):
    source = notebook(
        solution("a", "import numpy as np\nlon = np.zeros(4_000_000)"),
        test("t", "assert lon.shape == (4_000_000,)"),
    )
    (cell,) = marker.mark(as_bytes(source), as_bytes(source)).cells
    assert cell.points == 0
    assert "24 MB" in str(cell.feedback)
