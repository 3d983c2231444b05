"""Whether a notebook may need the libraries that a service loads once, before its first notebook.

A service marks many notebooks, and loads numpy, pandas and matplotlib once. Whoever marks a single
one waits for all of it, so there they are loaded only where they may be wanted: unless all that is
imported, in either notebook and in what lies beside them, is Python's own. In doubt they are.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from courses.reading import decoded

# However the import is written, and wherever: in a text that is evaluated, below a ``try``.
_FROM = re.compile(r"\bfrom[ \t]+([\w.]+)[ \t\\\n]+import\b")
_IMPORT = re.compile(r"\bimport[ \t]+([\w.]+(?:[ \t]+as[ \t]+\w+)?(?:[ \t]*,[ \t]*[\w. \t]+)*)")
_OTHER_WAYS = re.compile(r"__import__|\bimportlib\b|\brunpy\b|^\s*%(?!%?time)", re.MULTILINE)
_ALREADY_THERE = frozenset((*sys.stdlib_module_names, "IPython"))


def may_need_science(
    notebooks: Iterable[bytes | Mapping[str, Any]], files: Mapping[str, bytes] | None = None
) -> bool:
    """``files``: what lies beside the notebooks; modules among them are read as well."""
    modules = {name: text for name, text in (files or {}).items() if name.endswith(".py")}
    known = _ALREADY_THERE | {name.partition("/")[0].removesuffix(".py") for name in modules}
    try:
        texts = [*(text for book in notebooks for text in _code_of(book))]
        texts += [decoded(content) for content in modules.values()]
    except Exception:  # marking says what is wrong with it
        return True
    return any(_may_need(text, known) for text in texts)


def _code_of(notebook: bytes | Mapping[str, Any]) -> Iterator[str]:
    book = json.loads(decoded(notebook)) if isinstance(notebook, bytes) else notebook
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            yield "".join(cell["source"])


def _may_need(text: str, known: frozenset[str]) -> bool:
    return _OTHER_WAYS.search(text) is not None or bool(set(_imported(text)) - known)


def _imported(text: str) -> Iterator[str]:
    """Top-level names of the modules that a cell imports."""
    for module in _FROM.findall(text):
        yield module.partition(".")[0]
    for several in _IMPORT.findall(_FROM.sub(" ", text)):
        for one in several.split(","):
            yield one.split()[0].partition(".")[0] if one.split() else ""
