"""What one working folder takes of another: small plain files, and never over an author's."""

from __future__ import annotations

import base64
import os

import pytest

from graders.strict.between.file_exchange import MAX_BYTES, MAX_FILES, Folder, is_plain


def sent(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.fixture
def folder(tmp_path) -> Folder:
    (tmp_path / "du_lieu.csv").write_text("cua giang vien")
    return Folder(str(tmp_path))


@pytest.mark.parametrize("path", ["a.csv", "bang/a b.csv", "tiếng Việt.txt"])
def test_a_relative_path_of_ordinary_names_is_plain(path: str) -> None:
    assert is_plain(path)


@pytest.mark.parametrize(
    "path",
    [
        *("", "/etc/passwd", "../a", "a/../../b", "./a", "a//b", ".bashrc", "a/.git/config"),
        *("a\0b", "x" * 301, "\ud800", None, 5, ["a"]),
    ],
)
def test_any_other_path_is_not(path: object) -> None:
    assert not is_plain(path)


def test_what_was_written_since_the_last_time_is_news_once(folder, tmp_path) -> None:
    (tmp_path / "moi.csv").write_text("1,2")
    assert folder.news() == {"moi.csv": sent("1,2")}
    assert folder.news() == {}


def test_hidden_files_links_and_pipes_stay_where_they_are(folder, tmp_path) -> None:
    (tmp_path / ".an").write_text("x")
    (tmp_path / "lien-ket").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "ong")
    assert folder.news() == {}


def test_no_more_is_sent_than_may_cross(folder, tmp_path) -> None:
    (tmp_path / "lon.bin").write_bytes(b"x" * (MAX_BYTES + 1))
    for number in range(MAX_FILES + 20):
        (tmp_path / f"{number}.txt").write_text("x")
    assert "lon.bin" not in (news := folder.news())
    assert 0 < len(news) <= MAX_FILES


def test_a_file_of_the_other_sides_is_written_and_is_no_news_of_ours(folder, tmp_path) -> None:
    assert folder.take({"bang/kq.csv": sent("3")}) is False
    assert (tmp_path / "bang" / "kq.csv").read_text() == "3"
    assert folder.news() == {}


def test_what_was_there_before_is_never_replaced(folder, tmp_path) -> None:
    folder.take({"du_lieu.csv": sent("cua nguoi hoc")})
    assert (tmp_path / "du_lieu.csv").read_text() == "cua giang vien"


def test_what_a_setup_cell_wrote_is_never_replaced(folder, tmp_path) -> None:
    (tmp_path / "de.txt").write_text("de bai")
    folder.keep()
    folder.news()
    folder.take({"de.txt": sent("khac")})
    assert (tmp_path / "de.txt").read_text() == "de bai"


def test_what_the_running_test_wrote_is_kept_back_and_told_of(folder, tmp_path) -> None:
    folder.begin()
    (tmp_path / "cho_doi.txt").write_text("mong doi")
    folder.news()
    assert folder.take({"cho_doi.txt": sent("0")}, over=False) is True
    assert (tmp_path / "cho_doi.txt").read_text() == "mong doi"
    assert folder.take({"cho_doi.txt": sent("0")}, over=True) is False
    assert (tmp_path / "cho_doi.txt").read_text() == "0"


def test_the_learners_own_side_lets_everything_be_replaced(tmp_path) -> None:
    (tmp_path / "a.txt").write_text("cu")
    folder = Folder(str(tmp_path), own=False)
    folder.take({"a.txt": sent("moi")})
    assert (tmp_path / "a.txt").read_text() == "moi"


@pytest.mark.parametrize(
    "news", [None, 5, [], {"../a": "eA=="}, {"a": 5}, {"a": "no base64!"}, {5: "eA=="}]
)
def test_what_is_no_news_is_left(folder, tmp_path, news: object) -> None:
    before = sorted(tmp_path.iterdir())
    assert folder.take(news) is False
    assert sorted(tmp_path.iterdir()) == before
    assert not (tmp_path.parent / "a").exists()


def test_nothing_is_written_through_a_link(folder, tmp_path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-ngoai"
    outside.mkdir()
    (tmp_path / "ra").symlink_to(outside)
    folder.take({"ra/x.txt": sent("x")})
    assert list(outside.iterdir()) == []
