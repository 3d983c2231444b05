"""A backup is made, restored into either kind of database, and is the same; or it is refused."""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sealed import ABOUT, named, seal_members
from sqlalchemy import text

from core.messages import Refused
from hub.login import accounts
from hub.platform.backup.drill import rehearse
from hub.platform.backup.making import Made, make_backup
from hub.platform.backup.moving import move_databases, move_hub
from hub.platform.backup.restoring import restore_backup
from hub.platform.private_files import keep_secret, make_private_folder
from hub.settings import Settings
from records import open_records
from records.assessment import certificates
from records.backup import archive
from records.people import persons
from records.platform import audit
from records.platform.copying import snapshot
from records.tables.people import Person

AT = dt.datetime(2026, 11, 30, 3, 0, tzinfo=dt.UTC)
PASSPHRASE = "một cụm mật khẩu dài"
OLDER = sorted((Path(__file__).parents[3] / "records" / "schemas").glob("*.sql"))
assert OLDER, "no older schema to restore"


def fill(settings: Settings) -> None:
    """A small platform: people in a tree of units, a certificate, an account, secrets, a lab."""
    make_private_folder(settings.data)
    make_private_folder(settings.secrets)
    keep_secret(settings.secrets / "audit-key")
    records = open_records(settings.records_url, migrate=True, audit_key=settings.audit_key)
    with records.begin() as session:
        persons.load_units(session)
        unit = persons.find_unit(session, "province", "2025", "15")
        assert unit
        an = persons.add_person(
            session, username="an", full_name="Nguyễn Thị Ân (mẫu)", code="TN-1",
            unit_id=unit.id, at=AT,
        )  # fmt: skip
        certificates.record_certificate(
            session, person_id=an.id, programme="p", points=1.1, max_points=3, framework="f", at=AT
        )
        audit.append(session, at=AT, actor="an", action="a", subject="s", detail={"n": 1.5})
    records.close()
    with accounts.open_accounts(settings.hub_database_url) as session:
        accounts.set_password(session, "an", "mat-khau-mau-1")
    home = settings.data / "labs" / "homes" / "person.1"
    home.mkdir(parents=True)
    (home / "bài làm.ipynb").write_text("{}")
    (home / "lien-ket").symlink_to("/etc/passwd")
    (settings.data / "audit").mkdir()
    (settings.data / "audit" / "heads.jsonl").write_text("{}\n")
    (settings.data / "logs").mkdir()
    (settings.data / "logs" / "platform.log").write_text("not kept")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Made]:
    """One such platform, and a backup of it."""
    folder = tmp_path_factory.mktemp("filled")
    settings = Settings(data=folder / "data")
    fill(settings)
    return settings.data, make_backup(settings, folder, PASSPHRASE, labs=True, at=AT)


@pytest.fixture
def settings(filled: tuple[Path, Made], tmp_path: Path) -> Settings:
    shutil.copytree(filled[0], tmp_path / "data", symlinks=True)
    return Settings(data=tmp_path / "data")


@pytest.fixture
def made(filled: tuple[Path, Made], tmp_path: Path) -> Made:
    path = Path(shutil.copy2(filled[1].path, tmp_path))
    return replace(filled[1], path=path)


@pytest.fixture
def empty_postgres(postgres) -> Iterator[str]:  # type: ignore[no-untyped-def]
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)


def names_in(settings: Settings) -> list[str | None]:
    records = open_records(settings.records_url, audit_key=settings.audit_key)
    try:
        with records.read() as session:
            assert audit.verify(session).sound
            return [person.full_name for person in session.query(Person)]
    finally:
        records.close()


def test_what_was_copied_while_the_platform_runs_is_there_again(
    made: Made, settings: Settings, tmp_path: Path
) -> None:
    elsewhere = Settings(data=tmp_path / "elsewhere")
    done = restore_backup(made.path, PASSPHRASE, elsewhere)
    assert done.contents == made.contents
    assert names_in(elsewhere) == ["Nguyễn Thị Ân (mẫu)"]
    for url in ("records_url", "hub_database_url"):
        with snapshot(getattr(settings, url)) as before, snapshot(getattr(elsewhere, url)) as after:
            assert sum(rows for rows, _digest in before.digests().values()) > 0
            assert before.digests() == after.digests()
    with accounts.open_accounts(elsewhere.hub_database_url) as session:
        assert accounts.password_hash(session, "an")
    assert (elsewhere.secrets / "audit-key").read_bytes() == settings.audit_key
    assert (elsewhere.data / "labs/homes/person.1/bài làm.ipynb").read_text() == "{}"
    assert not (elsewhere.data / "labs/homes/person.1/lien-ket").exists()
    assert not (elsewhere.data / "logs").exists()
    assert made.skipped == 1
    for path in (made.path, elsewhere.data, *elsewhere.secrets.iterdir()):
        assert path.stat().st_mode & 0o077 == 0, path


def test_labs_are_left_out_unless_asked_for(settings: Settings, tmp_path: Path) -> None:
    made = make_backup(settings, tmp_path, PASSPHRASE, at=AT)
    assert [name for name in made.contents.files if name.startswith("labs")] == []
    assert "secrets/audit-key" in made.contents.files


@pytest.mark.postgres
def test_sqlite_goes_into_postgresql_and_back(
    made: Made, tmp_path: Path, empty_postgres: str
) -> None:
    there = Settings(data=tmp_path / "there", database_url=empty_postgres)
    restore_backup(made.path, PASSPHRASE, there)
    assert names_in(there) == ["Nguyễn Thị Ân (mẫu)"]
    assert not (there.data / "jupyterhub.sqlite").exists(), "the hub's own is there too"
    with accounts.open_accounts(there.hub_database_url) as session:
        assert accounts.password_hash(session, "an")
    records = open_records(there.records_url)
    with records.begin() as session:  # keys go on behind those that came
        assert persons.add_person(session, username="b", full_name="B (mẫu)", at=AT).id > 1
        session.rollback()
    records.close()
    again = make_backup(there, tmp_path / "again.motcham", PASSPHRASE, labs=True, at=AT)
    assert again.contents == made.contents
    back = Settings(data=tmp_path / "back")
    restore_backup(again.path, PASSPHRASE, back)
    assert names_in(back) == ["Nguyễn Thị Ân (mẫu)"]
    with pytest.raises(Refused, match="không trống"):
        restore_backup(
            made.path, PASSPHRASE, Settings(data=tmp_path / "x", database_url=empty_postgres)
        )


@pytest.mark.postgres
def test_the_databases_move_to_postgresql_by_one_command(
    settings: Settings, empty_postgres: str
) -> None:
    with pytest.raises(Refused, match="MOTCHAM_DATABASE_URL"):
        move_databases(settings)
    there = Settings(data=settings.data, database_url=empty_postgres)
    assert move_databases(there) > 100
    assert names_in(there) == ["Nguyễn Thị Ân (mẫu)"]
    assert (settings.data / "motcham.sqlite.moved").exists()
    assert not (settings.data / "motcham.sqlite").exists()
    with pytest.raises(Refused, match=r"motcham\.sqlite"):
        move_databases(there)


@pytest.mark.postgres
def test_a_hub_beside_records_in_postgresql_follows_them_once(
    settings: Settings, empty_postgres: str
) -> None:
    there = Settings(data=settings.data, database_url=empty_postgres)
    open_records(empty_postgres, migrate=True).close()
    assert move_hub(there)
    assert not move_hub(there)
    with accounts.open_accounts(there.hub_database_url) as session:
        assert accounts.password_hash(session, "an")


def test_a_drill_restores_compares_and_leaves_nothing(settings: Settings, tmp_path: Path) -> None:
    place = tmp_path / "drill"
    place.mkdir()
    done = rehearse(settings, labs=True, place=place, at=AT)
    assert done.made.rows > 100
    assert (done.audit_entries, bool(done.certificate)) == (1, True)
    assert list(place.iterdir()) == []


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        *((schema, "sqlite") for schema in OLDER),
        pytest.param(OLDER[-1], "postgres", marks=pytest.mark.postgres),
    ],
    ids=lambda one: getattr(one, "stem", one),
)
def test_a_copy_of_an_older_schema_is_restored_and_brought_to_the_newest(
    schema: Path, kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    old = Settings(data=tmp_path / "old")
    make_private_folder(old.data)
    with contextlib.closing(sqlite3.connect(old.data / "motcham.sqlite")) as base, base:
        base.executescript(schema.read_text(encoding="utf-8"))
        facts: dict[str, object] = {"id": 7, "full_name": "Lê Thị Yên (mẫu)", "name_key": "yên"}
        facts |= {"name_folded": "le thi yen", "language": "vi", "made_up": True}
        facts |= {"created_at": "2026-03-02 00:00:00"}
        columns = [row[1] for row in base.execute("PRAGMA table_info(person)") if row[1] in facts]
        base.execute(
            f"INSERT INTO person ({', '.join(columns)}) VALUES ({', '.join('?' for _ in columns)})",
            [facts[name] for name in columns],
        )
    with accounts.open_accounts(old.hub_database_url):
        pass
    made = make_backup(old, tmp_path, PASSPHRASE, at=AT)
    assert made.about.records_revision == schema.stem
    url = request.getfixturevalue("empty_postgres") if kind == "postgres" else ""
    there = Settings(data=tmp_path / "there", database_url=url)
    restore_backup(made.path, PASSPHRASE, there)
    assert names_in(there) == ["Lê Thị Yên (mẫu)"]
    with snapshot(there.records_url) as restored:
        assert restored.revision > schema.stem or schema == OLDER[-1]


# --- what is refused ----------------------------------------------------------------------------


def test_nothing_is_written_over(made: Made, settings: Settings, tmp_path: Path) -> None:
    before = made.path.read_bytes()
    with pytest.raises(Refused, match="không ghi đè"):
        make_backup(settings, made.path, PASSPHRASE, at=AT)
    with pytest.raises(Refused, match="không trống"):
        restore_backup(made.path, PASSPHRASE, settings)
    assert made.path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir() if one.name.endswith(".half")] == []


def test_a_short_passphrase_is_refused(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="ít nhất 12"):
        make_backup(settings, tmp_path, "ngan", at=AT)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda content: content, "Cụm mật khẩu không đúng"),
        (lambda content: content[:-1], "mật khẩu không đúng|cắt cụt"),
        (lambda content: content[: len(content) // 2], "mật khẩu không đúng|cắt cụt"),
        (lambda content: content[:-40] + bytes([content[-40] ^ 1]) + content[-39:], "không đúng"),
        (lambda _content: b"SQLite format 3\0" * 10, "không phải bản sao"),
        (lambda _content: b"", "không phải bản sao"),
    ],
    ids=["wrong passphrase", "a byte short", "half", "a bit changed", "something else", "empty"],
)
def test_what_is_not_the_whole_copy_is_refused_in_words(
    made: Made, tmp_path: Path, spoil: Callable[[bytes], bytes], why: str
) -> None:
    spoiled = tmp_path / "spoiled"
    spoiled.write_bytes(spoil(made.path.read_bytes()))
    same = spoiled.read_bytes() == made.path.read_bytes()
    with pytest.raises(Refused, match=why):
        restore_backup(
            spoiled, "một cụm khác hẳn" if same else PASSPHRASE, Settings(data=tmp_path / "x")
        )
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("name", ["files/../../x", "files//etc/x"])
def test_an_archive_of_another_form_is_refused_before_anything_is_written(
    name: str, tmp_path: Path
) -> None:
    hostile = tmp_path / "hostile"
    seal_members(hostile, PASSPHRASE, [(named("about.json"), ABOUT), (named(name), b"x")])
    with pytest.raises(Refused, match="không đúng dạng"):
        restore_backup(hostile, PASSPHRASE, Settings(data=tmp_path / "x"))
    assert not (tmp_path / "x").exists()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["hostile"]


def test_a_promised_table_that_the_schema_has_not_is_refused_and_nothing_stays(
    tmp_path: Path, settings: Settings
) -> None:
    with snapshot(settings.records_url) as records, snapshot(settings.hub_database_url) as hub:
        revisions = {"records_revision": records.revision, "hub_revision": hub.revision}
    path = tmp_path / "strange"
    with path.open("wb") as file:
        writer = archive.Writer(file, PASSPHRASE)
        writer.about(archive.About(made_at="", version="0", labs=False, **revisions))
        writer.table("records", "strange", ["id"], [[1]])
        writer.close()
    with pytest.raises(Refused, match="bảng lạ"):
        restore_backup(path, PASSPHRASE, Settings(data=tmp_path / "x"))
    assert not (tmp_path / "x").exists()


def test_a_copy_of_a_newer_schema_is_refused_in_words(made: Made, tmp_path: Path) -> None:
    path = tmp_path / "newer"
    with path.open("wb") as file:
        writer = archive.Writer(file, PASSPHRASE)
        writer.about(archive.About("", "9", "9999", made.about.hub_revision, labs=False))
        writer.close()
    with pytest.raises(Refused, match="phiên bản 9999"):
        restore_backup(path, PASSPHRASE, Settings(data=tmp_path / "x"))


@pytest.mark.postgres
def test_a_letter_that_postgresql_does_not_keep_is_replaced_and_told(
    settings: Settings, tmp_path: Path, empty_postgres: str
) -> None:
    records = open_records(settings.records_url)
    with records.begin() as session:
        session.execute(text("UPDATE person SET position = 'a' || char(0) || 'b'"))
    records.close()
    made = make_backup(settings, tmp_path, PASSPHRASE, at=AT)
    there = Settings(data=tmp_path / "there", database_url=empty_postgres)
    assert restore_backup(made.path, PASSPHRASE, there).replaced == 1
