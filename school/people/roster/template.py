"""The empty list to fill in, with the rules and every unit's code."""

from __future__ import annotations

import io
from collections.abc import Iterable

import xlsxwriter

from analytics.programme.targets import load_groups
from records.programme.counting import UnitNode
from school.people.roster.columns import COLUMNS, SAMPLE
from school.people.sheets.cells import MOST_ROWS
from school.people.unit_names.keys import WORDS


def make_template(units: Iterable[UnitNode]) -> bytes:
    """An empty list to fill in, with one made-up row, the rules, and every unit's code."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False})
    head = book.add_format({"bold": True, "bg_color": "#E3F0EF", "border": 1, "text_wrap": True})
    text = book.add_format({"num_format": "@"})  # so that 01 stays 01
    sheet = book.add_worksheet("Danh sách")
    for column, ((title, must, _others), example) in enumerate(
        zip(COLUMNS.values(), SAMPLE.values(), strict=True)
    ):
        sheet.set_column(column, column, 22, text)
        sheet.write_string(0, column, f"{title} *" if must else title, head)
        sheet.write_string(1, column, example, text)
    sheet.data_validation(1, 3, MOST_ROWS, 3, {"validate": "list", "source": list(load_groups())})
    sheet.freeze_panes(1, 0)
    codes = book.add_worksheet("Mã đơn vị")
    codes.set_column(0, 3, 18)
    for column, title in enumerate(("Loại đơn vị", "Danh mục", "Mã đơn vị", "Tên")):
        codes.write_string(0, column, title, head)
    listed = sorted(
        (unit for unit in units if unit.kind in WORDS and unit.kind != "nation"),
        key=lambda unit: (unit.kind != "province", unit.kind, unit.vintage, unit.code),
    )
    for line, unit in enumerate(listed, 1):
        row = (WORDS[unit.kind][0], unit.vintage, unit.code, unit.name)
        for column, words in enumerate(row):
            codes.write_string(line, column, words, text)
    rules = book.add_worksheet("Nhóm đối tượng")
    rules.set_column(1, 1, 70)
    for line, group in enumerate(load_groups().values()):
        rules.write_string(line, 0, group.key)
        rules.write_string(line, 1, group.name["vi"])
    book.close()
    return file.getvalue()
