"""Two people never share a home, and nobody loses one when homes change their names."""

import hashlib

import pytest

from labs.homes import PERSON, home_name, move_in, old_name

HASH = hashlib.sha256(b"a.b").hexdigest()[:10]


def test_no_two_logins_lead_to_one_folder():
    logins = ["a.b", f"a-b-{HASH}", "a-b", "a_b", "a b", "A.b", "a..b", "-a-b", "á.b", "a" * 40]
    logins += [home_name(login) for login in logins] + ["", ".", "..", "/", "x/../y"]
    folders = {home_name(login) for login in set(logins)}
    assert len(folders) == len(set(logins))
    assert all(set(folder) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for folder in folders)


def test_once_two_did():
    assert old_name("a.b") == old_name(f"a-b-{HASH}") == f"a-b-{HASH}"


@pytest.fixture
def fill(tmp_path):
    def go(name):
        (tmp_path / name).mkdir()
        (tmp_path / name / "bai.txt").write_text(name)

    return go


def come(homes, number, username, *others):
    logins = ["quan", *others, username]
    move_in(homes, f"{PERSON}{number}", username=username, logins=lambda: logins)
    kept = homes / f"{PERSON}{number}" / "bai.txt"
    return kept.read_text() if kept.exists() else None


def test_a_home_moves_to_its_person_once(tmp_path, fill):
    fill("mau21")
    assert come(tmp_path, 7, "mau21") == "mau21"
    assert [one.name for one in tmp_path.iterdir()] == ["person.7"]
    fill("mau21")
    assert come(tmp_path, 7, "mau21") == "mau21", "and is never written over"
    assert (tmp_path / "mau21").is_dir()


def test_a_home_stays_its_person_s_under_a_new_login(tmp_path, fill):
    fill("cu")
    come(tmp_path, 7, "cu")
    assert come(tmp_path, 7, "moi") == "cu"
    assert come(tmp_path, 8, "cu") is None, "who gets the freed name gets no files with it"


def test_a_home_that_may_be_of_two_is_given_to_neither_and_kept(tmp_path, fill, caplog):
    both = f"a-b-{HASH}"
    fill(both)
    assert come(tmp_path, 1, "a.b", both) is None
    assert come(tmp_path, 2, both, "a.b") is None
    assert (tmp_path / both / "bai.txt").exists()
    assert both in caplog.text


def test_a_home_named_by_a_hash_goes_to_its_login_where_nobody_is_called_like_it(tmp_path, fill):
    fill(f"a-b-{HASH}")
    assert come(tmp_path, 1, "a.b") == f"a-b-{HASH}"


def test_a_login_that_only_looks_like_a_hash_keeps_its_home(tmp_path, fill):
    fill("an-0912345678")
    assert come(tmp_path, 1, "an-0912345678") == "an-0912345678"


def test_a_link_in_the_folder_of_homes_is_nobody_s_home(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "mau21").symlink_to(tmp_path / "elsewhere")
    assert come(tmp_path, 7, "mau21") is None
    assert not (tmp_path / "person.7").exists()
