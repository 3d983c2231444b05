"""Which notebooks a command loads numpy, pandas and matplotlib for: in doubt, all of them."""

from __future__ import annotations

import pytest
from notebooks import as_bytes, code, notebook, text

from graders.strict.reading.needs import may_need_science

PLAIN = "import math, json as j\nfrom collections import Counter\nfrom os.path import join"


def book(*sources: str) -> bytes:
    return as_bytes(notebook(*map(code, sources)))


@pytest.mark.parametrize(
    "source",
    ["x = 1", PLAIN, "import math; import os.path as p", "# nhập (import) dữ liệu", "%time x = 1"],
)
def test_what_imports_nothing_but_pythons_own_needs_none(source: str) -> None:
    assert not may_need_science([book(source), book("x = 2")])


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np",
        "import math, pandas",
        "import os as o, numpy as np",
        "from matplotlib import pyplot as plt",
        "import matplotlib.pyplot as plt",
        "try:\n    import seaborn\nexcept ImportError:\n    pass",
        "if True: import numpy",
        "x = 1; import numpy",
        "exec('import numpy')",
        "__import__('num' + 'py')",
        "import importlib\nimportlib.import_module(ten)",
        "%pylab inline",
        "%matplotlib inline",
        "%run du_lieu.ipynb",
        "import sklearn",
        "from numpy \\\n import array",
    ],
)
def test_whatever_may_bring_them_in_needs_them(source: str) -> None:
    assert may_need_science([book("x = 1"), book("y = 1", source)])


def test_words_of_a_text_cell_are_no_imports() -> None:
    assert not may_need_science([as_bytes(notebook(text("import numpy"), code("x = 1")))])


def test_a_module_beside_the_notebook_is_read_as_well() -> None:
    asks = book("import thu_vien")
    assert not may_need_science([asks], {"thu_vien.py": b"import math", "a.csv": b"import numpy"})
    assert may_need_science([asks], {"thu_vien.py": b"import pandas"})
    assert may_need_science([asks])


@pytest.mark.parametrize("content", [b"", b"no notebook", b"{}", b'{"cells": [5]}', b"[]"])
def test_what_cannot_be_read_is_left_to_marking(content: bytes) -> None:
    assert may_need_science([content])
