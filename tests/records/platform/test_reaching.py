"""A database that cannot be used is told in words, never with its password."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.messages import Refused
from records.platform.reaching import reach, why

SECRET = "bi-mat-cua-toi"


def test_one_that_answers_says_what_it_is(database_url: str) -> None:
    found = reach(database_url)
    assert found.kind in ("SQLite", "PostgreSQL")
    assert found.version[0].isdigit()
    assert (found.now is None) == (found.kind == "SQLite")


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("khong phai dia chi", "không phải địa chỉ"),
        ("mysql://a:b@c/d", "mysql"),
        (f"postgresql://an:{SECRET}@127.0.0.1:1/motcham", "không nhận kết nối"),
        (f"postgresql://an:{SECRET}@khong-co-may.invalid/motcham", "không tìm thấy máy chủ"),
        ("sqlite:////khong/co/thu-muc/x.sqlite", "không mở"),
    ],
    ids=["no URL", "another kind", "nobody listens", "no such machine", "no such folder"],
)
def test_a_wrong_address_is_told_in_words(url: str, word: str) -> None:
    with pytest.raises(Refused, match=word) as refused:
        reach(url)
    assert SECRET not in str(refused.value)


@pytest.mark.postgres
def test_a_database_that_is_not_there_is_told_with_how_to_make_it(postgres) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Refused, match="createdb"):
        reach(postgres.url("khong_co"))


def test_a_wrong_password_is_told() -> None:
    said = Exception('connection failed: FATAL: password authentication failed for user "x"')
    assert "mật khẩu" in str(why(said))


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(Refused, match="không phải cơ sở dữ liệu"):
        reach(f"sqlite:///{tmp_path / 'x.sqlite'}")
