"""Files of real tools that lessons hand out and take back: Word documents, mails, logs."""

import base64
import io
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from core.messages import Refused
from courses import downloads, learner_notebook, load_course, variant, write_answer, write_notebook
from courses.handouts.documents import as_document
from courses.handouts.variants import literals_of
from courses.notebooks import source_of
from graders.marker import Marker

CONTENT = Path(__file__).parents[3] / "courses" / "content"
TEXT = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def paragraphs(document):
    with zipfile.ZipFile(io.BytesIO(document)) as package:
        assert package.testzip() is None
        for name in package.namelist():
            ElementTree.fromstring(package.read(name))
        body = ElementTree.fromstring(package.read("word/document.xml"))
    return [
        "".join(text.text or "" for text in one.iter(f"{TEXT}t")) for one in body.iter(f"{TEXT}p")
    ]


def test_a_word_document_holds_its_lines_and_equal_lines_give_equal_bytes():
    lines = ["# Phiếu", "1. Tên: ", "a < b & c"]
    assert paragraphs(as_document(lines)) == ["Phiếu", "1. Tên: ", "a < b & c"]
    assert as_document(lines) == as_document(list(lines))


def download(cells, options, content):
    cell = cells.marked("locked", "tep", f"#| show: false\n{options}\nnoi_dung = {content}")
    return cells.notebook(cell)


def test_a_mail_or_a_log_is_handed_out_as_it_is_written(cells):
    source = download(cells, "#| download: thu.eml\n#| content: noi_dung", '"""\nFrom: a\n\nÀ\n"""')
    assert downloads(source) == {"thu.eml": "From: a\r\n\r\nÀ\r\n".encode()}
    source = download(cells, "#| download: may.log\n#| content: noi_dung", "['1 a', '2 b']")
    assert downloads(source) == {"may.log": b"1 a\r\n2 b\r\n"}


@pytest.mark.parametrize("content", ["[['a']]", "7", "[1]"])
def test_a_document_is_made_of_text(cells, content):
    source = download(cells, "#| download: a.docx\n#| content: noi_dung", content)
    with pytest.raises(Refused, match="content"):
        downloads(source)


def test_drawn_values_stand_in_the_file(cells):
    options = "#| download: a.txt\n#| content: noi_dung\n#| variant:\n#|   ai: {choice: [An, Bình]}"
    cell = cells.marked("locked", "tep", f"{options}\nai = 'An'\nnoi_dung = 'Gửi {{{{ai}}}}.'")
    source = cells.notebook(cell)
    files = {downloads(variant(source, seed))["a.txt"].decode() for seed in range(20)}
    assert files == {"Gửi An.\r\n", "Gửi Bình.\r\n"}


def test_the_lines_of_a_log_stay_in_their_order(cells):
    options = (
        "#| download: a.log\n#| content: noi_dung\n#| variant:\n"
        "#|   noi_dung: {sample: [a0, a1, a2, a3, a4, a5], count: 3, keep: 1, in_order: true}"
    )
    source = download(cells, options, "['a0', 'a1']")
    drawn = {tuple(downloads(variant(source, seed))["a.log"].split()) for seed in range(1, 30)}
    assert len(drawn) > 5
    assert all(
        len(lines) == 4 and lines[0] == b"a0" and list(lines) == sorted(lines) for lines in drawn
    )


# --- the exercise with a mail's source and a form in Word ----------------------------------------

LESSON = "lessons/02-nhan-ra-lua-dao.ipynb"


def filled(document, answers):
    """The downloaded form as Word would give it back, with ``answers`` after the colons."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            for number, answer in answers.items() if name == "word/document.xml" else ():
                place = text.index("</w:t>", text.index(f">{number}. "))
                # Word splits what is typed into runs of its own.
                run = f"</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>{answer}</w:t></w:r><w:r><w:t>"
                text = text[:place] + run + text[place:]
            new.writestr(name, text)
    return made.getvalue()


def test_the_filled_form_is_read_line_by_line():
    [lesson] = [
        one for one in load_course(CONTENT / "xa-hoi-so-an-toan").lessons if one.file == LESSON
    ]
    source = variant(lesson.source, 5)
    files = downloads(source)
    drawn = literals_of(source_of(next(c for c in source["cells"] if c["id"] == "x2-nguon-thu")))
    assert drawn["may_gui"].encode() in files["thu-dang-ngo.eml"]
    right = {
        1: "vanphong@somau.gov.vn",
        2: drawn["noi_gui"],
        3: drawn["may_gui"],
        4: "fail",
        5: drawn["noi_den"],
        6: "Giả mạo",
    }
    with Marker(allow_reduced=True) as marker:

        def marks_for(answers):
            document = filled(files["phieu-bao-cao.docx"], answers)
            value = {"name": "phieu.docx", "base64": base64.b64encode(document).decode()}
            own = learner_notebook(source)
            cell = next(c for c in own["cells"] if c["id"] == "x2-tra-loi-8")
            cell["source"] = write_answer(source_of(cell), value)
            marks = marker.mark(write_notebook(source), write_notebook(own))
            return next(one for one in marks.cells if one.grade_id == "x2-cham-8")

        assert marks_for(right).points == 6
        partly = marks_for({**right, 3: "192.0.2.10", 5: "somau.gov.vn"})
    assert partly.points == 4
    assert [line.split(":")[0] for line in partly.feedback.split("\n")] == ["Dòng 3", "Dòng 5"]
    assert drawn["may_gui"] not in partly.feedback
