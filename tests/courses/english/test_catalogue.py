"""The file of a lesson's English: what is translated stays, what changed is doubtful."""

import pytest

from core.messages import Refused
from courses.english.catalogue import read_english, untranslated, updated
from courses.english.texts import Text

TEXTS = (Text("chu", "## Ngăn nào?\n\nTám “điều”.", "prose"), Text("cham", "Chưa đúng.", "hint"))


def translated(content, old, new):
    text = content.decode()
    place = text.index("msgstr", text.index(f'msgid "{old}"'))
    return (text[:place] + text[place:].replace('msgstr ""', f'msgstr "{new}"', 1)).encode()


def test_a_file_that_was_begun_asks_for_every_text_and_keeps_what_is_translated():
    begun = updated(None, TEXTS)
    assert list(untranslated(read_english(begun), TEXTS)) == list(TEXTS)
    done = translated(begun, "Chưa đúng.", "Not right yet.")
    assert updated(done, TEXTS) == done, "nothing to do, nothing changed"
    english = read_english(done)
    assert english.said("cham", "Chưa đúng.") == "Not right yet."
    assert english.said("elsewhere", "Chưa đúng.") == "Not right yet.", "the same text"
    assert english.said("cham", "Chuyện khác.") == "Chuyện khác."


def test_a_text_that_changed_is_untranslated_until_somebody_looks():
    done = translated(updated(None, TEXTS), "Chưa đúng.", "Not right yet.")
    new = (TEXTS[0], Text("cham", "Chưa đúng, xem lại.", "hint"))
    again = updated(done, new)
    assert b"#, fuzzy" in again
    assert b"Not right yet." in again, "to begin with"
    english = read_english(again)
    assert english.find("cham", "Chưa đúng, xem lại.") is None
    assert ("cham", "Chưa đúng.") not in english.names, "said no more"


def test_why_vietnamese_stays_is_kept():
    text = updated(None, TEXTS).decode().replace("#. hint\n", "# kept: a name\n#. hint\n")
    again = updated(text.encode(), TEXTS)
    assert read_english(again).kept == {("cham", "Chưa đúng.")}


@pytest.mark.parametrize("content", [b"\xff\xfe", b"nonsense"])
def test_what_is_no_such_file_is_refused(content):
    with pytest.raises(Refused, match="po"):
        read_english(content)
