"""A good draft of each kind, as an author without programming would type it."""

from courses.writing.draft import Draft, Row
from courses.writing.drawn import Drawn

COMMON = {
    "task": "### Đề bài\n\nAnh chị đọc bảng rồi trả lời.",
    "competence": "1.1",
    "level": "2",
    "minutes": "3",
    "points": "2",
    "hint": "Xem lại bảng ở trên.",
}
LABELLED = COMMON | {"label": "Câu trả lời"}
OPTIONS = (
    Row("Đoán theo con số", feedback="Đoán thì không ai kiểm tra được."),
    Row("Thống nhất mã", good=True),
    Row("Hỏi một người"),
)
RUBRIC = (Row("Đủ ý", "2: Nêu đủ ba ý.\n1: Thiếu một ý.\n0: Thiếu từ hai ý."),)

DRAFTS = {
    "single": Draft("single", "Chọn một cách", rows=OPTIONS, **LABELLED),
    "multiple": Draft(
        "multiple",
        "Chọn mọi cách",
        rows=(*OPTIONS, Row("Ghi lại quy tắc", good=True, feedback="Quy tắc phải viết ra chứ?")),
        **LABELLED,
    ),
    "number": Draft(
        "number",
        "Tính số hồ sơ",
        unit="hồ sơ",
        answer="tong × 60%",
        otherwise="Tính 60% của {{tong}}.",
        rows=(Row("tong * 40%", feedback="Đó là phần còn lại."),),
        drawn=(Drawn("tong", "1.000", "2.000", "100"),),
        **LABELLED | {"task": "Xã có {{tong}} hồ sơ, đạt 60% thì cần bao nhiêu?"},
    ),
    "text": Draft(
        "text",
        "Viết tên",
        answer="Xã Mẫu Hai\nMẫu Hai",
        rows=(Row("Xã Mẫu Một", feedback="Nhìn cột “Số hồ sơ”."),),
        **LABELLED,
    ),
    "table": Draft(
        "table",
        "Điền bảng",
        body="Đơn vị | Tỷ lệ (%) | Đạt? (chọn: Đạt, Chưa đạt) | Tên gọi tắt\n"
        "Xã Mẫu Một | [58,3] | [Chưa đạt] | [một]\n"
        "Xã Mẫu Hai | [140 / 2] | [Đạt] | [hai] // Lấy số trên mạng chia cho tổng.",
        tolerance="0,05",
        **LABELLED,
    ),
    "order": Draft(
        "order",
        "Sắp xếp",
        rows=(
            Row("Sao một bản", feedback="Bước đầu luôn là giữ bản gốc."),
            Row("Sửa theo quy tắc"),
            Row("Kiểm tra lại"),
        ),
        **LABELLED,
    ),
    "match": Draft(
        "match",
        "Nối cột",
        rows=(
            Row("Đơn vị", "Chữ", feedback="Tên đơn vị cộng được không?"),
            Row("Số hồ sơ", "Số"),
            Row("", "Ngày"),
        ),
        **LABELLED,
    ),
    "code": Draft(
        "code",
        "Viết hàm",
        body="def ty_le(phan, toan_bo):\n    ### BEGIN SOLUTION\n    return 100 * phan / toan_bo\n"
        "    ### END SOLUTION",
        rows=(Row("ty_le(1, 2)", "50", feedback="Một nửa là 50%."), Row("ty_le(3, 4)", "75")),
        **COMMON,
    ),
    "written": Draft("written", "Viết thư", answer="Bà con vào cổng.", rows=RUBRIC, **COMMON),
    "task": Draft("task", "Giúp một người", answer="Kể được là đủ.", rows=RUBRIC, **COMMON),
    "file": Draft("file", "Nộp ảnh", rows=RUBRIC, **LABELLED),
}
