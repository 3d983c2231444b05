"""Which texts of a lesson are to be said in English, and which are not said at all."""

from courses.english.texts import feedback_in, texts_of


def said(*cells_made, cells):
    return [(one.cell, one.kind, one.vi) for one in texts_of(cells.notebook(*cells_made))]


def test_prose_options_and_rows_are_texts_but_keys_and_addresses_are_not(cells):
    form = cells.marked(
        "solution",
        "tra-loi",
        '#| form: table\n#| label: "Xếp loại"\n#| columns:\n#|   dc: "Địa chỉ"\n#|   loai:\n'
        '#|     label: "Loại"\n#|     kind: choice\n#|     options:\n#|       co: "Đúng"\n'
        '#|       khong: "Bcc"\n#| rows:\n#|   - {dc: "https://a.example/b"}\n'
        '#|   - {dc: "Thư của bà"}\nbang = None\n### BEGIN SOLUTION\nbang = "Bí mật này"\n'
        "### END SOLUTION",
    )
    found = said(cells.text("chu", "## Đầu đề\n\nChữ.\n"), form, cells=cells)
    assert found == [
        ("chu", "prose", "## Đầu đề\n\nChữ."),
        ("tra-loi", "label", "Xếp loại"),
        ("tra-loi", "column", "Địa chỉ"),
        ("tra-loi", "column", "Loại"),
        ("tra-loi", "options", "Đúng"),
        ("tra-loi", "options", "Bcc"),
        ("tra-loi", "row", "Thư của bà"),
    ]


def test_values_that_a_variant_draws_are_texts_where_they_are_words(cells):
    drawn = '#| variant:\n#|   ai: {choice: [công an, "A", 20]}\nai = "công an"'
    assert said(cells.marked("locked", "so", drawn), cells=cells) == [("so", "value", "công an")]


def test_what_a_test_says_is_found_wherever_it_stands():
    source = """
assert bang, "Anh chị chưa điền bảng."
vi_sao = {"khóa này": "Vì sao lại thế?"}
dung = (("khong", "Hãy đọc lại lần nữa."),)
print(f"Đúng đến việc thứ {den}. Xem lại từ việc thứ {den + 1}.")
nhac.append("Còn thiếu " + ten + " trong bảng.")
"""
    assert feedback_in(source) == [
        "Anh chị chưa điền bảng.",
        "Vì sao lại thế?",
        "Hãy đọc lại lần nữa.",
        "Đúng đến việc thứ {den}. Xem lại từ việc thứ {den + 1}.",
        "Còn thiếu {ten} trong bảng.",
    ]


def test_what_a_test_looks_for_is_not_said():
    source = '''
def co(mau):
    """Tìm mẫu trong câu."""
    return re.search(mau, cau)

if co(r"không đọc") or cau == "tôi không đọc" or dong["nơi giữ thư"]:
    mau = r"(?:gọi|hỏi) lại (?:cho )?anh"
'''
    assert feedback_in(source) == []
