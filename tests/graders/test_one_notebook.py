"""Strict marking's two processes behave as one notebook: names, objects, setup data, classes.

`honest/` holds notebooks with the marks that each submission deserves; the tables below hold
relatives of theirs: setup cells, answers and tests in the notebook's order.
"""

import json
from pathlib import Path

import pytest
from notebooks import answered, as_bytes, code, locked, notebook, solution, test

from graders import Marker

HONEST = Path(__file__).parent / "honest"
KINDS = ("01", "03", "22", "28", "36", "38", "41", "42", "44", "45")
SUBMISSIONS = [
    (folder.parent, name, right)
    for folder in sorted(HONEST.rglob("source.ipynb"))
    if folder.relative_to(HONEST).parts[0][:2] in KINDS
    for name, right in json.loads((folder.parent / "expected.json").read_text())["right"].items()
]


@pytest.fixture(scope="module")
def patient():
    """A marker for cells that load large libraries."""
    with Marker(cell_s=20.0, notebook_s=90.0, allow_reduced=True) as found:
        yield found


@pytest.mark.parametrize(
    ("folder", "name", "right"),
    SUBMISSIONS,
    ids=[f"{folder.relative_to(HONEST)}-{name}" for folder, name, _ in SUBMISSIONS],
)
def test_a_submission_earns_what_it_earns_in_one_notebook(marker, request, folder, name, right):
    if "sklearn" in folder.name:
        pytest.importorskip("sklearn")
        marker = request.getfixturevalue("patient")
    if "image" in folder.name:
        pytest.importorskip("PIL")
    source = (folder / "source.ipynb").read_bytes()
    marks = marker.mark(source, (folder / f"{name}.ipynb").read_bytes())
    if isinstance(right, dict):
        found = {cell.grade_id: cell.points for cell in marks.cells}
        assert {one: found[one] for one in right} == right
    else:
        assert marks.total == right, marks.cells


def test_there_are_submissions_of_every_kind():
    assert {folder.relative_to(HONEST).parts[0][:2] for folder, _, _ in SUBMISSIONS} == set(KINDS)


def cells_of(story):
    """Cells of a story: ``("setup" | "answer" | "test" | "open", text)``, numbered by kind."""
    makers = {"setup": locked, "answer": solution, "test": test}
    return [
        code(source) if kind == "open" else makers[kind](f"{kind}{number}", source)
        for number, (kind, source) in enumerate(story)
    ]


# Each story is a reference solution, which must earn everything.
STORIES = {
    # 01, 38: what a test does to names ------------------------------------------------------
    "a helper of the setup's is replaced for the learner's function and put back": [
        ("setup", "def lay_ty_gia():\n    return 25000\nMUC = 3"),
        ("answer", "def doi(usd):\n    return usd * lay_ty_gia() + MUC"),
        (
            "test",
            "cu = lay_ty_gia\nlay_ty_gia = lambda: 10\nMUC = 1\nassert doi(2) == 21\n"
            "lay_ty_gia = cu\nMUC = 3\nassert doi(1) == 25003",
        ),
        ("test", "assert doi(1) == 25003"),
    ],
    "a helper that a test replaced stays replaced": [
        ("setup", "def nguon():\n    return [1, 2]"),
        ("answer", "def tong():\n    return sum(nguon())"),
        ("test", "def nguon():\n    return [5]\nassert tong() == 5"),
        ("test", "assert tong() == 5"),
    ],
    "a helper that only a helper of the setup's reads": [
        ("setup", "bang_gia = {'a': 1}\ndef gia(x):\n    return bang_gia[x]"),
        ("answer", "def thanh_tien(x, n):\n    return gia(x) * n"),
        ("test", "bang_gia = {'a': 7}\nassert thanh_tien('a', 2) == 14"),
    ],
    "the setup's list is filled by the test": [
        ("setup", "kho = []"),
        ("answer", "def dem():\n    return len(kho)"),
        ("test", "kho.append(1)\nassert dem() == 1\nkho.extend([2, 3])\nassert dem() == 3"),
        ("test", "assert dem() == 3"),
    ],
    "a name deleted through globals()": [
        ("answer", "def a():\n    return 1\ndef b():\n    return a() + 1"),
        (
            "test",
            "giu = globals().pop('a')\ntry:\n    b()\nexcept NameError:\n    pass\n"
            "else:\n    raise AssertionError\nglobals()['a'] = giu\nassert b() == 2",
        ),
    ],
    "a plain name deleted is gone for the test, too": [
        ("answer", "x = 5\ndef f():\n    return x"),
        (
            "test",
            "cu = x\ndel x\ntry:\n    x\nexcept NameError:\n    pass\nelse:\n"
            "    raise AssertionError"
            "\nassert 'x' not in dir()\nx = cu\nassert f() == 5",
        ),
        ("test", "assert x == 5"),
    ],
    "a counter set back by every test": [
        ("setup", "so_lan = 0"),
        ("answer", "def goi():\n    global so_lan\n    so_lan += 1\n    return so_lan"),
        ("test", "so_lan = 0\nassert goi() == 1 and goi() == 2 and so_lan == 2"),
        ("test", "so_lan = 40\ngoi()\nassert so_lan == 41"),
    ],
    "a dictionary and a set that functions fill": [
        ("setup", "diem = {}\nda_thay = set()"),
        (
            "answer",
            "def ghi(ten, so):\n    diem[ten] = so\n    da_thay.add(ten)",
        ),
        (
            "test",
            "diem = {'x': 1}\nda_thay = set()\nghi('An', 9)\n"
            "assert diem == {'x': 1, 'An': 9} and da_thay == {'An'}",
        ),
    ],
    "a global that the function binds to another object": [
        ("setup", "hang = [1]"),
        ("answer", "def noi(x):\n    global hang\n    hang = hang + [x]"),
        ("test", "hang = []\ncu = hang\nnoi(1)\nassert hang == [1] and cu == []"),
    ],
    # 03: listing names -----------------------------------------------------------------------
    "names listed in every way": [
        ("setup", "goc = 1"),
        ("answer", "cau_1 = 1\ncau_2 = 2\ndef cau_3():\n    return 3"),
        (
            "test",
            "assert sorted(t for t in dir() if t.startswith('cau_')) == "
            "['cau_1', 'cau_2', 'cau_3']\nassert {'goc', 'cau_1'} <= set(vars())\n"
            "assert locals()['cau_2'] == 2 and dict(globals())['cau_1'] == 1\n"
            "co = {k: v for k, v in globals().items() if k.startswith('cau_') and "
            "isinstance(v, int)}\nassert co == {'cau_1': 1, 'cau_2': 2}\n"
            "assert 'khong_co' not in vars() and 'goc' in dir()",
        ),
        ("test", "def thu():\n    x = 1\n    return dir()\nassert thu() == ['x']"),
        ("test", "assert eval('cau_1 + cau_2', globals()) == 3"),
    ],
    "a condition that looks a name of the learner's up, among large ones": [
        ("setup", "import pandas as pd\nbang = pd.DataFrame({'a': [1, 2, 3]})"),
        ("answer", "nguong = 1\nlon = 'x' * 30_000_000"),
        ("test", "assert bang.query('a > @nguong')['a'].tolist() == [2, 3]"),
        ("test", "assert {k for k, v in globals().items() if type(v) is int} == {'nguong'}"),
    ],
    # 28: data drawn in setup -------------------------------------------------------------------
    "a generator without a seed, a frame, and what follows from it": [
        ("setup", "import numpy as np, pandas as pd, random, secrets, os, time, datetime"),
        ("answer", "random.random()\nbat_dau = 1"),
        (
            "setup",
            "rng = np.random.default_rng()\nbang = pd.DataFrame({'a': rng.normal(size=5)})\n"
            "ma = secrets.token_hex(4)\nhat = os.urandom(3)\nluc = datetime.datetime.now()\n"
            "chon = random.sample(range(100), 5)\nmoc = time.perf_counter()",
        ),
        (
            "answer",
            "tb = bang['a'].mean()\nban_sao = (ma, hat, luc, chon[:], moc)\nlon = max(chon)",
        ),
        (
            "test",
            "assert tb == bang['a'].mean()\nassert ban_sao == (ma, hat, luc, chon, moc)\n"
            "assert lon == max(chon)",
        ),
    ],
    "data drawn by a function of the setup's": [
        ("setup", "import random\ndef tao(n):\n    return [random.random() for _ in range(n)]"),
        ("answer", "x = random.random()"),
        ("setup", "mau = tao(3)\ncung = mau"),
        ("answer", "tong = sum(mau)"),
        ("test", "assert tong == sum(mau) and cung is mau"),
    ],
    "objects of a class of the setup's, drawn in the same cell": [
        (
            "setup",
            "import random\nfrom dataclasses import dataclass\n@dataclass\nclass Don:\n"
            "    tien: float\nds = [Don(random.random()) for _ in range(3)]",
        ),
        (
            "answer",
            "random.random()\ntong = sum(d.tien for d in ds)\nlon = max(ds, key=lambda d: d.tien)",
        ),
        (
            "test",
            "assert tong == sum(d.tien for d in ds)\nassert lon == max(ds, key=lambda d: d.tien)",
        ),
    ],
    "a setup cell that binds nothing and calls the learner's function": [
        ("answer", "so = []\ndef ghi(x):\n    so.append(x)"),
        ("setup", "ghi('a')"),
        ("test", "assert so == ['a']"),
    ],
    "data drawn in a cell that is not locked": [
        ("answer", "a = 1"),
        ("open", "import uuid\nma = str(uuid.uuid4())"),
        ("answer", "dai = len(ma)\ndau = ma[:4]"),
        ("test", "assert dau == ma[:4] and dai == 36"),
    ],
    # 36: setup that works on the learner's objects ---------------------------------------------
    "a setup cell calls the learner's function once": [
        ("answer", "so = []\ndef ghi(x):\n    so.append(x)\n    return len(so)"),
        ("setup", "dau = ghi('a')"),
        ("test", "assert so == ['a'] and dau == 1"),
        ("answer", "ghi('b')"),
        ("test", "assert so == ['a', 'b']"),
    ],
    "a setup cell makes an object of the learner's class, once": [
        (
            "answer",
            "class Tk:\n    dem = 0\n    def __init__(self, so):\n        self.so = so\n"
            "        Tk.dem += 1\n    def nap(self, n):\n        self.so += n",
        ),
        ("setup", "tk = Tk(10)\ntk.nap(5)"),
        ("answer", "tk.nap(1)\nten = tk"),
        ("test", "assert Tk.dem == 1 and tk.so == 16 and ten is tk"),
    ],
    "a setup cell that sorts, draws and defines": [
        ("answer", "ds = [3, 1, 2]"),
        (
            "setup",
            "import random\nds.sort()\nthem = random.randint(1, 10**9)\nds.append(them)\n"
            "def cuoi():\n    return ds[-1]",
        ),
        ("answer", "kq = cuoi()\nds.append(0)"),
        ("test", "assert ds == [1, 2, 3, them, 0] and kq == them == cuoi.__call__() + them"),
    ],
    # 45: a test's changes are told at once -----------------------------------------------------
    "a test changes a dictionary, a nested list and an array": [
        (
            "answer",
            "import numpy as np\nd = {'a': [1]}\nv = np.zeros(3)\ns = {1}",
        ),
        ("test", "d['a'].append(2)\nv[1] = 5\ns.add(7)\nassert d == {'a': [1, 2]}"),
        ("answer", "d['b'] = sum(d['a'])\nv += 1\ncon = sorted(s)"),
        ("test", "assert d == {'a': [1, 2], 'b': 3} and v.tolist() == [1, 6, 1] and con == [1, 7]"),
    ],
    "a large frame that a test sorts": [
        ("answer", "import pandas as pd\nb = pd.DataFrame({'x': range(20000, 0, -1)})"),
        ("test", "b.sort_values('x', inplace=True)\nassert b['x'].iloc[0] == 1"),
        ("answer", "dau = int(b['x'].iloc[0])"),
        ("test", "assert dau == 1"),
    ],
    # 42, 22: identity --------------------------------------------------------------------------
    "the same object within and across names, and through functions": [
        ("setup", "goc = [1, 2]\nbo = {'ds': goc}"),
        (
            "answer",
            "a = [1]\nb = a\nc = list(a)\nhang = [a, a, c]\ngiu = goc\n"
            "def tra(x):\n    return x\ndef la_a(x):\n    return x is a\n"
            "def lay():\n    return a\ndef la_goc(x):\n    return x is goc",
        ),
        (
            "test",
            "assert a is b and a is not c and hang[0] is hang[1] is a and hang[2] is c\n"
            "assert giu is goc and bo['ds'] is goc and tra(goc) is goc and tra(bo)['ds'] is goc\n"
            "assert la_a(a) and la_a(b) and not la_a(c) and la_goc(goc) and not la_goc([1, 2])\n"
            "assert lay() is lay() is a and tra(a) is a",
        ),
        ("test", "cu = a\nlay().append(2)\nassert cu == b == [1, 2] and cu is hang[0]"),
    ],
    "a name kept by one test is the same in the next": [
        ("answer", "x = {'k': 1}\ny = x"),
        ("test", "giu = x\nassert giu is y"),
        ("answer", "x['k'] = 2"),
        ("test", "assert giu is x and giu == {'k': 2}"),
    ],
    "a shallow and a deep copy": [
        ("answer", "import copy\ng = [[1], [2]]\nnong = g[:]\nsau = copy.deepcopy(g)"),
        (
            "test",
            "assert nong is not g and nong[0] is g[0]\nassert sau == g and sau[0] is not g[0]\n"
            "g[0].append(9)\nassert nong[0] == [1, 9] and sau[0] == [1]",
        ),
    ],
    # 44: imports -------------------------------------------------------------------------------
    "imports of every shape": [
        (
            "answer",
            "import math\nimport numpy as np\nimport os.path as duong\nfrom math import pi, sqrt\n"
            "from collections import Counter as Dem, defaultdict\nfrom functools import reduce",
        ),
        (
            "test",
            "assert math.floor(2.5) == 2 and np.array([1]).sum() == 1 and sqrt(pi) > 1\n"
            "assert Dem('aa')['a'] == 2 and reduce(max, [1, 3]) == 3 and duong.join('a', 'b')\n"
            "assert isinstance(Dem('a'), Dem) and defaultdict(int)[1] == 0",
        ),
    ],
    # 41: classes of setup cells ----------------------------------------------------------------
    "a class of the setup's with operators of its own": [
        (
            "setup",
            "import functools\n@functools.total_ordering\nclass Tien:\n"
            "    def __init__(self, dong):\n        self.dong = dong\n"
            "    def __eq__(self, o):\n        return self.dong == o.dong\n"
            "    def __lt__(self, o):\n        return self.dong < o.dong\n"
            "    def __hash__(self):\n        return hash(self.dong)\n"
            "    def __add__(self, o):\n        return Tien(self.dong + o.dong)\n"
            "    def __repr__(self):\n        return f'Tien({self.dong})'",
        ),
        (
            "answer",
            "a = Tien(5)\nds = [Tien(2), Tien(1)]\ndef tong(xs):\n    return sum(xs, Tien(0))",
        ),
        (
            "test",
            "assert a == Tien(5) and Tien(5) == a and a != Tien(6) and a > Tien(4)\n"
            "assert type(a) is Tien and isinstance(a, Tien) and isinstance(ds[0], Tien)\n"
            "assert sorted(ds) == [Tien(1), Tien(2)] and max(ds) == Tien(2)\n"
            "assert tong([Tien(1), Tien(2)]) == Tien(3) and a + Tien(1) == Tien(6)\n"
            "assert {a} == {Tien(5)} and Tien(1) in ds and repr(a) == 'Tien(5)'\n"
            "assert len({Tien(1), ds[1]}) == 1",
        ),
    ],
    "objects of the setup's class keep living where they were made": [
        (
            "setup",
            "class Tk:\n    def __init__(self, ma, so=0):\n        self.ma, self.so = ma, so\n"
            "    def nap(self, n):\n        self.so += n",
        ),
        (
            "answer",
            "class NganHang:\n    def __init__(self):\n        self.ds = []\n"
            "    def mo(self, ma):\n        tk = Tk(ma)\n        self.ds.append(tk)\n"
            "        return tk\n    def tong(self):\n        return sum(t.so for t in self.ds)\n"
            "def nap_them(tk):\n    tk.nap(10)\n    return tk",
        ),
        (
            "test",
            "nh = NganHang()\nt = nh.mo('A')\nt.nap(7)\nassert nh.tong() == 7 and t.so == 7\n"
            "assert type(t) is Tk and nap_them(t) is t and nh.tong() == 17\n"
            "moi = Tk('B')\nassert nap_them(moi) is moi",
        ),
        ("test", "moi = Tk('B')\nnap_them(moi)\nassert moi.so == 10"),
    ],
    "a linked list of the setup's nodes, longer than can be copied": [
        (
            "setup",
            "class Nut:\n    def __init__(self, gia_tri, ke=None):\n"
            "        self.gia_tri, self.ke = gia_tri, ke",
        ),
        (
            "answer",
            "def noi(xs):\n    dau = None\n    for x in reversed(xs):\n        dau = Nut(x, dau)\n"
            "    return dau\ndef dai(nut):\n    n = 0\n    while nut:\n"
            "        n, nut = n + 1, nut.ke\n    return n",
        ),
        (
            "test",
            "d = noi(list(range(300)))\nassert isinstance(d, Nut) and dai(d) == 300\n"
            "assert d.ke.ke.gia_tri == 2 and dai(Nut(1, Nut(2))) == 2",
        ),
    ],
    "the learner's class below one of the setup's": [
        (
            "setup",
            "from abc import ABC, abstractmethod\nclass Hinh(ABC):\n    loai = []\n"
            "    def __init_subclass__(cls, **k):\n        Hinh.loai.append(cls.__name__)\n"
            "    @abstractmethod\n    def dien_tich(self): ...\n"
            "    def gap_doi(self):\n        return 2 * self.dien_tich()",
        ),
        (
            "answer",
            "class Vuong(Hinh):\n    def __init__(self, a):\n        self.a = a\n"
            "    def dien_tich(self):\n        return self.a ** 2",
        ),
        (
            "test",
            "v = Vuong(3)\nassert isinstance(v, Hinh) and issubclass(Vuong, Hinh)\n"
            "assert v.gap_doi() == 18 and type(v) is Vuong and not issubclass(Hinh, Vuong)\n"
            "assert Hinh.loai == [] or Hinh.loai == ['Vuong']",
        ),
    ],
    "errors of the setup's classes": [
        (
            "setup",
            "class LoiSoDu(Exception):\n    def __init__(self, thieu):\n"
            "        super().__init__(f'thiếu {thieu}')\n        self.thieu = thieu",
        ),
        (
            "answer",
            "def rut(co, n):\n    if n > co:\n        raise LoiSoDu(n - co)\n    return co - n",
        ),
        (
            "test",
            "try:\n    rut(1, 6)\nexcept LoiSoDu as e:\n"
            "    assert e.thieu == 5 and str(e) == 'thiếu 5' and type(e) is LoiSoDu\n"
            "else:\n    raise AssertionError\nassert rut(5, 1) == 4",
        ),
    ],
    "a class of the setup's as a value, and an error below one of its errors": [
        (
            "setup",
            "class Goc:\n    def __init__(self, x=0):\n        self.x = x\n"
            "class Loi(Exception):\n    pass",
        ),
        (
            "answer",
            "lop = Goc\ndef tao(k):\n    return k(7)\nclass LoiCon(Loi):\n    pass\n"
            "def hong():\n    raise LoiCon('x')",
        ),
        (
            "test",
            "assert lop is Goc and tao(Goc).x == 7 and type(tao(lop)) is Goc\n"
            "try:\n    hong()\nexcept Loi as e:\n    assert str(e) == 'x' and type(e) is LoiCon\n"
            "else:\n    raise AssertionError",
        ),
    ],
    "an object of the test's that the learner's function works on": [
        (
            "setup",
            "class Ghi:\n    def __init__(self):\n        self.dong = []\n"
            "    def ghi(self, x):\n        self.dong.append(x)\n        return len(self.dong)",
        ),
        ("answer", "def ghi_ca(g, xs):\n    so = [g.ghi(x) for x in xs]\n    return so[-1]"),
        ("test", "g = Ghi()\nassert ghi_ca(g, 'ab') == 2\nassert g.dong == ['a', 'b']"),
    ],
    "a dataclass taken apart": [
        (
            "setup",
            "import dataclasses\nfrom dataclasses import dataclass\n@dataclass\nclass Nguoi:\n"
            "    ten: str\n    tuoi: int = 0",
        ),
        ("answer", "n = Nguoi('An', 5)"),
        (
            "test",
            "assert dataclasses.asdict(n) == {'ten': 'An', 'tuoi': 5}\n"
            "assert dataclasses.replace(n, tuoi=6) == Nguoi('An', 6)\n"
            "match n:\n    case Nguoi(ten, 5):\n        assert ten == 'An'\n"
            "    case _:\n        raise AssertionError",
        ),
    ],
    "a setup cell whose lambda and guarded import lean on an answer": [
        ("answer", "he_so = 3\nds = [1]"),
        (
            "setup",
            "try:\n    import khong_co_goi_nay as goi\nexcept ImportError:\n"
            "    import json as goi\n"
            "nhan = lambda x: x * he_so\nds.append(nhan(2))",
        ),
        ("answer", "kq = nhan(5)\nchu = goi.dumps([1])"),
        ("test", "assert kq == 15 and chu == '[1]' and ds == [1, 6] and nhan(1) == 3"),
    ],
    "frozen classes, slots, flags and records": [
        (
            "setup",
            "from dataclasses import dataclass, field\nfrom enum import Enum, IntEnum\n"
            "from typing import NamedTuple\n@dataclass(frozen=True)\nclass O:\n    h: int\n"
            "    c: int\n"
            "class Muc(IntEnum):\n    THAP = 1\n    CAO = 2\nclass Sp(NamedTuple):\n    ten: str\n"
            "    gia: float = 0\nclass Gon:\n    __slots__ = ('x',)\n    def __init__(self, x):\n"
            "        self.x = x\n    def __eq__(self, o):\n        return self.x == o.x\n"
            "@dataclass\nclass Lop:\n    ds: list = field(default_factory=list)",
        ),
        (
            "answer",
            "o = O(1, 2)\nm = Muc.CAO\nsp = Sp('bút', 3.5)\ng = Gon(4)\nl = Lop([O(0, 0)])\n"
            "theo = {O(1, 1): Muc.THAP}\ndef tang(x: Muc):\n    return Muc(x - 1)",
        ),
        (
            "test",
            "assert o == O(1, 2) and hash(o) == hash(O(1, 2)) and o in {O(1, 2)}\n"
            "assert m is Muc.CAO and m > Muc.THAP and m == 2 and tang(Muc.CAO) is Muc.THAP\n"
            "assert sp == ('bút', 3.5) == Sp('bút', 3.5) and sp._asdict()['gia'] == 3.5\n"
            "assert type(sp) is Sp and g == Gon(4) and l == Lop([O(0, 0)]) and l != Lop()\n"
            "assert theo[O(1, 1)] is Muc.THAP",
        ),
    ],
    "a list of the setup's own kind": [
        (
            "setup",
            "class Ngan(list):\n    def __init__(self, *a):\n        super().__init__(*a)\n"
            "        self.ten = 'x'\n    def dinh(self):\n        return self[-1]",
        ),
        ("answer", "def day(n):\n    s = Ngan()\n    s.extend(range(n))\n    return s"),
        (
            "test",
            "s = day(3)\nassert isinstance(s, Ngan) and list(s) == [0, 1, 2] and s.dinh() == 2\n"
            "assert len(s) == 3 and s == [0, 1, 2] and 1 in s",
        ),
    ],
    # 41: library values ------------------------------------------------------------------------
    "values of library classes": [
        (
            "setup",
            "import re, http, ipaddress, statistics, time, urllib.parse, collections, pathlib",
        ),
        (
            "answer",
            "mau = re.compile('a+', re.I)\nma = http.HTTPStatus.NOT_FOUND\n"
            "mang = ipaddress.ip_network('10.0.0.0/8')\nchuan = statistics.NormalDist(0, 1)\n"
            "luc = time.gmtime(0)\nurl = urllib.parse.urlparse('https://a.vn/b?c=1')\n"
            "gop = collections.ChainMap({'a': 1}, {'b': 2})\n"
            "tep = [pathlib.Path('a') / 'b', pathlib.PurePosixPath('/x')]",
        ),
        (
            "test",
            "assert mau.match('Aa') and mau == re.compile('a+', re.I)\n"
            "assert ma is http.HTTPStatus.NOT_FOUND and ma == 404\n"
            "assert ipaddress.ip_address('10.1.1.1') in mang and chuan.cdf(0) == 0.5\n"
            "assert luc.tm_year == 1970 and luc == time.gmtime(0) and url.netloc == 'a.vn'\n"
            "assert url == urllib.parse.urlparse('https://a.vn/b?c=1') and gop['b'] == 2\n"
            "assert tep[0].name == 'b'\n"
            "assert tep == [pathlib.Path('a/b'), pathlib.PurePosixPath('/x')]",
        ),
    ],
    "namespaces and arrays change in place": [
        ("setup", "import array\nfrom types import SimpleNamespace"),
        (
            "answer",
            "n = SimpleNamespace(a=[1])\nm = array.array('d', [1.5])\n"
            "def sua():\n    n.a.append(2)\n    n.b = 3\n    m.append(2.5)",
        ),
        (
            "test",
            "giu = n\nsua()\nassert n == SimpleNamespace(a=[1, 2], b=3) and giu is n\n"
            "assert m == array.array('d', [1.5, 2.5])\nn.b = 4\nm.append(0)",
        ),
        ("answer", "tong = n.b + len(m)"),
        ("test", "assert tong == 7"),
    ],
    "coroutines awaited, gathered and iterated": [
        ("setup", "import asyncio"),
        (
            "answer",
            "async def gap(x):\n    await asyncio.sleep(0)\n    return 2 * x\n"
            "async def loi():\n    raise ValueError('x')",
        ),
        (
            "test",
            "kq = await gap(4)\nassert kq == 8\nca = await asyncio.gather(gap(1), gap(2))\n"
            "assert ca == [2, 4]\ntry:\n    await loi()\nexcept ValueError:\n    pass\n"
            "else:\n    raise AssertionError",
        ),
    ],
}


@pytest.mark.parametrize("name", STORIES)
def test_the_reference_earns_everything(marker, name):
    source = notebook(*cells_of(STORIES[name]))
    marks = marker.mark(source, as_bytes(source))
    assert marks.total == marks.max, [(cell.grade_id, cell.feedback) for cell in marks.cells]


# Each: the reference, a submission's answers by number of the cell, and its marks.
WRONG = {
    "a copy where an alias was asked for": (
        "the same object within and across names, and through functions",
        {1: "a = [1]\nb = [1]\nc = list(a)\nhang = [a, [1], c]\ngiu = list(goc)\n"
         "def tra(x):\n    return list(x)\nla_a = la_goc = lambda x: x == [1]\nlay = lambda: [1]"},
        0,
    ),
    "a shallow copy that was to be deep": (
        "a shallow and a deep copy",
        {0: "g = [[1], [2]]\nnong = g[:]\nsau = g[:]"},
        0,
    ),
    "a function that does not use the helper": (
        "a helper of the setup's is replaced for the learner's function and put back",
        {1: "def doi(usd):\n    return usd * 25000 + 3"},
        1,
    ),
    "an object of another class that only looks alike": (
        "a class of the setup's with operators of its own",
        {1: "class Tien2:\n    dong = 5\n    def __eq__(self, o): return True\n"
         "a = Tien2()\nds = [a, a]\ndef tong(xs): return a"},
        0,
    ),
    "numbers where members of an Enum were asked for": (
        "frozen classes, slots, flags and records",
        {1: "o = (1, 2)\nm = 2\nsp = ('bút', 3.5)\ng = 4\nl = []\ntheo = {}\ntang = int"},
        0,
    ),
    "imports of other things": (
        "imports of every shape",
        {0: "import cmath as math\nimport math as np\nduong = 1\npi = 3\nsqrt = abs\n"
         "Dem = defaultdict = reduce = None"},
        0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_not_the_same_earns_less(marker, name):
    story, answers, right = WRONG[name]
    source = notebook(*cells_of(STORIES[story]))
    given = {f"answer{number}": text for number, text in answers.items()}
    assert marker.mark(source, as_bytes(answered(source, **given))).total == right


def test_another_way_to_import_the_same_is_as_good(marker):
    source = notebook(
        solution("s", "from math import sqrt as can"), test("t", "assert can(16) == 4")
    )
    for answer in ("from numpy import sqrt as can", "def can(x):\n    return x ** 0.5"):
        assert marker.mark(source, as_bytes(answered(source, s=answer))).total == 1
