import base64
import json

import pytest

from courses import blocks, lesson_for, make_release, read_notebook, safe_html

PNG = base64.b64encode(b"\x89PNG\r\n").decode()


def test_markdown_becomes_html_with_tables_that_scroll():
    html = safe_html("## Tiêu đề\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n**đậm** ~~bỏ~~")
    assert "<h2>Tiêu đề</h2>" in html
    assert '<div class="table-scroll" tabindex="0"><table>' in html
    assert "<th>a</th>" in html
    assert "<strong>đậm</strong>" in html


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](data:text/html,<script>1</script>)",
        "<a href='JaVaScRiPt:alert(1)'>x</a>",
        "<iframe src='https://example.org'></iframe>",
        "<svg onload=alert(1)></svg>",
        "<style>body{display:none}</style>",
        "<p style='position:fixed'>x</p>",
        "<form action='/x'><input name=a></form>",
        '<div class="navbar" id="main">x</div>',
        "![x](data:text/html;base64,PHNjcmlwdD4=)",
        "<details ontoggle=alert(1) open>x</details>",
    ],
)
def test_nothing_that_runs_or_restyles_the_page_survives(attack):
    html = safe_html(attack).lower()
    for trace in ("<script", "onerror", "javascript:", "data:text", "<iframe", "<svg", "<style"):
        assert trace not in html
    for trace in ("style=", "<form", "<input", "navbar", "id=", "ontoggle"):
        assert trace not in html


def test_images_come_from_data_or_attachments_only():
    inline = safe_html(f"![Sơ đồ](data:image/png;base64,{PNG})")
    assert f'src="data:image/png;base64,{PNG}"' in inline
    assert 'alt="Sơ đồ"' in inline
    attached = safe_html("![Sơ đồ](attachment:a.png)", {"a.png": {"image/png": PNG}})
    assert attached == inline
    assert "example" not in safe_html("![Theo dõi](https://example.org/x.png)")


def test_links_leave_nothing_behind():
    html = safe_html("[văn bản](https://example.org)")
    assert 'href="https://example.org"' in html
    assert 'rel="noopener noreferrer"' in html
    assert "href" not in safe_html("[x](//example.org)")


def test_an_exercise_shows_header_task_form_and_a_place_for_marks(one_exercise):
    found = blocks(one_exercise)
    assert [block.kind for block in found] == ["exercise", "text", "form", "marks"]
    header, _, form, marks = found
    assert header.exercise.title == "Bài thử"
    assert (header.exercise.level, header.exercise.minutes, header.exercise.points) == (1, 5, 2)
    assert form.form.options == (("a", "Phương án một"), ("b", "Phương án hai"))
    assert (form.cell_id, marks.grade_id) == ("tra-loi", "cham")


def test_a_notebook_parsed_from_its_file_is_shown_alike(one_exercise):
    from courses import write_notebook

    on_disk = json.loads(write_notebook(one_exercise))
    assert isinstance(on_disk["cells"][1]["source"], list)
    assert blocks(on_disk) == blocks(one_exercise)


def test_every_lesson_shows_each_exercise_once_and_no_test(real_course):
    release = make_release(real_course)
    for lesson in real_course.lessons:
        own, _ = lesson_for(release.source_files[lesson.file], 3)
        found = blocks(read_notebook(own))
        ids = [exercise.grade_id for exercise in lesson.exercises]
        assert [block.grade_id for block in found if block.kind == "exercise"] == ids
        assert [block.grade_id for block in found if block.kind == "marks"] == ids
        shown = " ".join(block.html + block.source for block in found)
        assert "assert" not in shown
        assert "{{" not in shown
        answers = [block for block in found if block.kind in ("form", "code", "written")]
        assert len(answers) >= len(ids)


def test_setup_tables_are_shown_as_tables(cells):
    source = '#| title: Bảng\n#| table: t\n#| fold: true\nt = [["Cột"], ["<b>"], [1234.5], [None]]'
    [table, setup] = blocks(cells.notebook(cells.marked("locked", "t", source)))
    assert (setup.kind, setup.folded, setup.title) == ("setup", True, "")
    assert "<caption>Bảng</caption>" in table.html
    assert setup.source.startswith("t = ")
    assert '<th scope="col">Cột</th>' in table.html
    assert "<td>&lt;b&gt;</td>" in table.html
    assert "<td>1.234,5</td>" in table.html


def test_broken_cells_are_shown_as_plain_code(cells):
    broken = cells.marked("solution", "x", "#| form: [\na = None")
    [block] = blocks(cells.notebook(broken))
    assert (block.kind, block.editable) == ("code", True)


TABLE = "#| table: t\nt = [['a'], [1]]"


@pytest.mark.parametrize(
    "spoiled",
    [
        {"source": TABLE + "\nt = [["},
        {"source": TABLE + "\nu = {[]: 1}"},
        {"source": TABLE + "\0"},
        {"metadata": {"nbgrader": "x"}},
        {"metadata": {"nbgrader": [1]}},
        {"metadata": {"motcham": "x"}},
        {"outputs": [{"output_type": "display_data", "metadata": {}, "data": {"image/png": 5}}]},
    ],
)
def test_a_cell_that_somebody_spoiled_in_jupyter_hides_no_other(one_exercise, spoiled):
    whole = [block.kind for block in blocks(one_exercise)]
    setup = {"cell_type": "code", "id": "du-lieu", "metadata": {}, "outputs": [], "source": TABLE}
    shown = blocks({**one_exercise, "cells": [{**setup, **spoiled}, *one_exercise["cells"]]})
    assert [block.kind for block in shown][-len(whole) :] == whole


def test_an_endless_level_is_a_fault_and_not_an_error(one_exercise):
    test = one_exercise["cells"][2]
    test["source"] = test["source"].replace("level: 1", "level: .inf")
    assert "form" in [block.kind for block in blocks(one_exercise)]


def test_files_handed_out_before_a_task_are_shown_below_it(cells, one_exercise):
    hand = "#| show: false\n#| download: {0}.csv\n#| content: {0}\n{0} = [['a']]"
    one_exercise["cells"][:0] = [
        cells.marked("locked", name, hand.format(name)) for name in ("mot", "hai")
    ]
    shown = [(block.kind, block.title) for block in blocks(one_exercise)]
    assert shown[:4] == [
        ("exercise", "Bài thử"),
        ("text", ""),
        ("download", "mot.csv"),
        ("download", "hai.csv"),
    ]
    alone = cells.notebook(
        cells.marked("locked", "mot", hand.format("mot")), cells.text("b", "Chữ")
    )
    assert [block.kind for block in blocks(alone)] == ["download", "text"]
