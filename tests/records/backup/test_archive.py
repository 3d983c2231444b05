"""An archive is read as it was written, or it is refused."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from sealed import ABOUT, named, seal_members

from core.messages import Refused
from records.backup import archive

PASSPHRASE = "một cụm mật khẩu dài"


def test_what_was_written_is_found_again(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"a file")
    about = archive.About("2026-11-30", "1", "0009", "x", labs=True)
    with (tmp_path / "copy").open("wb") as file:
        writer = archive.Writer(file, PASSPHRASE)
        writer.about(about)
        writer.table("records", "person", ["id"], [[1], [2]])
        writer.table("hub", "users", ["id"], [])
        writer.file("labs/a", tmp_path / "file")
        writer.close()
    read, contents = archive.check(tmp_path / "copy", PASSPHRASE)
    assert (read, contents) == (about, writer.contents)
    rows = {name: found[0] for one in contents.tables.values() for name, found in one.items()}
    assert (rows, list(contents.files)) == ({"person": 2, "users": 0}, ["labs/a"])


@pytest.mark.parametrize(
    ("info", "content"),
    [
        (named("files/../../x"), b"x"),
        (named("files//etc/x"), b"x"),
        (named("files/a/./b"), b"x"),
        (named("files/"), b"x"),
        (named("files/a\nb"), b"x"),
        (named("../x"), b"x"),
        (named("files/link", tarfile.SYMTYPE), b""),
        (named("files/hard", tarfile.LNKTYPE), b""),
        (named("files/device", tarfile.CHRTYPE), b""),
        (named("records/person/0.jsonl"), b"[]"),
        (named("records/person/000000.jsonl"), b"not json"),
        (named("records/person/000000.jsonl"), b'{"a": 1}'),
        (named("manifest.json"), b"{}"),
        (named("about.json"), ABOUT),
    ],
    ids=lambda one: one.name if isinstance(one, tarfile.TarInfo) else "",
)
def test_an_archive_of_another_form_is_refused(
    info: tarfile.TarInfo, content: bytes, tmp_path: Path
) -> None:
    hostile = tmp_path / "hostile"
    seal_members(hostile, PASSPHRASE, [(named("about.json"), ABOUT), (info, content)])
    with pytest.raises(Refused, match="không đúng dạng"):
        archive.check(hostile, PASSPHRASE)
