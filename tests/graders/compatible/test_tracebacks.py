"""What a warm kernel does more cheaply comes out the same as from IPython and ipykernel."""

import json
import subprocess
import sys

import ipykernel.compiler
from IPython.core.inputtransformer2 import TransformerManager

from graders.compatible.cells import _transforming_once, murmur2

ERRORS = [
    "import numpy as np, pandas as pd, matplotlib.pyplot as plt\nbang = pd.DataFrame()",
    "raise NotImplementedError()",
    "bang.groupby('tinh')['so'].sum()",
    "bang['x']",
    "bang.loc['b', 'so']",
    "pd.testing.assert_series_equal(bang, bang)",
    "pd.testing.assert_frame_equal(pd.DataFrame({'a': [1]}), pd.DataFrame({'a': [2]}))",
    "pd.read_csv('khong-co.csv')",
    "pd.Series([1, 2]).map(lambda v: 1 / 0)",
    "pd.DataFrame({'a': [1]}).groupby('a').apply(lambda d: d['q'])",
    "np.linspace('a', 1)",
    "np.testing.assert_allclose(1, 2)",
    "plt.plot([1, 2], [1, 2, 3])",
    "plt.subplots(3, 'a')",
    "assert 1 == 2, 'chưa đúng'",
    "def f(x):\n    return g(x)\n\ndef g(x):\n    return 1 / x\n\nf(0)",
    "def r(n):\n    return r(n + 1)\n\nr(0)",
    "class A:\n    def __init__(self):\n        self.__x\n\nA()",
    "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError('b') from e",
    "class E(Exception):\n    count = 0\n    def __str__(self):\n"
    "        E.count += 1\n        return f'{E.count} lần'\n\nraise E()",
    "raise KeyError(bang)",
    "import json; json.loads('{')",
    "any(1 / 0 for _ in range(3))",
    "import asyncio\nasync def q():\n    raise ValueError(2)\n\nawait q()",
    "1 +",
    "import khong_co",
    "import functools\n@functools.lru_cache\ndef h(n):\n    return 1 / n\n\nh(0)",
]
PROGRAM = """
import json, sys
import matplotlib.pyplot, pandas
if sys.argv[1] == "cheap":
    from graders.compatible import cells, tracebacks
    cells.prepare()
    tracebacks.prepare()
    tracebacks.find_modules()
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance(colors="neutral")
shell.history_manager.enabled = False
shown = []
shell._showtraceback = lambda kind, value, lines: shown.append(list(lines))
for text in json.load(sys.stdin):
    shell.run_cell(text, store_history=True)
print(json.dumps([shown, list(shell.history_manager.exceptions.values())]))
"""


def errors_of(which, folder):
    """What each of ERRORS shows, and what the history keeps of it."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM, which],
        input=json.dumps(ERRORS),
        capture_output=True,
        text=True,
        check=True,
        env={"HOME": str(folder), "MPLBACKEND": "agg", "PYTHONHASHSEED": "0", "LANG": "C.UTF-8"},
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_cheap_tracebacks_are_the_same_to_the_letter(tmp_path):
    shown, kept = errors_of("cheap", tmp_path)
    assert len(shown) == len(ERRORS) - 1  # the first is none
    assert [shown, kept] == errors_of("stock", tmp_path)


def test_a_cell_has_the_file_name_that_ipykernel_gives_it():
    for length in range(40):
        text = ("x = 'Một chạm 😀'\n" * 3)[:length]
        assert murmur2(text, 7) == ipykernel.compiler.murmur2_x86(text, 7)


def test_a_cell_is_transformed_once_until_somebody_changes_what_transforms():
    asked = []

    class Manager(TransformerManager):
        def transform(self, cell):
            asked.append(cell)
            return super().transform_cell(cell)

    transform = _transforming_once(Manager.transform)
    manager = Manager()
    assert transform(manager, "%pwd") == transform(manager, "%pwd")
    assert asked == ["%pwd"]
    manager.line_transforms.append(lambda lines: [*lines, f"# {len(asked)}\n"])
    assert transform(manager, "%pwd") != transform(manager, "%pwd")
    manager.line_transforms.pop()
    assert "#" not in transform(manager, "%pwd")
