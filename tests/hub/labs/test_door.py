"""What goes into a lab and what is never overwritten there; a browser test walks the way itself."""

from __future__ import annotations

from typing import Any

from hub.labs.door import Lesson, digest_of, stamped, unchanged

NOTEBOOK: dict[str, Any] = {
    "cells": [{"cell_type": "code", "source": ["x = 1\n", "y = 2"], "outputs": [], "metadata": {}}],
    "metadata": {"kernelspec": {"name": "python3"}},
}
LESSON = Lesson("khoa-mau", "lessons/01-bai-mau.ipynb", NOTEBOOK, revision=3)


def test_a_notebook_put_into_the_lab_is_known_to_be_unchanged() -> None:
    put = stamped(LESSON)
    assert unchanged(put)
    assert put["metadata"]["kernelspec"] == {"name": "python3"}
    assert "motcham" not in NOTEBOOK["metadata"], "the draft itself stays as it is"


def test_running_it_is_no_change_and_typing_is() -> None:
    put = stamped(LESSON)
    [cell] = put["cells"]
    ran = {**put, "cells": [{**cell, "source": "x = 1\ny = 2", "outputs": [{"text": "3"}]}]}
    typed = {**put, "cells": [{**cell, "source": "x = 5"}]}
    assert unchanged(ran)
    assert not unchanged(typed)
    assert digest_of(typed) != digest_of(put)


def test_a_notebook_of_unknown_origin_counts_as_changed() -> None:
    assert not unchanged(NOTEBOOK)


def test_the_page_s_version_has_a_place_beside_the_lab_s() -> None:
    assert str(LESSON.path) == "khoa-mau/lessons/01-bai-mau.ipynb"
    assert LESSON.beside.parent == LESSON.path.parent
    assert LESSON.beside != LESSON.path
