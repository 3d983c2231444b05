"""A good item of the bank, and the same with something of it changed."""

from __future__ import annotations

import pytest

from core.messages import Refused
from courses.bank.item import Item, read_item

SETTINGS = """\
title = "Chọn cách tìm"
competence = "1.1"
level = 2
minutes = 2
author = "Hạt Gạo (bút danh)"
state = "written"
made_up = "Tình huống."

[distractors.cach]
hai = "Vì quen tay."
ba = "Vì nghe người khác nói."
"""
TASK = """\
Chị Mẫu cần tìm một văn bản. Nên làm gì?

```python answer
#| form: single
#| label: Cách làm
#| options:
#|   mot: Tìm trên trang công bố
#|   hai: Hỏi người ngồi bên cạnh
#|   ba: Đợi có người gửi tới mình
cach = "mot"
```

```python test
nhac = {"hai": "Người bên cạnh có chắc không?", "ba": "Đợi thì biết bao giờ?"}
assert cach == "mot", nhac.get(cach, "Anh chị chưa chọn.")
```
"""
Change = str | tuple[str, str] | list[tuple[str, str]]


def make_item(
    *,
    settings: Change = SETTINGS,
    task: Change = TASK,
    slug: str = "cau-mau",
    pictures: dict[str, bytes] | None = None,
) -> Item:
    """An item of the texts above. A change is another whole text, or what to put for what."""
    return read_item(slug, _changed(SETTINGS, settings), _changed(TASK, task), pictures)


def _changed(whole: str, change: Change) -> str:
    if isinstance(change, str):
        return change
    for old, new in [change] if isinstance(change, tuple) else change:
        assert old in whole, old
        whole = whole.replace(old, new)
    return whole


def faults_of(**changed) -> str:
    """What reading the item says of its faults, a line each."""
    with pytest.raises(Refused) as refused:
        make_item(**changed)
    return "\n".join(map(str, refused.value.messages))
