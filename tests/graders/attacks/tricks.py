"""Tricks: one table of hostile notebooks, each with the marks it honestly deserves.

The exercise is always the same (five questions of one point). A trick answers none of them unless
its line says so; what it earns beyond ``honest`` is forged. ``stock`` is False where stock nbgrader
must not be given the same file on a machine that is needed afterwards: it has no walls, so what a
trick writes, it writes for good.
"""

from collections.abc import Callable
from dataclasses import dataclass

from notebooks import answered, as_bytes, code, notebook, solution, test

SETUP = """
import math, random
data = [10, 20, 30]
def check(value, wanted):
    return value == wanted
"""
SOURCE = notebook(
    code(SETUP),
    solution("s1", "### BEGIN SOLUTION\ntong = sum(data)\n### END SOLUTION"),
    test(
        "t1",
        "assert check(tong, 60), 'Tổng chưa đúng'\n"
        "### BEGIN HIDDEN TESTS\nassert len(data) == 3 and tong == sum(data)\n"
        "### END HIDDEN TESTS",
    ),
    solution("s2", "### BEGIN SOLUTION\ndef nhan(a, b):\n    return a * b\n### END SOLUTION"),
    test(
        "t2",
        "assert nhan(2, 3) == 6, 'Tích chưa đúng'\n### BEGIN HIDDEN TESTS\n"
        "for _ in range(3):\n    a, b = random.randint(100, 999), random.randint(100, 999)\n"
        "    assert nhan(a, b) == a * b\n### END HIDDEN TESTS",
    ),
    solution(
        "s3",
        "### BEGIN SOLUTION\nimport pandas as pd\n"
        "bang = pd.DataFrame({'ten': ['a', 'b'], 'diem': [7.5, 9.0]})\n### END SOLUTION",
    ),
    test(
        "t3",
        "import numpy as np\nimport pandas as pd\nassert isinstance(bang, pd.DataFrame)\n"
        "### BEGIN HIDDEN TESTS\nassert np.allclose(bang['diem'].to_numpy(), [7.5, 9.0])\n"
        "pd.testing.assert_frame_equal("
        "bang, pd.DataFrame({'ten': ['a', 'b'], 'diem': [7.5, 9.0]}))\n### END HIDDEN TESTS",
    ),
    solution("s4", "### BEGIN SOLUTION\ndiem = 7.5\n### END SOLUTION"),
    test(
        "t4",
        "assert isinstance(diem, float)\n### BEGIN HIDDEN TESTS\n"
        "assert 7.4 < diem < 7.6 and abs(diem - 7.5) < 0.01 and math.isclose(diem, 7.5)\n"
        "### END HIDDEN TESTS",
    ),
    solution("s5", "### BEGIN SOLUTION\ndef cong(ds):\n    return sum(ds)\n### END SOLUTION"),
    test(
        "t5",
        "### BEGIN HIDDEN TESTS\nxs = [3, 5, 8]\nassert cong(xs) == sum(xs), 'Cộng chưa đúng'\n"
        "assert cong(data) == 60\n### END HIDDEN TESTS",
    ),
)
NOTHING = dict.fromkeys(("s1", "s2", "s3", "s4", "s5"), "raise NotImplementedError()")
EVERYTHING = {
    "s1": "tong = 60",
    "s2": "def nhan(a, b):\n    return a * b",
    "s3": "import pandas as pd\nbang = pd.DataFrame({'ten': ['a', 'b'], 'diem': [7.5, 9.0]})",
    "s4": "diem = 7.5",
    "s5": "def cong(ds):\n    return sum(ds)",
}


@dataclass(frozen=True)
class Trick:
    name: str
    notebook: dict
    honest: float = 0.0
    stock: bool = True

    @property
    def content(self) -> bytes:
        return as_bytes(self.notebook)


TRICKS: list[Trick] = []


def first(name: str, source: str, *, honest=0.0, stock=True, **others: str) -> None:
    """A trick in the first solution cell; ``others`` replace further cells."""
    answers = NOTHING | {"s1": source} | others
    TRICKS.append(Trick(name, answered(SOURCE, **answers), honest, stock))


def shaped(name: str, change: Callable[[dict], None], *, honest=0.0, stock=True) -> None:
    """A trick in the notebook's own JSON."""
    found = answered(SOURCE, **NOTHING)
    change(found)
    TRICKS.append(Trick(name, found, honest, stock))


# The shell --------------------------------------------------------------------------------------

first(
    "displayhook hands in a number",
    "ip = get_ipython()\nip.events.register('pre_run_cell', lambda *a: ip.displayhook(1.0))",
)
first(
    "AST transformer drops asserts",
    "import ast\nclass T(ast.NodeTransformer):\n    def visit_Assert(self, node):\n"
    "        return ast.Pass()\nget_ipython().ast_transformers.append(T())",
)
first(
    "AST transformer empties every cell",
    "import ast\nclass T(ast.NodeTransformer):\n    def visit_Module(self, node):\n"
    "        node.body = []\n        return node\nget_ipython().ast_transformers.append(T())",
)
first(
    "input transformer empties every cell",
    "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])",
)
first(
    "run_cell_async replaced",
    "ip = get_ipython()\nfrom IPython.core.interactiveshell import ExecutionResult\n"
    "async def nothing(*a, **k):\n    return ExecutionResult(None)\nip.run_cell_async = nothing",
)
first(
    "run_ast_nodes replaced",
    "ip = get_ipython()\nasync def nothing(*a, **k):\n    return False\nip.run_ast_nodes = nothing",
)
first(
    "showtraceback silenced",
    "ip = get_ipython()\nip.showtraceback = lambda *a, **k: None\n"
    "ip._showtraceback = lambda *a, **k: None",
)
first(
    "custom exception handler swallows errors",
    "ip = get_ipython()\nip.set_custom_exc((Exception,), lambda self, *a, **k: None)",
)
first(
    "a thousand and one lines before the error",
    "ip = get_ipython()\n"
    "ip.events.register('pre_run_cell', lambda *a: print('\\n'.join(map(str, range(1001)))))",
)
first("asks the shell to exit", "get_ipython().ask_exit()\nget_ipython().exit_now = True")
first(
    "user namespace that lies",
    "class D(dict):\n    def __missing__(self, key):\n        return 60\n"
    "ip = get_ipython()\nip.user_ns = D(ip.user_ns)\nip.user_module.__dict__.update(ip.user_ns)",
)
first("cell magic swallows the cell", "%%javascript\nalert(1)")

# Python's own names -----------------------------------------------------------------------------

first(
    "equal to everything",
    "class E:\n    def __eq__(self, o): return True\n    def __ne__(self, o): return False\n"
    "    __hash__ = None\ntong = E()",
    s4="diem = tong",
    s2="def nhan(a, b):\n    return E()",
    s5="def cong(ds):\n    return E()",
)
MAGIC = """
class Any:
    def __eq__(self, o): return True
    def __ne__(self, o): return False
    def __lt__(self, o): return True
    __le__ = __gt__ = __ge__ = __contains__ = __lt__
    def __float__(self): return 7.5
    def __sub__(self, o): return 0.0
    __add__ = __rsub__ = __radd__ = __mul__ = __rmul__ = __sub__
    def __abs__(self): return 0.0
    def __bool__(self): return True
    def __len__(self): return 3
    def __getattr__(self, n): return self
    def __call__(self, *a, **k): return self
    def __iter__(self): return iter([self] * 3)
    def __getitem__(self, k): return self
    def __array__(self, *a, **k):
        import numpy as np
        return np.array([7.5, 9.0])
    @property
    def __class__(self): return float
"""
first(
    "an object that is whatever is asked",
    MAGIC + "tong = Any()",
    s2="nhan = Any()",
    s3="bang = Any()",
    s4="diem = Any()",
    s5="cong = Any()",
)
first(
    "subclasses of int, float and list that are always equal",
    "class I(int):\n    __eq__ = lambda s, o: True\n    __hash__ = int.__hash__\ntong = I(1)",
    s4="class F(float):\n    __lt__ = __gt__ = __eq__ = lambda s, o: True\n"
    "    __sub__ = lambda s, o: 0.0\n    __hash__ = float.__hash__\ndiem = F(1.0)",
    s2="class L(int):\n    __eq__ = lambda s, o: True\ndef nhan(a, b):\n    return L(1)",
)
first(
    "a DataFrame subclass that equals",
    "tong = 0",
    s3="import pandas as pd\nclass B(pd.DataFrame):\n    def equals(self, o): return True\n"
    "    def __getitem__(self, k): return self\nbang = B({'diem': [0]})",
)
first(
    "__class__ lies about the type",
    "class C:\n    @property\n    def __class__(self): return float\n"
    "    __lt__ = __gt__ = lambda s, o: True\n    __sub__ = lambda s, o: 0.0\ntong = C()",
    s4="diem = C()",
)
first(
    "builtins replaced",
    "import builtins\nbuiltins.len = lambda x: 3\nbuiltins.sum = lambda x: 0\ntong = 0\n"
    "builtins.isinstance = lambda *a: True\nbuiltins.abs = lambda x: 0.0\n"
    "builtins.range = lambda *a: []",
    s5="def cong(ds):\n    return 0",
)
first(
    "AssertionError replaced by something that cannot be raised",
    "import builtins\nclass Quiet(BaseException):\n    def __new__(cls, *a): raise SystemExit(0)\n"
    "builtins.AssertionError = Quiet",
)
first("helper and data overwritten", "check = lambda *a: True\ndata = [0, 0, 0]\ntong = 0")
first(
    "data changed in place",
    "data.clear()\ndata.extend([0, 0, 0])\ntong = 0",
)
first(
    "argument emptied to spoil the expectation",
    "tong = 0",
    s5="def cong(ds):\n    ds.clear()\n    return 0",
)
first(
    "test's function taken by name",
    "def __getattr__(name): return lambda *a: True\ncheck = math = random = None",
)
first(
    "libraries' comparisons replaced",
    "import numpy as np, pandas as pd, math\nnp.allclose = lambda *a, **k: True\n"
    "pd.testing.assert_frame_equal = lambda *a, **k: None\nmath.isclose = lambda *a, **k: True\n"
    "import random\nrandom.randint = lambda a, b: 0",
    s2="def nhan(a, b):\n    return 6 if (a, b) == (2, 3) else 0",
    s3="bang = pd.DataFrame({'ten': ['x'], 'diem': [0.0]})",
    s4="diem = 0.0",
)
first(
    "modules replaced",
    "import sys, types\nfake = types.ModuleType('fake')\n"
    "fake.__getattr__ = lambda name: (lambda *a, **k: True)\n"
    "for name in ('numpy', 'pandas', 'math', 'random'):\n    sys.modules[name] = fake\n"
    "np = pd = math = random = fake",
    s3="bang = fake",
    s4="diem = 0.0",
)
first(
    "import hook answers imports",
    "import sys, types, importlib.abc, importlib.machinery\n"
    "class F(importlib.abc.MetaPathFinder, importlib.abc.Loader):\n"
    "    def find_spec(self, name, path=None, target=None):\n"
    "        return importlib.machinery.ModuleSpec(name, self)\n"
    "    def create_module(self, spec): return types.ModuleType(spec.name)\n"
    "    def exec_module(self, m): m.__getattr__ = lambda n: (lambda *a, **k: True)\n"
    "sys.meta_path.insert(0, F())\n"
    "for n in ('numpy', 'pandas', 'math'):\n    sys.modules.pop(n, None)",
)
first(
    "names that only look alike",
    "tоng = 60",  # the o is Cyrillic
    s4="dіem = 7.5",
)

# Looking and reaching ---------------------------------------------------------------------------

first(
    "frames of the caller",
    "tong = 0",
    s2="import inspect\ndef nhan(a, b):\n    for f in inspect.stack():\n"
    "        for name, value in {**f.frame.f_globals, **f.frame.f_locals}.items():\n"
    "            if name in ('wanted', 'expected'):\n                return value\n"
    "    f = inspect.currentframe().f_back\n"
    "    f.f_globals['assert'] = None\n    return 6",
)
first(
    "settrace jumps over the lines of tests",
    "import sys\ndef trace(frame, event, arg):\n"
    "    if event == 'line' and 'ipython-input' in frame.f_code.co_filename:\n"
    "        try:\n"
    "            frame.f_lineno = max(frame.f_code.co_lines(), key=lambda l: l[2] or 0)[2]\n"
    "        except Exception: pass\n    return trace\nsys.settrace(trace)\n"
    "import threading\nthreading.settrace(trace)",
)
first("setprofile raises SystemExit", "import sys\nsys.setprofile(lambda *a: None)")
first(
    "gc looks for the tests",
    "import gc, re\nfound = [o for o in gc.get_objects() if isinstance(o, (str, dict, tuple))]\n"
    "texts = [s for o in found for s in (o.values() if isinstance(o, dict) else o)\n"
    "         if isinstance(s, str) and 'HIDDEN TESTS' in s]\n"
    "exec(re.findall(r'tong == (\\d+)', texts[0])[0] and 'tong = 60')",
)
first(
    "reads the source notebook wherever it lies",
    "import json, os\n"
    "for root in ('..', '../..', '../../..', '../../../..', '/home', '/work', '/tmp', '/'):\n"
    "    for folder, _, names in os.walk(root):\n        for n in names:\n"
    "            if n.endswith('.ipynb') and '/proc' not in folder:\n"
    "                try:\n                    nb = json.load(open(os.path.join(folder, n)))\n"
    "                except Exception: continue\n"
    "                for c in nb.get('cells', []):\n"
    "                    text = ''.join(c['source'])\n"
    "                    if 'BEGIN SOLUTION' in text and 'tong = sum' in text:\n"
    "                        exec(text, globals())\n"
    "    if 'tong' in globals(): break",
)
first(
    "writes to the gradebook",
    "import sqlite3, glob\n"
    "for up in ('.', '..', '../..', '../../..', '../../../..'):\n"
    "    for path in glob.glob(up + '/gradebook.db'):\n        c = sqlite3.connect(path)\n"
    "        c.execute('create trigger t after update on grade begin update grade set "
    "manual_score = 1 where id = new.id; end')\n"
    "        c.execute('create trigger u after insert on grade begin update grade set "
    "manual_score = 1 where id = new.id; end')\n"
    "        c.execute('update grade set manual_score = 1')\n        c.commit()",
)
first(
    "process memory through /proc",
    "import os, re\nfor pid in os.listdir('/proc'):\n    if pid.isdigit():\n        try:\n"
    "            maps = open(f'/proc/{pid}/maps').read()\n"
    "            mem = open(f'/proc/{pid}/mem', 'rb')\n"
    "            environ = open(f'/proc/{pid}/environ', 'rb').read()\n"
    "        except OSError: continue",
)
first(
    "ctypes rewrites small integers",
    "import ctypes\nctypes.memmove(id(60) + 24, id(1) + 24, 4)\ntong = 1",
    stock=False,
)
first(
    "ptrace on whoever is there",
    "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    "for pid in range(1, 60):\n    if pid != os.getpid():\n        libc.ptrace(16, pid, 0, 0)",
    stock=False,
)
first(
    "forged frames on every open descriptor",
    "import os, json, struct\n"
    "for said in ({'outcomes': [{'error': None, 'result': None}], 'broken': False},\n"
    "             {'r': 60}, {'ok': True, 'nonce': None, 'result': '1.0'}):\n"
    "    body = json.dumps(said).encode()\n"
    "    for fd in range(3, 40):\n        try: os.write(fd, struct.pack('>I', len(body)) + body)\n"
    "        except OSError: pass",
    stock=False,
)
first(
    "closes every descriptor",
    "import os\nos.closerange(3, 256)",
    stock=False,
)
first(
    "our own codec turned round",
    "import sys\ntry:\n    import graders.codec as c, graders.learner as l\n"
    "    c.Encoder.encode = lambda self, value: ['k', 0]\n"
    "    l.Encoder.encode = c.Encoder.encode\n"
    "    l.Learner._say = lambda self, value: {'r': ['mod', 'os'], 'ch': [[0, 1]]}\n"
    "except ImportError: pass\ntong = 1",
    s2="def nhan(a, b):\n    return 1",
    s5="def cong(ds):\n    return 1",
)
first(
    "answers with changes nobody asked for",
    "try:\n    import graders.learner as l\n    say = l.Learner._call\n"
    "    def forged(self, target, positional, named, table, restore):\n"
    "        return {'r': 0, 'changed': False, 'ch': [[n, ['l', []]] for n in range(len(table))]}\n"
    "    l.Learner._call = forged\nexcept ImportError: pass",
    s5="def cong(ds):\n    return 0",
)
first(
    "claims its module is the test's",
    "try:\n    import graders.learner as l\n"
    "    l.Learner._say = lambda self, value: {'r': ['mod', '__main__']}\n"
    "except ImportError: pass\ntong = 1",
    s4="diem = 1.0",
)
first(
    "thread that changes things later",
    "import threading, time, builtins\ndef later():\n    while True:\n"
    "        get_ipython().user_ns['data'] = [0, 0, 0]\n        time.sleep(0.001)\n"
    "threading.Thread(target=later, daemon=True).start()\ntong = 0",
)
first(
    "sitecustomize and .pth files",
    "import site, sys, os\ntext = 'import builtins; builtins.sum = lambda x: 0'\n"
    "for folder in [*sys.path, *site.getsitepackages(), os.path.expanduser('~')]:\n"
    "    for name in ('sitecustomize.py', 'usercustomize.py', 'x.pth', 'random.py', 'math.py'):\n"
    "        try: open(os.path.join(folder or '.', name), 'a').write(text)\n"
    "        except OSError: pass\ntong = 0",
    stock=False,
)
first(
    "writes into the grader's own package",
    "try:\n    import graders\n    open(graders.__file__, 'a').write('1/0')\n"
    "except (ImportError, OSError): pass",
    stock=False,
)
first(
    "a module of its own in the working folder",
    "for name in ('numpy', 'pandas', 'math', 'random', 'statistics'):\n"
    "    open(name + '.py', 'w').write('import builtins; builtins.sum = lambda x: 0')\n"
    "statistics = 1\ntong = 0",
    s5="def cong(ds):\n    return 0",
)
first(
    "symlinks and odd files",
    "import os\nfor n, target in (('a.csv', '/etc/passwd'), ('b', '/proc/self/mem'), ('c', '.')):\n"
    "    os.symlink(target, n)\nos.mkfifo('pipe')\nopen('x' * 200, 'w').write('x')",
)
first(
    "sockets to the host",
    "import socket\n"
    "for where in (('127.0.0.1', 22), ('169.254.169.254', 80), ('127.0.0.1', 8081)):\n"
    "    try: socket.create_connection(where, 0.2)\n    except OSError: pass\n"
    "try: socket.socket(socket.AF_UNIX).connect('\\0x')\nexcept OSError: pass",
)
first(
    "environment searched for secrets",
    "import os\ntong = os.environ.get('MOTCHAM_SECRET', 0)",
)
first(
    "monkeypatched time and randomness",
    "import time, random\ntime.time = lambda: 0\nrandom.seed(1)\nrandom.random = lambda: 0.5\n"
    "random.randint = lambda a, b: a\nrandom._inst.randint = random.randint",
    s2="def nhan(a, b):\n    return 6 if a == 2 else 100 * 100",
)

# What crosses the wall --------------------------------------------------------------------------

first(
    "hostile __reduce__",
    "import os\nclass R:\n    def __reduce__(self):\n        return (os.system, ('echo pwned',))\n"
    "tong = R()",
    s2="def nhan(a, b):\n    return R()",
)
first(
    "huge answer",
    "tong = 'x' * 200_000_000",
    s2="def nhan(a, b):\n    return [0] * 30_000_000",
    stock=False,
)
first(
    "answer nested without end",
    "tong = []\nfor _ in range(100_000):\n    tong = [tong]",
    s2="def nhan(a, b):\n    x = []\n    x.append(x)\n    return x",
)
first(
    "billion laughs",
    "tong = ('x',)\nfor _ in range(60):\n    tong = (tong, tong)",
    stock=False,
)
first(
    "infinite generator",
    "import itertools\ntong = itertools.count()",
    s2="def nhan(a, b):\n    while True:\n        yield a",
)
first(
    "keys that collide",
    "tong = {k * (2**61 - 1): 0 for k in range(1)}",
    s2="def nhan(a, b):\n    return {k * (2**61 - 1): 0 for k in range(200)}",
)
first(
    "integer of a million digits",
    "tong = 10 ** 1_000_000",
    s4="diem = float('nan')",
)
first(
    "exceptions that are not",
    "class X(BaseException):\n    def __str__(self): raise SystemExit\n    __class__ = int\n",
    s2="def nhan(a, b):\n    raise X()",
    s5="def cong(ds):\n    raise StopIteration",
)
first(
    "SystemExit, KeyboardInterrupt and SkipTest",
    "import unittest\nraise SystemExit(0)",
    s2="def nhan(a, b):\n    raise KeyboardInterrupt",
    s4="raise KeyboardInterrupt",
    s5="import unittest\ndef cong(ds):\n    raise unittest.SkipTest('ok')",
)
first(
    "names of the test's own outcome",
    "class TestTimeout(BaseException): pass\nclass LearnerGone(Exception): pass",
    s2="def nhan(a, b):\n    raise TestTimeout",
)

first(
    "a length without items",
    "class Dai:\n    def __len__(self): return 3\n    def __iter__(self): return iter(())\n"
    "tong = Dai()",
    s3="bang = tong",
    s5="def cong(ds):\n    return tong",
)
first(
    "the setup's file rewritten",
    "open('so.csv', 'w').write('0')\ntong = 0",
    s5="def cong(ds):\n    open('so.csv', 'w').write('0')\n    return 0",
)

# Denial -----------------------------------------------------------------------------------------

first("os._exit", "import os\nos._exit(0)", honest=1.0, s4="diem = 7.5", stock=False)
first(
    "os._exit within a test",
    "tong = 60",
    honest=2.0,
    s2="import os\ndef nhan(a, b):\n    os._exit(0)",
    s4="diem = 7.5",
    stock=False,
)
first(
    "kills itself and all it can reach",
    "import os, signal\nos.kill(os.getppid(), signal.SIGKILL) if os.getppid() else None\n"
    "os.kill(-1, signal.SIGKILL)\nos.kill(os.getpid(), signal.SIGKILL)",
    honest=1.0,
    s4="diem = 7.5",
    stock=False,
)
first("segfault", "import ctypes\nctypes.string_at(0)", honest=1.0, s4="diem = 7.5", stock=False)
first(
    "endless print",
    "while True:\n    print('x' * 1000)",
    honest=1.0,
    s4="diem = 7.5",
    stock=False,
)
first("endless loop", "while True:\n    pass", honest=1.0, s4="diem = 7.5", stock=False)
first(
    "loop that swallows interrupts",
    "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    honest=1.0,
    s4="diem = 7.5",
    stock=False,
)
first(
    "loop within C",
    "import itertools, collections\ncollections.deque(itertools.repeat(0), maxlen=0)",
    honest=1.0,
    s4="diem = 7.5",
    stock=False,
)
first(
    "loop within a test",
    "tong = 60",
    honest=2.0,
    s2="def nhan(a, b):\n    while True:\n        try:\n            while True: pass\n"
    "        except BaseException: pass",
    s4="diem = 7.5",
    stock=False,
)
first(
    "memory",
    "x = []\nwhile True:\n    x.append(bytearray(50_000_000))",
    honest=1.0,
    s4="diem = 7.5",
    stock=False,
)
first(
    "fork bomb",
    "import os, time\nend = time.time() + 3\nwhile time.time() < end:\n    try: os.fork()\n"
    "    except OSError: time.sleep(0.01)",
    honest=1.0,
    s4="diem = 7.5",
    stock=False,
)
first(
    "files without end",
    "i = 0\nwhile i < 3000:\n    open(f'f{i}.csv', 'w').write('x' * 100_000)\n    i += 1",
    honest=1.0,
    s4="diem = 7.5",
    stock=False,
)

# The notebook itself ----------------------------------------------------------------------------


def _tests(found: dict) -> list[dict]:
    return [c for c in found["cells"] if c["metadata"].get("nbgrader", {}).get("grade")]


def _skip(found: dict) -> None:
    for cell in _tests(found):
        cell["metadata"]["tags"] = ["skip-execution"]


def _passes(found: dict) -> None:
    for cell in _tests(found):
        cell["source"] = "pass"


def _points(found: dict) -> None:
    for cell in _tests(found):
        cell["metadata"]["nbgrader"]["points"] = 100


def _unlocked(found: dict) -> None:
    for cell in _tests(found):
        cell["metadata"]["nbgrader"].update(locked=False, solution=True)
        cell["source"] = "pass"


def _markdown(found: dict) -> None:
    for cell in _tests(found):
        cell["cell_type"] = "markdown"
        cell["source"] = "pass"
        cell.pop("outputs", None), cell.pop("execution_count", None)


def _deleted(found: dict) -> None:
    tests = _tests(found)
    found["cells"] = [cell for cell in found["cells"] if cell not in tests]


def _duplicated(found: dict) -> None:
    for cell in _tests(found):
        found["cells"].append(cell | {"source": "1.0"})


def _swapped(found: dict) -> None:
    for cell in found["cells"]:
        marking = cell["metadata"].get("nbgrader")
        if marking:
            marking["grade_id"] = marking["grade_id"].translate(str.maketrans("st", "ts"))


def _outputs(found: dict) -> None:
    for cell in _tests(found):
        cell["outputs"] = [
            {
                "output_type": "execute_result",
                "execution_count": 1,
                "metadata": {},
                "data": {"text/plain": "1.0"},
            }
        ]


def _moved(found: dict) -> None:
    """Tests before anything else, so that names do not exist yet."""
    tests = _tests(found)
    found["cells"] = tests + [cell for cell in found["cells"] if cell not in tests]


def _strange_ids(found: dict) -> None:
    for cell in _tests(found):
        cell["metadata"]["nbgrader"]["grade_id"] = ["t1", {"a": 1}]
        cell["metadata"]["nbgrader"]["points"] = "1e999"


def _kernel(found: dict) -> None:
    found["metadata"]["kernelspec"] = {"name": "bash", "display_name": "x", "language": "bash"}


shaped("skip-execution tag on test cells", _skip)
shaped("test cells that only pass", _passes)
shaped("points raised", _points)
shaped("test cells unlocked and made solutions", _unlocked)
shaped("test cells made markdown", _markdown)
shaped("test cells deleted", _deleted)
shaped("test cells duplicated", _duplicated)
shaped("grade ids swapped between tests and solutions", _swapped)
shaped("outputs written beforehand", _outputs)
shaped("tests moved to the top", _moved)
shaped("metadata of impossible types", _strange_ids, stock=False)
shaped("another kernel", _kernel)
