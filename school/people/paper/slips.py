"""Draws slips with Typst: one page or more a unit, eight to a page, a few hundred to a process
(`school.pressing`)."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import zipfile
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from core.calendar import HANOI
from school.people.account_acts import Slip
from school.pressing import make_qr, press

A_PART = 500
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
        yield press(__package__, "slips.typ", _facts(part, link))


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
                        "qr": make_qr(link(one.token)),
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
