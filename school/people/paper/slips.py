"""Draws slips with Typst: one page or more a unit, eight to a page.

Each part of a few hundred is drawn by a process of its own: Typst keeps what it has laid out, and
ten thousand slips would leave gigabytes with whoever asked.
"""

from __future__ import annotations

import datetime as dt
import io
import itertools
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import segno

from core.calendar import HANOI
from school.people.account_acts import Slip

A_PART = 500
PATIENCE_S = 120
PDF, ZIP = "pdf", "zip"


def make_paper(slips: Sequence[Slip], link: Callable[[str], str]) -> tuple[str, bytes]:
    """Slips as they are handed on: a PDF, or a ZIP of several where they are many; which it is, and
    the file."""
    parts = list(print_slips(slips, link))
    if len(parts) == 1:
        return PDF, parts[0]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, part in enumerate(parts, start=1):
            archive.writestr(f"phieu-{number:02}.pdf", part)
    return ZIP, packed.getvalue()


def print_slips(
    slips: Sequence[Slip], link: Callable[[str], str], *, a_part: int = A_PART
) -> Iterator[bytes]:
    """PDFs of at most ``a_part`` slips, a unit in one of them where it fits. ``link`` makes of a
    token the address that it opens, of "" the page where it may be typed. Slips stay in their
    order; each run of one unit begins a page."""
    for part in _parts(slips, a_part):
        done = subprocess.run(
            [sys.executable, "-P", "-m", "school.people.paper.printing"],
            input=json.dumps(_facts(part, link), ensure_ascii=False).encode(),
            stdout=subprocess.PIPE,
            timeout=PATIENCE_S,
            check=True,
        )
        yield done.stdout


def _parts(slips: Sequence[Slip], a_part: int) -> Iterator[list[Slip]]:
    part: list[Slip] = []
    for _unit, some in itertools.groupby(slips, key=lambda one: one.unit):
        unit = list(some)
        if part and len(part) + len(unit) > a_part:
            yield part
            part = []
        part += unit
        while len(part) > a_part:
            yield part[:a_part]
            part = part[a_part:]
    if part:
        yield part


def _facts(slips: Sequence[Slip], link: Callable[[str], str]) -> dict[str, Any]:
    return {
        "title": "Phiếu đặt mật khẩu",
        "login_word": "Tên đăng nhập",
        "how": "Quét mã bên cạnh, hoặc mở trang dưới đây rồi gõ mã, để tự đặt mật khẩu:",
        "code_word": "Mã dùng một lần",
        "page": link("").split("://", 1)[-1],
        "until": _until(slips),
        "note": "Đưa tận tay từng người; ai cầm phiếu này đặt được mật khẩu.",
        "units": [
            {
                "name": unit,
                "slips": [
                    {
                        "name": one.full_name,
                        "unit": one.unit,
                        "username": one.username,
                        "code": one.token,
                        "qr": _make_qr(link(one.token)),
                    }
                    for one in some
                ],
            }
            for unit, some in itertools.groupby(slips, key=lambda one: one.unit)
        ],
    }


def _until(slips: Sequence[Slip]) -> str:
    ends: dt.datetime = min(one.expires_at for one in slips).astimezone(HANOI)
    return f"Dùng được đến {ends:%H:%M ngày %d/%m/%Y}. Không đưa phiếu này cho người khác."


def _make_qr(address: str) -> str:
    svg = io.BytesIO()
    segno.make(address, error="m", micro=False, boost_error=False, mask=3).save(
        svg, kind="svg", border=1, scale=4, xmldecl=False
    )
    return svg.getvalue().decode()
