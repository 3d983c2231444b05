"""Tricks against tests that lean on the learner.

Each of these questions is one that an instructor could well write. Run in the examiner's process
without more thought, its test would carry the learner's code there, or take the learner's word for
what it judges. `graders.strict.examiner.audit_hook`, `graders.strict.examiner.link` and
`graders.strict.reading.ownership` hold against them.
"""

from notebooks import answered, locked, notebook, solution, test
from tricks import LEARNER, Trick

LEANING: list[Trick] = []


def asked(name: str, source: dict, *, honest=0.0, secrets=(), **answers: str) -> None:
    """A trick against a question of its own; ``answers`` by grade_id."""
    LEANING.append(Trick(name, answered(source, **answers), honest, source, secrets))


def question(answer: str, *tests: str) -> dict:
    """One answer and its tests, ``s1`` and ``t1``, ``t2`` …"""
    cells = [solution("s1", f"### BEGIN SOLUTION\n{answer}\n### END SOLUTION")]
    cells += [test(f"t{number}", text) for number, text in enumerate(tests, 1)]
    return notebook(*cells)


# Code that makes every test pass, for an examiner or for stock's kernel, wherever it gets to run.
TAKE_OVER = """
import gc
for o in gc.get_objects():
    if type(o).__name__ == 'Examiner':
        o.run_test = lambda *a, **k: [{'error': None, 'result': None}]
from IPython import get_ipython
if get_ipython():
    get_ipython().showtraceback = lambda *a, **k: None
"""
AS_ONE_LINE = (
    "[setattr(o, 'run_test', lambda *a, **k: [{'error': None, 'result': None}]) "
    "for o in __import__('gc').get_objects() if type(o).__name__ == 'Examiner'] and 6"
)
PRODUCT = "def nhan(a, b):\n    return a * b"
NEVER = "assert nhan(7, 9) == 63"

# The learner's text as code ----------------------------------------------------------------------

asked(
    "a test that evaluates the answer",
    question("bieu = '2 * 3'", "assert eval(bieu) == 6", "assert bieu == '2 * 3'"),
    s1=f"bieu = {AS_ONE_LINE!r}",
)
asked(
    "an answer that names the test's expectation",
    question("bieu = '2 * 3'", "mong_doi = 6\nassert eval(bieu) == mong_doi"),
    s1="bieu = 'mong_doi'",
)
RUN_EXAMPLES = """
import doctest
run = doctest.DocTestRunner(verbose=False)
for one in doctest.DocTestFinder().find(nhan, 'nhan', globs={'nhan': nhan}):
    run.run(one)
assert run.tries and not run.failures
"""
EXAMPLES = "".join(
    f"    {'...' if line.startswith(' ') else '>>>'} {line}\n"
    for line in TAKE_OVER.strip().splitlines()[:4]
)
asked(
    "a test that runs the docstring's examples",
    question(PRODUCT, RUN_EXAMPLES, NEVER),
    s1=f'def nhan(a, b):\n    """\n{EXAMPLES}    """',
)
asked(
    "a test that reads annotations",
    question(
        "def nhan(a: int, b: int) -> int:\n    return a * b",
        "import inspect\nassert inspect.get_annotations(nhan, eval_str=True)['a'] is int",
        NEVER,
    ),
    s1=f"def nhan(a, b): return 0\nnhan.__annotations__ = {{'a': {AS_ONE_LINE!r}}}",
)
TABLE = "import pandas as pd\nbang = pd.DataFrame({'a': [1, 2, 3]})\n"
asked(
    "a condition that runs code",
    question("loc = 'a > 1'", TABLE + "assert len(bang.query(loc)) == 2", "assert loc == 'a > 1'"),
    s1=f"loc = '@pd.core.common.builtins.exec(' + repr({TAKE_OVER!r}) + ') != 7'",
)
asked(
    "a condition that reads the test's variables",
    question(
        "loc = 'a > 1'", TABLE + "mong = [2, 3]\nassert bang.query(loc)['a'].tolist() == mong"
    ),
    s1="loc = 'a in @mong'",
)
asked(
    "a condition whose quotes hide the test's variables",
    question(
        "loc = 'a > 1'", TABLE + "mong = [2, 3]\nassert bang.query(loc)['a'].tolist() == mong"
    ),
    s1="""loc = "'x' == '''x'y''' or a in @mong or 'x' == ''\"""",
)

# The learner's files -----------------------------------------------------------------------------

asked(
    "pickles of every kind",
    question(
        "import pandas as pd\npd.Series([1]).to_pickle('a.pkl')",
        "import pandas as pd\nassert pd.read_pickle('a.pkl')[0] == 1",
        "import numpy as np\nassert np.load('a.npy', allow_pickle=True)[0] == 1",
        "import shelve\nassert shelve.open('a.db')['k'] == 1",
        "import joblib\nassert joblib.load('a.pkl') == 1",
        "assert 1 == 0",
    ),
    s1="import pickle, shelve\nimport numpy as np\nclass R:\n    def __reduce__(self):\n"
    f"        return exec, ({TAKE_OVER!r},)\n"
    "open('a.pkl', 'wb').write(pickle.dumps(R()))\n"
    "np.save('a.npy', np.array([R()], dtype=object), allow_pickle=True)\n"
    "with shelve.open('a.db') as d: d['k'] = R()",
)
asked(
    "a test that imports the learner's module",
    question(
        "open('bai.py', 'w').write('def nhan(a, b): return a * b')",
        "import sys\nsys.path.insert(0, '.')\nimport bai\nassert bai.nhan(2, 3) == 6",
        "assert 1 == 0",
    ),
    s1=f"open('bai.py', 'w').write({TAKE_OVER!r} + 'def nhan(a, b): return 7')",
)
COMPILED = """
import py_compile
open('x.py', 'w').write(code)
py_compile.compile('x.py', cfile='bai.pyc', dfile='/usr/lib/python3/bai.py')
"""
asked(
    "a test that imports a compiled file with a false address",
    question(
        "nhan = 1",
        "import sys\nsys.path.insert(0, '.')\nimport bai\nassert bai.nhan(2, 3) == 6",
        "assert 1 == 0",
    ),
    s1=f"code = {TAKE_OVER + 'def nhan(a, b): return 7'!r}" + COMPILED,
)
ARCHIVE = """
import os, zipfile
os.rename('bai.pyc', '__main__.pyc')
with zipfile.ZipFile('bai.py', 'w') as tep: tep.write('__main__.pyc')
"""
asked(
    "a script that is an archive of compiled code",
    question(
        "open('bai.py', 'w').write('nhan = 6')",
        "import runpy\nassert runpy.run_path('bai.py')['nhan'] == 6",
        "assert 1 == 0",
    ),
    s1=f"code = {TAKE_OVER + 'nhan = 7'!r}" + COMPILED + ARCHIVE,
)
asked(
    "a test that starts the learner's script",
    question(
        "open('bai.py', 'w').write('print(6)')",
        "import subprocess, sys\ndone = subprocess.run([sys.executable, 'bai.py'], "
        "capture_output=True, text=True)\nassert done.stdout.strip() == '6'",
        "assert 1 == 0",
    ),
    s1='open("bai.py", "w").write("""import os\nopen(f\'/proc/{os.getppid()}/mem\', \'r+b\')""")',
)
asked(
    "a module that does things when it is imported",
    question("m = 60\nn = 1", "assert m == 60", "assert n == 1"),
    s1=LEARNER + f"open('test_evil.py', 'w').write({TAKE_OVER!r})\nm = n = 0\n"
    "if L is not None:\n"
    "    type(L)._say = lambda self, value: {'r': ['mod', 'unittest.__main__']}",
)
asked(
    "the test's own file rewritten",
    question(
        "def dem(ten):\n    with open(ten) as tep:\n        return len(tep.read().split())",
        "open('t.txt', 'w').write('a b c')\n"
        "assert dem('t.txt') == len(open('t.txt').read().split())",
    ),
    s1="def dem(ten):\n    open(ten, 'w').write('')\n    return 0",
)

# The learner's word ------------------------------------------------------------------------------

UNITTEST = """
import unittest
class T(unittest.TestCase):
    def test_nhan(self):
        self.assertEqual(nhan(2, 3), 6)
found = unittest.defaultTestLoader.loadTestsFromTestCase(T)
assert unittest.TextTestRunner(stream=open('log.txt', 'w')).run(found).wasSuccessful()
"""
asked(
    "a unit test that is skipped",
    question(PRODUCT, UNITTEST),
    s1="import unittest\ndef nhan(a, b):\n    raise unittest.SkipTest('x')",
)
asked(
    "a unit test that is told to stop",
    question(PRODUCT, UNITTEST),
    s1="from unittest.case import _ShouldStop\ndef nhan(a, b):\n    raise _ShouldStop",
)
asked(
    "a mock set up anew",
    question(
        "def ghi(ra):\n    ra.write('x')",
        "from unittest.mock import Mock\nra = Mock()\nghi(ra)\n"
        "ra.write.assert_called_once_with('x')",
    ),
    s1="def ghi(ra):\n    ra.configure_mock(**{'write.assert_called_once_with': lambda *a: None})",
)
asked(
    "StopIteration out of an attribute",
    question(
        "class Hinh:\n    def __init__(self, a):\n        self.dien_tich = a * a",
        "hinh = [Hinh(2), Hinh(3)]\nassert all(map(lambda one: one.dien_tich > 3, hinh))",
    ),
    s1="class Hinh:\n    def __init__(self, a): pass\n    @property\n"
    "    def dien_tich(self): raise StopIteration",
)
asked(
    "an expectation kept under a name of the learner's",
    question(PRODUCT + "\nkq = nhan(1, 2)", "kq = 12\nassert nhan(3, 4) == kq"),
    s1="kq = 0\ndef nhan(a, b):\n    return kq",
)
TWO = notebook(
    solution("s1", "### BEGIN SOLUTION\ndef sap(xs):\n    xs.sort()\n### END SOLUTION"),
    test("t1", "xs = [3, 1]\nsap(xs)\nassert xs == [1, 3]"),
    solution("s2", "### BEGIN SOLUTION\ndef cong(xs):\n    return sum(xs)\n### END SOLUTION"),
    test("t2", "xs = [3, 5, 8]\nassert cong(xs) == sum(xs)"),
)
EMPTIES = "def cong(xs):\n    xs.clear()\n    return 0\n"
asked(
    "a function that says it is one which may change its argument",
    TWO,
    s1="raise NotImplementedError",
    s2=EMPTIES + "cong.__name__ = 'sap'",
)
asked("a function under two names", TWO, s1="raise NotImplementedError", s2=EMPTIES + "sap = cong")
FRACTION = """
### BEGIN SOLUTION
class PS:
    def __init__(self, a, b):
        self.a, self.b = a, b
    def __lt__(self, o):
        return self.a * o.b < o.a * self.b
    def __sub__(self, o):
        return PS(self.a * o.b - o.a * self.b, self.b * o.b)
    def __abs__(self):
        return PS(abs(self.a), self.b)
### END SOLUTION"""
LENT = notebook(
    solution("s1", FRACTION),
    test("t1", "assert PS(1, 2) < PS(2, 3) and not PS(2, 3) < PS(1, 2)"),
    solution(
        "s2", "### BEGIN SOLUTION\ndef tb(xs):\n    return sum(xs) / len(xs)\n### END SOLUTION"
    ),
    test("t2", "assert abs(tb([1, 2, 3]) - 2) < 1e-9"),
)
asked(
    "operators of one exercise lent to another",
    LENT,
    s1="class PS:\n    def __init__(self, *a): pass\n    def __lt__(self, o): return True\n"
    "    def __sub__(self, o): return self\n    def __abs__(self): return self",
    s2="def tb(xs):\n    return PS()",
)
CLOCK = """
class DongHo:
    def __enter__(self): return self
    def __exit__(self, *loi): return False
    def gio(self): return 12"""
asked(
    "a context manager that swallows what the test finds wrong",
    question(
        CLOCK, "with DongHo() as d:\n    assert d.gio() == 12", "with DongHo() as d:\n    1 / 0"
    ),
    s1=CLOCK.replace("False", "True").replace("12", "0"),
)
QUIET = """
class BoQua:
    def __enter__(self): return self
    def __exit__(self, *loi): return loi[0] is not KeyError
    def gio(self): return 12"""
asked(
    "a context manager that may swallow errors, and swallows an assertion",
    question(QUIET, "with BoQua():\n    int('a')", "with BoQua() as d:\n    assert d.gio() == 12"),
    honest=1.0,
    s1=QUIET.replace("12", "0"),
)
NOT_A_LIST = """
class Kieu(type):
    def __len__(cls): return 2
    def __iter__(cls): return iter(())
class Rong(metaclass=Kieu): pass
def loc(xs): return Rong
"""
asked(
    "a class with a length and without items",
    question(
        "def loc(xs):\n    return [x for x in xs if x > 2]",
        "kq = loc([1, 3, 5])\nassert len(kq) == 2\nfor x, y in zip(kq, [3, 5]):\n    assert x == y",
    ),
    s1=NOT_A_LIST,
)
YES_MAN = """
class PS({base}):
    def __init__(self, *a): pass
    def __lt__(self, o): return True
    def __sub__(self, o): return self
    def __abs__(self): return self"""
asked(
    "operators lent by the name of a class above",
    LENT,
    s1="Goc = type('tb', (), {})" + YES_MAN.format(base="Goc"),
    s2="def tb(xs):\n    return PS()",
)
ANYTHING = notebook(
    *LENT["cells"][:3],
    test("t2", "kq = tb([1, 2, 3])\nassert isinstance(kq, object) and abs(kq - 2) < 1e-9"),
)
asked(
    "operators lent where the test speaks of object",
    ANYTHING,
    s1=YES_MAN.format(base="object"),
    s2="def tb(xs):\n    return PS()",
)

# Theft and denial --------------------------------------------------------------------------------

asked(
    "hidden inputs told in a later error",
    notebook(
        solution("s1", f"### BEGIN SOLUTION\n{PRODUCT}\n### END SOLUTION"),
        test(
            "t1",
            "### BEGIN HIDDEN TESTS\nassert nhan(17, 19) == 323\n### END HIDDEN TESTS\n"
            "assert nhan(2, 3) == 6",
        ),
        test("t2", "assert nhan(1, 1) == 1"),
    ),
    honest=1.0,
    secrets=("17", "19"),
    s1="log = []\ndef nhan(a, b):\n    log.append((a, b))\n"
    "    if (a, b) == (1, 1): raise ValueError(str(log))\n    return a * b",
)
asked(
    "the hidden part of a locked cell",
    notebook(
        locked("k", "### BEGIN HIDDEN TESTS\nBI_MAT = 123\n### END HIDDEN TESTS\nx = 1"),
        solution("s1", "### BEGIN SOLUTION\nso = 123\n### END SOLUTION"),
        test("t1", "assert so == BI_MAT"),
    ),
    s1="so = globals().get('BI_MAT', 0)",
)
asked(
    "a cell for the supervisor to choke on",
    question("x = 1", "assert x == 1"),
    s1="\n".join(["%who"] * 600),
)
