"""Which imports may be executed before a notebook starts: only those it cannot notice."""

import json

import pytest

from graders.compatible.imports import leading_imports, shadows, shared_beginnings


def notebook(*sources):
    return {"cells": [{"cell_type": "code", "source": source} for source in sources]}


@pytest.mark.parametrize(
    ("sources", "taken"),
    [
        (["import pandas as pd\nimport numpy"], ("import pandas", "import numpy")),
        (["TEN = ''", "%matplotlib inline\nimport numpy"], ("import numpy",)),
        (["from matplotlib import pyplot as plt"], ("from matplotlib import pyplot",)),
        (["import re\nso = len('ba')", "import pandas"], ("import re", "import pandas")),
        (["def f(x):\n    return x + 1\nassert f(1) == 2", "import pandas"], ("import pandas",)),
    ],
)
def test_what_only_blind_code_precedes_is_taken(sources, taken):
    assert leading_imports(notebook(*sources)) == taken


@pytest.mark.parametrize(
    "sources",
    [
        ["import matplotlib", "matplotlib.pyplot.plot()", "import matplotlib.pyplot"],
        ["import sys", "print('pandas' in sys.modules)", "import pandas"],
        ["print(sys.modules)", "import pandas"],
        ["__import__('sys')", "import pandas"],
        ["[].__class__", "import pandas"],
        ["eval('1')", "import pandas"],
        ["open('/proc/self/maps')", "import pandas"],
        ["!ls", "import pandas"],
        ["try:\n    import seaborn\nexcept ImportError:\n    pass", "import pandas"],
        ["from numpy import *", "import pandas"],
        ["from . import rieng", "import pandas"],
        ["x = (", "import pandas"],
        ["import concurrent", "concurrent.futures", "import pandas"],
    ],
)
def test_what_could_be_noticed_is_left_to_the_notebook(sources):
    assert "import pandas" not in leading_imports(notebook(*sources))
    assert "import matplotlib.pyplot" not in leading_imports(notebook(*sources))


def test_imports_that_take_no_time_need_no_preparing():
    assert leading_imports(notebook("import re, json")) == ()


def test_only_beginnings_that_several_notebooks_share_are_prepared(tmp_path):
    for number in range(4):
        book = notebook("import pandas" if number else "import numpy")
        (tmp_path / f"{number}.ipynb").write_text(json.dumps(book))
    (tmp_path / "hong.ipynb").write_text("[")
    paths = [str(path) for path in tmp_path.iterdir()]
    assert shared_beginnings([*paths, str(tmp_path / "khong-co.ipynb")]) == [("import pandas",), ()]


def test_no_bare_kernel_is_prepared_where_all_notebooks_share_a_beginning(tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.ipynb").write_text(json.dumps(notebook("import pandas")))
    paths = [str(path) for path in tmp_path.iterdir()]
    assert shared_beginnings(paths) == [("import pandas",)]


def test_a_file_beside_the_notebook_shadows_a_module_of_its_name(tmp_path):
    (tmp_path / "numpy.py").touch()
    (tmp_path / "goi").mkdir()
    (tmp_path / "du-lieu.csv").touch()
    assert shadows(tmp_path) == ["goi", "numpy"]
