"""A process of its own: the facts of some slips as JSON on standard input, a PDF on standard output
(`school.people.paper.slips`)."""

from __future__ import annotations

import sys
from importlib.resources import files

import typst


def main() -> None:
    template = (files("school.people.paper") / "slips.typ").read_bytes()
    # Only the fonts inside the wheel: the paper looks the same on every machine.
    compiler = typst.Compiler(template, ignore_system_fonts=True)
    facts = sys.stdin.buffer.read().decode("utf-8")
    printed = compiler.compile(input=template, format="pdf", sys_inputs={"facts": facts})
    assert isinstance(printed, bytes)
    sys.stdout.buffer.write(printed)


if __name__ == "__main__":
    main()
