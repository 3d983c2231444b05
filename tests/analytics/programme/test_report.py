"""The workbook says what the page says, because both ask the same function."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from analytics.programme.figures import find_figures
from analytics.programme.report import write_report
from analytics.programme.targets import PROGRAMME
from records import Records
from records.assessment.certificates import record_certificate
from records.people import persons

AT = dt.datetime(2026, 6, 30, 8, tzinfo=dt.UTC)


@pytest.fixture
def filled(provinces: Records, make_learner) -> Records:
    with provinces.begin() as session:
        for code, group, count in (("15", "đ", 4), ("48", "c", 7), ("01", "h", 2), ("01", "e", 1)):
            unit = persons.find_unit(session, "province", "2025", code)
            for _ in range(count):
                person = make_learner(session, unit_id=unit.id, audience_group=group)
                record_certificate(
                    session, person_id=person.id, programme=PROGRAMME, points=1, max_points=1,
                    framework="f", at=AT - dt.timedelta(days=40),
                )  # fmt: skip
    return provinces


@pytest.mark.parametrize("vintage", ["2008", "2025"])
def test_page_and_workbook_have_the_same_figures(filled: Records, tmp_path, vintage) -> None:
    path: Path = tmp_path / "bao-cao.xlsx"
    with filled.read() as session:
        write_report(session, path, at=AT, vintage=vintage, programme=PROGRAMME, sample=True)
        figures = find_figures(session, PROGRAMME, at=AT, vintage=vintage)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [
        "Tổng hợp", "Theo tỉnh", "Theo nhóm đối tượng", "Nguồn và cách tính"
    ]  # fmt: skip

    def rows(sheet: str) -> dict[str, tuple]:
        return {row[0]: row[1:6] for row in book[sheet].iter_rows(min_row=6, values_only=True)}

    def numbers(line) -> tuple:
        return (line.planned, line.listed, line.learning, line.certified, line.in_window)

    summary = rows("Tổng hợp")
    for line in (*figures.buckets, figures.total):
        assert summary[line.name["vi"]] == numbers(line)
    provinces = rows("Theo tỉnh")
    for line in figures.provinces:
        assert provinces[f"{line.code} {line.name}"] == numbers(line)
    groups = rows("Theo nhóm đối tượng")
    for line in figures.groups:
        assert groups[f"{line.key}) {line.name['vi']}"] == numbers(line)
    for month, count in figures.months:
        year, number = month.split("-")
        assert summary[f"Tháng {number}/{year}"][0] == count
    assert figures.total.certified == 13
    assert "GIẢ LẬP" in book["Tổng hợp"]["A3"].value
    assert "15/12/2025 – 14/12/2026" in book["Tổng hợp"]["A2"].value
