"""Slips: one page or more a unit, each with what its person needs."""

from __future__ import annotations

import datetime as dt
import io

import pypdf

from school.people.account_acts import Slip
from school.people.paper.slips import print_slips

AT = dt.datetime(2026, 3, 16, 8, 0, tzinfo=dt.UTC)


def test_each_unit_begins_a_page_and_what_is_typed_is_text() -> None:
    names = ["Nguyễn Thị Ân (mẫu)", "H'Đăm Byă Ê Ban (mẫu)", '#panic("x") $1/0$ *đậm* (mẫu)']
    slips = [
        Slip(number, names[number % 3], f"nguoi{number}", unit, f"abcd-efgh-jkmn-{number:04}", AT)
        for number, unit in enumerate(["Sở A"] * 9 + ["Sở #B"])
    ]
    pdf = print_slips(slips, lambda token: f"https://mau.example.org/hub/set-password?{token}")
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    assert len(pages) == 3, "nine of one unit, one of another"
    assert "Sở #B" in pages[2] and "nguoi9" in pages[2]
    everything = " ".join(" ".join(pages).split())
    for slip in slips:
        assert slip.token in everything
        assert f"nguoi{slip.person_id}" in everything
    assert '#panic("x") $1/0$ *đậm*' in everything
    assert "15:00 ngày 16/03/2026" in everything
