"""Draws slips with Typst: one page or more a unit, eight to a page."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import json
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Any

import segno
import typst

from core.calendar import HANOI
from school.people.account_acts import Slip

_TEMPLATE = (files("school.people.paper") / "slips.typ").read_text(encoding="utf-8")


def print_slips(slips: Sequence[Slip], link: Callable[[str], str]) -> bytes:
    """The PDF. ``link`` makes of a token the address that it opens, of "" the page where it may be
    typed. Slips stay in their order; each run of one unit begins a page."""
    page = link("")
    facts: dict[str, Any] = {
        "title": "Phiếu đặt mật khẩu",
        "login_word": "Tên đăng nhập",
        "how": "Quét mã bên cạnh, hoặc mở trang dưới đây rồi gõ mã, để tự đặt mật khẩu:",
        "code_word": "Mã dùng một lần",
        "page": page.split("://", 1)[-1],
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
    compiler = typst.Compiler(_TEMPLATE.encode(), ignore_system_fonts=True)
    printed = compiler.compile(
        input=_TEMPLATE.encode(),
        format="pdf",
        sys_inputs={"facts": json.dumps(facts, ensure_ascii=False)},
    )
    assert isinstance(printed, bytes)
    return printed


def _until(slips: Sequence[Slip]) -> str:
    ends: dt.datetime = min(one.expires_at for one in slips).astimezone(HANOI)
    return f"Dùng được đến {ends:%H:%M ngày %d/%m/%Y}. Không đưa phiếu này cho người khác."


def _make_qr(address: str) -> str:
    svg = io.BytesIO()
    segno.make(address, error="m", micro=False, boost_error=False, mask=3).save(
        svg, kind="svg", border=1, scale=4, xmldecl=False
    )
    return svg.getvalue().decode()
