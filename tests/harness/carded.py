"""A teaching card as an author writes it, and courses that have one; made up."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import courses

TEMPLATE = Path(courses.__file__).parent / "template"
CARD = """\
title = "Đọc một lá thư điện tử (mẫu)"
title_en = "Read an e-mail (sample)"
goal = "Mở được hộp thư và đọc được thư mới."
goal_en = "They open the mailbox and read new mail."
careful = ["Không bấm đường dẫn lạ.", "Không đọc mật khẩu cho ai."]
careful_en = ["Tap no unknown link.", "Tell nobody the password."]
sources = ["Quyết định 64/QĐ-BTTTT, mục 4.4"]

[[step]]
do = "Mở ứng dụng thư trên điện thoại của bác."
say = "Bác tìm giúp cháu hình phong bì."
do_en = "Open the mail app on their phone."
say_en = "Please find the envelope."

[[step]]
do = "Chạm vào thư trên cùng."
say = "Thư in đậm là thư chưa đọc."
do_en = "Tap the topmost mail."
say_en = "Bold means not read yet."

[[step]]
do = "Đọc to tên người gửi."
say = "Bác có quen người này không?"
do_en = "Read the sender's name aloud."
say_en = "Do you know this person?"

[exercise]
task = "Bác tự mở một thư khác và đọc tên người gửi."
task_en = "They open another mail themselves and read who sent it."
done_when = "bác nói đúng tên người gửi mà không cần nhắc."
done_when_en = "they name the sender without help."
"""


def write_card(folder: Path, text: str = CARD) -> None:
    """Put the card into a course folder."""
    (folder / courses.CARD_FILE).write_text(text, encoding="utf-8")


def carded_course(folder: Path, text: str = CARD) -> courses.Course:
    """The template's course with this card; ``folder``: where the card may be written."""
    write_card(folder, text)
    card = courses.load_card(folder, [])
    assert card is not None
    return dataclasses.replace(courses.load_course(TEMPLATE), teaching_card=card)
