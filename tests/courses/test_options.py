"""The lines `#| …` of a cell: read as an author means them; refused where they break a reader."""

import json
import random
from pathlib import Path

import pytest
import yaml

from core.messages import Refused
from courses import options, options_of, read_form
from courses.notebooks import source_of
from courses.options import options_of_text, split_comment


def bomb() -> str:
    """A few hundred characters that would be a billion words when spelled out."""
    words = ["#| a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for n in range(1, 9):
        words.append(f"#| a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]")
    return "\n".join([*words, "#| form: single", "#| label: Ô", "#| options: {a: *a8, b: B}"])


@pytest.mark.parametrize("options", ["#| form: " + "[" * 5000, "#| form: " + "9" * 5000, bomb()])
def test_options_made_to_break_their_reader_are_refused(options):
    with pytest.raises(Refused, match="YAML"):
        read_form(f"{options}\nx = None")


def test_options_that_are_no_yaml_say_in_which_line():
    with pytest.raises(Refused, match="dòng 2"):
        options_of("#| a: 1\n#| b: [")
    with pytest.raises(Refused, match="khóa: giá trị"):
        options_of("#| chỉ một câu")


def test_short_vietnamese_words_and_dates_are_texts_and_not_booleans():
    found = options_of("#| on: no\n#| ngay: 2022-01-19\n#| fold: true\n#| so: 3\n#| le: 0.5")
    assert found == {"on": "no", "ngay": "2022-01-19", "fold": True, "so": 3, "le": 0.5}


def test_the_options_of_a_text_cell_are_a_comment_that_nobody_sees():
    source = "<!--\n#| exercise: Bài\n#| minutes: 4\n-->\n# Đầu đề"
    assert options_of_text(source) == {"exercise": "Bài", "minutes": 4}
    assert split_comment(source) == ("<!--\n#| exercise: Bài\n#| minutes: 4\n-->\n", "# Đầu đề")
    assert options_of_text("# Đầu đề") == {}


def test_a_comment_of_options_that_is_not_closed_as_it_must_be_is_refused():
    with pytest.raises(Refused, match="<!--"):
        split_comment("<!-- #| exercise: Bài -->\nChữ")


def test_options_end_where_the_first_other_line_stands():
    assert options_of("#| a: 1\nx = 1\n#| b: 2") == {"a": 1}
    assert options_of("x = 1") == {}


# --- two readers of one language ------------------------------------------------------------------

CONTENT = Path(options.__file__).parent / "content"
MARKS = (
    ":",
    " ",
    "\n",
    "-",
    "'",
    '"',
    "{",
    "}",
    "[",
    "]",
    "#",
    "&a",
    "*a",
    "!!int ",
    "|",
    ">",
    "\t",
)
MARKS += ("%", "@", "`", "0x1", "1_0", "~", "null", "true", "?", "\x07", "\u2028", "\ufeff", "---")
MARKS += ("...", "\\x41", "1:30", "1e3", ".5", "<<: ", "é", ", ", "\r", "\x85", "!", "\\")


def written() -> list[str]:
    """The options of every cell of every lesson."""
    cells = [
        cell
        for path in sorted(CONTENT.glob("*/lessons/*.ipynb"))
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
    ]
    lines = [options.option_lines(source_of(cell).removeprefix("<!--\n")) for cell in cells]
    return sorted({"\n".join(line[3:] for line in one) for one in lines if one})


def read_by(loader, text):
    try:
        return repr(yaml.load(text, Loader=loader))
    except (yaml.YAMLError, ValueError, RecursionError):
        return "refused"


def test_what_is_read_does_not_depend_on_who_reads():
    """libyaml is there on most machines and PyYAML everywhere: whole, and broken at random."""
    assert yaml.__with_libyaml__, "nothing to compare"
    dice, texts = random.Random(89), written()
    assert len(texts) > 1000
    for text in texts:
        assert read_by(options._Fast, text) == read_by(options._Plain, text)
    taken = 0
    for _ in range(4000):
        text = dice.choice(texts)
        begin = dice.randrange(max(1, len(text) - 150))
        text = text[begin : begin + 150]
        for _ in range(dice.randint(1, 3)):
            at = dice.randrange(len(text) + 1)
            text = text[:at] + dice.choice(MARKS) + text[at + dice.choice((0, 0, 1, 3)) :]
        fast = read_by(options._Fast, text)
        if options._read_alike(text) and fast != "refused":
            assert fast == read_by(options._Plain, text), text
            taken += 1
    assert taken > 1000
