"""Loading nbformat does not build a grammar that no notebook needs."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from core.slow_grammar import set_aside
set_aside()
set_aside()
import nbformat
import nbformat.v4
assert "lark" not in sys.modules, "the grammar was built"
nbformat.validate(nbformat.v4.new_notebook())
assert "lark" not in sys.modules, "the grammar was built"

import jsonschema
checker = jsonschema.FormatChecker()
print([checker.conforms(text, "iri") for text in ("https://tỉnh.vn/học", "not an address")])
print("lark" in sys.modules)
"""


def test_the_grammar_is_built_when_an_address_is_checked_and_not_before() -> None:
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split("\n")[:2] == ["[True, False]", "True"]


def test_reading_a_notebook_does_without() -> None:
    program = (
        "import sys\nfrom courses.notebooks import read_notebook, write_notebook\n"
        "book = {'nbformat': 4, 'nbformat_minor': 5, 'metadata': {}, 'cells': []}\n"
        "assert read_notebook(write_notebook(book))['cells'] == []\n"
        "assert 'nbformat' in sys.modules and 'lark' not in sys.modules"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
