"""The workbook for the minister: the national page's figures, and what is counted beside them.

The reporting window is 15 December to 14 December; a ministry or a province reports before
15 December (Quyết định 749/QĐ-TTg). The workbook is in Vietnamese, the language of the report.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter

from analytics.programme.assessed import Year, find_years
from analytics.programme.figures import Figures, Line, find_figures
from analytics.programme.places import Vintage
from analytics.programme.targets import load_groups, load_programmes
from core.calendar import today_in_vietnam
from core.shares import shown_share
from records import Session
from records.programme.public_counts import PublicCount, count_public

VINTAGE_NAMES: dict[Vintage, str] = {
    "2008": "63 tỉnh, thành phố (đến 30/6/2025)",
    "2025": "34 tỉnh, thành phố (từ 01/7/2025)",
}
BUCKET_NAMES = {
    "central": "Cơ quan Trung ương",
    "local": "Địa phương",
    "press": "Truyền thông, báo chí",
    "by-unit": "theo đơn vị: bộ, ngành tính vào Trung ương, tỉnh tính vào Địa phương",
    "": "không có chỉ tiêu riêng, không cộng vào tổng",
}
PUBLIC_NAMES = {
    "citizen": "Người dân",
    "worker": "Người lao động",
    "enterprise": "Doanh nghiệp, hợp tác xã, hộ kinh doanh",
    "pupil": "Học sinh, sinh viên",
}
# Names and titles come from people: none of them becomes a formula, a link or a number.
AS_WRITTEN = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_HEAD = (
    "Chỉ tiêu",
    "Kế hoạch",
    "Trong danh sách",
    "Đã bắt đầu học",
    "Đã cấp chứng nhận (lũy kế)",
    "Trong kỳ báo cáo",
    "Đạt so với kế hoạch",
    "Tiến độ đều đến nay",
)


def write_report(
    session: Session,
    target: Path | BinaryIO,
    *,
    at: dt.datetime,
    vintage: Vintage = "2025",
    programme: str,
    sample: bool = False,
) -> Figures:
    """Write the workbook and return the figures that are in it. ``sample`` marks made-up data."""
    figures = find_figures(session, programme, at=at, vintage=vintage)
    book = xlsxwriter.Workbook(
        target if not isinstance(target, Path) else str(target), {"in_memory": True, **AS_WRITTEN}
    )
    book.set_properties(
        {"title": "Báo cáo tiến độ bồi dưỡng chuyển đổi số", "created": at.replace(tzinfo=None)}
    )
    writer = _Writer(book, figures, sample)
    writer.summary()
    writer.provinces()
    writer.groups()
    writer.public(count_public(session, programme, until=at))
    writer.yearly(find_years(session))
    writer.sources()
    book.close()
    return figures


def write_rows(rows: Sequence[Sequence[Any]], *, sheet: str) -> bytes:
    """A plain workbook of these rows, the first of them its heads; text stays text."""
    return write_sheets({sheet: rows})


def write_sheets(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """The same of several sheets, by their names."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, **AS_WRITTEN})
    text = book.add_format({"num_format": "@"})
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    page.write_string(number, column, value, text)
                elif value is not None:
                    page.write_number(number, column, value)
        page.freeze_panes(1, 0)
    book.close()
    return content.getvalue()


class _Writer:
    def __init__(self, book: Any, figures: Figures, sample: bool) -> None:
        self.book, self.figures, self.sample = book, figures, sample
        base = {"font_name": "Times New Roman", "font_size": 12, "valign": "vcenter"}
        line = {**base, "border": 1, "border_color": "#9AA5A8"}
        self.title = book.add_format({**base, "bold": True, "font_size": 15})
        self.note = book.add_format({**base, "italic": True, "font_color": "#4D5F66"})
        self.warn = book.add_format({**base, "bold": True, "font_color": "#A3161B"})
        self.head = book.add_format({**line, "bold": True, "bg_color": "#E3F0EF", "align": "center",
                                     "text_wrap": True})  # fmt: skip
        self.text = book.add_format({**line, "text_wrap": True})
        self.count = book.add_format({**line, "num_format": "#,##0"})
        # The cell keeps the exact share; its format says ">99,9%" where rounding would say 100%.
        self.shares = {
            side: book.add_format({**line, "num_format": said, "align": "right"})
            for side, said in (("", "0.0%"), ("<", '"<0,1%"'), (">", '">99,9%"'))
        } | {">1": book.add_format({**line, "num_format": '">100%"', "align": "right"})}
        self.date = book.add_format({**line, "num_format": "dd/mm/yyyy", "align": "left"})
        self.bold = book.add_format({**line, "bold": True})

    def sheet(self, name: str, title: str, widths: Sequence[float]) -> tuple[Any, int]:
        """A sheet with its title lines, and the first free row."""
        sheet = self.book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        since, until = self.figures.window
        sheet.write(0, 0, title, self.title)
        sheet.write(
            1,
            0,
            f"Số liệu đến {today_in_vietnam(self.figures.at):%d/%m/%Y}; kỳ báo cáo "
            f"{since:%d/%m/%Y} – {until:%d/%m/%Y}; {VINTAGE_NAMES[self.figures.vintage]}",
            self.note,
        )
        if self.sample:
            sheet.write(2, 0, "DỮ LIỆU GIẢ LẬP, KHÔNG PHẢI SỐ LIỆU THẬT", self.warn)
        return sheet, 4

    def table(self, sheet: Any, row: int, first: str, lines: Sequence[tuple[str, Line]]) -> int:
        """Write lines under the usual heads; returns the row after the last."""
        sheet.set_row(row, 48)
        for column, words in enumerate((first, *_HEAD[1:])):
            sheet.write(row, column, words, self.head)
        sheet.freeze_panes(row + 1, 1)
        for name, line in lines:
            row += 1
            sheet.write(row, 0, name, self.text)
            for column, count in enumerate(
                (line.planned, line.listed, line.learning, line.certified, line.in_window), 1
            ):
                self._write(sheet, row, column, count, self.count)
            self._write(sheet, row, 6, line.share, self.shares[_share_format(line.share)])
            expected = None if line.expected is None else round(line.expected)
            self._write(sheet, row, 7, expected, self.count)
        return row + 1

    @staticmethod
    def _write(sheet: Any, row: int, column: int, value: float | None, form: Any) -> None:
        if value is None:
            sheet.write_blank(row, column, None, form)
        else:
            sheet.write_number(row, column, value, form)

    def summary(self) -> None:
        figures = self.figures
        title = load_programmes()[figures.programme].title["vi"]
        sheet, row = self.sheet("Tổng hợp", f"Tiến độ: {title}", [34, *[14] * 7])
        lines = [(_name(line), line) for line in (*figures.buckets, figures.total)]
        lines.append(
            ("Nhóm e, g và nơi không tính vào chỉ tiêu (không cộng vào tổng)", figures.outside)
        )
        lines.append(("Không rõ nhóm đối tượng (không cộng vào tổng)", figures.ungrouped))
        lines.append(("Tất cả", figures.everybody))
        lines.append((f"{_name(figures.experts)} (chương trình riêng)", figures.experts))
        row = self.table(sheet, row, _HEAD[0], lines) + 1
        sheet.write(row, 0, "Lũy kế theo tháng", self.bold)
        sheet.write(row, 1, "Đã cấp", self.head)
        for month, count in figures.months:
            row += 1
            year, number = month.split("-")
            sheet.write(row, 0, f"Tháng {number}/{year}", self.text)
            sheet.write_number(row, 1, count, self.count)

    def provinces(self) -> None:
        figures = self.figures
        sheet, row = self.sheet("Theo tỉnh", "Chỉ tiêu địa phương theo tỉnh", [34, *[14] * 7])
        lines = [(f"{line.code} {line.name}", line) for line in figures.provinces]
        lines.append(("Không quy về được một tỉnh", figures.unplaced))
        self.table(sheet, row, "Tỉnh, thành phố", lines)

    def groups(self) -> None:
        sheet, row = self.sheet(
            "Theo nhóm đối tượng", "Tám nhóm đối tượng của Quyết định 64", [44, *[14] * 7]
        )
        lines = [(f"{line.key}) {_name(line)}", line) for line in self.figures.groups]
        lines.append(("Không rõ nhóm đối tượng", self.figures.ungrouped))
        self.table(sheet, row, "Nhóm đối tượng", lines)

    def public(self, counts: Sequence[PublicCount]) -> None:
        """A sheet of their own, where there is anybody: nothing of it is in another sheet."""
        if not any(one.registered for one in counts):
            return
        sheet, row = self.sheet(
            "Người tự đăng ký", "Đếm riêng, không vào con số nào", [44, *[14] * 3]
        )
        for column, words in enumerate(("Nhóm", "Đã đăng ký", "Đã học", "Đã cấp")):
            sheet.write(row, column, words, self.head)
        for one in counts:
            row += 1
            sheet.write(row, 0, PUBLIC_NAMES[one.group], self.text)
            for column, n in enumerate((one.registered, one.learning, one.certified), start=1):
                sheet.write_number(row, column, n, self.count)

    def yearly(self, years: Sequence[Year]) -> None:
        """The yearly assessments, where there is one: who was due, and what was proven."""
        if not years:
            return
        sheet, row = self.sheet(
            "Đánh giá hằng năm", "Đánh giá người chuyên trách, theo đợt", [44, *[14] * 7]
        )
        heads = ("Đợt", "Năm", "Đến lượt", "Đã mời", "Đã đánh giá", "Tỷ lệ", "Được miễn")
        for column, words in enumerate(heads):
            sheet.write(row, column, words, self.head)
        for one in years:
            row += 1
            whole = one.whole
            sheet.write_string(row, 0, one.campaign.title, self.text)
            for column, count in enumerate(
                (one.campaign.year, whole.due, whole.invited, whole.proven), 1
            ):
                sheet.write_number(row, column, count, self.text if column == 1 else self.count)
            self._write(sheet, row, 5, whole.share, self.shares[_share_format(whole.share)])
            sheet.write_number(row, 6, whole.excused, self.count)

    def sources(self) -> None:
        sheet, row = self.sheet("Nguồn và cách tính", "Nguồn và cách tính", [34, 14, 16, 90])
        for column, words in enumerate(("Chỉ tiêu", "Con số", "Thời hạn", "Nguồn")):
            sheet.write(row, column, words, self.head)
        for line in (*self.figures.buckets, self.figures.total, self.figures.experts):
            row += 1
            sheet.write(row, 0, _name(line), self.text)
            self._write(sheet, row, 1, line.planned, self.count)
            if line.deadline_on:
                sheet.write_datetime(row, 2, dt.datetime.combine(line.deadline_on, dt.time()),
                                     self.date)  # fmt: skip
            sheet.write(row, 3, line.source, self.text)
        row += 2
        for group in load_groups().values():
            sheet.write(row, 0, f"Nhóm {group.key}", self.text)
            sheet.merge_range(row, 1, row, 3, f"{group.name['vi']}: {BUCKET_NAMES[group.bucket]}",
                              self.text)  # fmt: skip
            row += 1
        for text in METHOD:
            row += 1
            sheet.merge_range(row, 0, row, 3, text, self.text)
            sheet.set_row(row, 34)


METHOD = (
    "Đã cấp chứng nhận: số chứng nhận còn hiệu lực, tính theo đơn vị và nhóm đối tượng của người "
    "học vào ngày cấp. Chứng nhận đã thu hồi không tính.",
    "Quyết định 64 nêu ba con số và tám nhóm đối tượng, không nêu nhóm nào thuộc con số nào: cách "
    "quy nhóm ở bảng trên là cách hiểu của hệ thống này.",
    "Phân bổ cho từng tỉnh là kế hoạch do Bộ đặt trong hệ thống, không phải con số của Quyết định.",
    "Số liệu của 63 tỉnh quy về 34 tỉnh theo đơn vị kế tục (Nghị quyết 202/2025/QH15). Người thuộc "
    "tỉnh mới hợp nhất từ nhiều tỉnh cũ không tách lại về tỉnh cũ được nên đứng ở dòng riêng.",
    "Tiến độ đều: phần chỉ tiêu phải đạt nếu mỗi ngày như nhau từ ngày bắt đầu đến thời hạn.",
)


def _share_format(share: float | None) -> str:
    side, rounded = shown_share(share, 1) if share is not None else ("", 0.0)
    return ">1" if side and rounded >= 1 else side


def _name(line: Line) -> str:
    return line.name if isinstance(line.name, str) else line.name["vi"]
