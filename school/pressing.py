"""Lays out papers with Typst, each in a process of its own: Typst keeps what it has laid out, and
ten thousand slips would leave gigabytes with whoever asked.

Facts go in as JSON on standard input, a PDF comes out on standard output; the process's arguments
name the template by its package and file.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import segno

PATIENCE_S = 120


def press(package: str, template: str, facts: Mapping[str, Any]) -> bytes:
    """A PDF of these facts, by a template that lies in a package."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "school.pressing", package, template],
        input=json.dumps(facts, ensure_ascii=False).encode(),
        stdout=subprocess.PIPE,
        timeout=PATIENCE_S,
        check=True,
    )
    return done.stdout


def make_qr(address: str) -> str:
    """The address as a square code, an SVG."""
    svg = io.BytesIO()
    segno.make(address, error="m", micro=False, boost_error=False, mask=3).save(
        svg, kind="svg", border=1, scale=4, xmldecl=False
    )
    return svg.getvalue().decode()


def main(package: str, template: str) -> None:
    """What the process does."""
    import typst  # by the process alone: whoever asks for a paper needs no compiler

    source = (files(package) / template).read_bytes()
    # Only the fonts inside the wheel: the paper looks the same on every machine.
    compiler = typst.Compiler(source, ignore_system_fonts=True)
    facts = sys.stdin.buffer.read().decode("utf-8")
    printed = compiler.compile(input=source, format="pdf", sys_inputs={"facts": facts})
    assert isinstance(printed, bytes)
    sys.stdout.buffer.write(printed)


if __name__ == "__main__":
    main(*sys.argv[1:])
