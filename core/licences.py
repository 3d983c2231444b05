"""Under which terms a course may be used elsewhere: the licences that a course may name."""

from __future__ import annotations

from dataclasses import dataclass

from core.messages import Message


@dataclass(frozen=True)
class Licence:
    """``address``: its text; "" for rights that are kept."""

    name: Message
    address: str = ""


_CC = "https://creativecommons.org/"
LICENCES = {
    "CC0-1.0": Licence(
        Message("Dành cho mọi người, không giữ quyền (CC0 1.0)"),
        f"{_CC}publicdomain/zero/1.0/deed.vi",
    ),
    "CC-BY-4.0": Licence(
        Message("Dùng lại được, ghi tên tác giả (CC BY 4.0)"), f"{_CC}licenses/by/4.0/deed.vi"
    ),
    "CC-BY-SA-4.0": Licence(
        Message("Dùng lại được, ghi tên tác giả, chia sẻ như cũ (CC BY-SA 4.0)"),
        f"{_CC}licenses/by-sa/4.0/deed.vi",
    ),
    "CC-BY-NC-4.0": Licence(
        Message("Dùng lại được, ghi tên tác giả, không bán (CC BY-NC 4.0)"),
        f"{_CC}licenses/by-nc/4.0/deed.vi",
    ),
    "CC-BY-NC-SA-4.0": Licence(
        Message("Dùng lại được, ghi tên tác giả, không bán, chia sẻ như cũ (CC BY-NC-SA 4.0)"),
        f"{_CC}licenses/by-nc-sa/4.0/deed.vi",
    ),
    "all-rights-reserved": Licence(Message("Giữ mọi quyền: muốn dùng nơi khác phải hỏi")),
}
LONGEST_CONTRIBUTOR = 200  # characters
