"""Slips: one page or more a unit, each with what its person needs."""

from __future__ import annotations

import datetime as dt
import io

import pypdf

from school.people.account_acts import Slip
from school.people.paper.slips import make_paper, print_slips

AT = dt.datetime(2026, 3, 16, 8, 0, tzinfo=dt.UTC)


def link(token: str) -> str:
    return f"https://mau.example.org/hub/set-password?{token}"


def test_many_are_several_files_and_a_unit_is_in_one_where_it_fits() -> None:
    units = ["Sở A"] * 3 + ["Sở B"] * 2 + ["Sở C"] * 9
    slips = [
        Slip(number, "Ân (mẫu)", f"nguoi{number}", unit, f"abcd-{number:04}", AT)
        for number, unit in enumerate(units)
    ]
    parts = list(print_slips(slips, link, a_part=4))
    said = [
        " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(part)).pages)
        for part in parts
    ]
    assert [[f"abcd-{n:04}" in part for n in range(14)].count(True) for part in said] == [
        3, 2, 4, 4, 1,
    ]  # fmt: skip
    assert make_paper(slips, link)[0] == "pdf"


def test_each_unit_begins_a_page_and_what_is_typed_is_text() -> None:
    names = ["Nguyễn Thị Ân (mẫu)", "H'Đăm Byă Ê Ban (mẫu)", '#panic("x") $1/0$ *đậm* (mẫu)']
    slips = [
        Slip(number, names[number % 3], f"nguoi{number}", unit, f"abcd-efgh-jkmn-{number:04}", AT)
        for number, unit in enumerate(["Sở A"] * 9 + ["Sở #B"])
    ]
    (pdf,) = print_slips(slips, link)
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    assert len(pages) == 3, "nine of one unit, one of another"
    assert "Sở #B" in pages[2] and "nguoi9" in pages[2]
    everything = " ".join(" ".join(pages).split())
    for slip in slips:
        assert slip.token in everything
        assert f"nguoi{slip.person_id}" in everything
    assert '#panic("x") $1/0$ *đậm*' in everything
    assert "15:00 ngày 16/03/2026" in everything
