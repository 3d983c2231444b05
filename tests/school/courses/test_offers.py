"""A course as one file, a second reader, and taking back what was published."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import io
import json
import zipfile
from pathlib import Path

import pytest

import courses
from core.messages import Refused
from records import Records, Session
from records.courses import releases
from records.learning import enrolments
from records.people import persons
from school import access
from school.courses import acts, offer_acts, packages, publishing, releasing
from school.learning import lessons, overview

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
ROOT = Path(courses.__file__).parent
TEMPLATE, REAL = ROOT / "template", ROOT / "content" / "nhan-thuc-chung"
PROGRAMME = "chuyen-doi-so-10000"
WRITER, READER = (
    access.Actor(name, person_id=key, grants=((access.INSTRUCTOR, None),))
    for key, name in ((1, "soan"), (2, "duyet"))
)


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def zipped(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, held in files.items():
            archive.writestr(name, held)
    return content.getvalue()


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@functools.cache
def release_of(folder: Path) -> courses.Release:
    return courses.make_release(courses.load_course(folder))


@pytest.fixture
def published(records: Records) -> Records:
    with records.begin() as session:
        for name in ("soan", "duyet", "an", "binh"):
            persons.add_person(session, username=name, full_name=f"{name} (mẫu)", at=AT)
        releases.publish(session, release_of(TEMPLATE), at=AT, by="soan")
    return records


# --- one file -------------------------------------------------------------------------------------


def test_what_was_exported_is_the_same_course_when_it_is_imported(published: Records) -> None:
    with published.begin() as session:
        releases.publish(session, release_of(REAL), at=AT, by="soan")
        first = offer_acts.export_course(session, WRITER, "nhan-thuc-chung", at=AT)
        again = offer_acts.export_course(session, WRITER, "nhan-thuc-chung", at=AT)
        release = releases.current_release(session, "nhan-thuc-chung")
    assert release is not None
    assert first == again
    package = packages.unpack(first)
    assert package.signed
    assert courses.make_release(package.course).digest == release.digest
    about = json.loads(unzipped(first)["nhan-thuc-chung/motcham.json"])
    assert about["course"] == "nhan-thuc-chung"
    assert set(about["files"]) == set(package.files)


def test_licence_and_contributor_travel_with_the_course(tmp_path: Path) -> None:
    files = files_of(TEMPLATE)
    said = b'licence = "CC-BY-4.0"\ncontributor = "T\xc3\xa1c gi\xe1\xba\xa3 (m\xe1\xba\xabu)"\n'
    files["course.toml"] = said + files["course.toml"]
    course = publishing.load_files(files)
    manifest = courses.make_release(course).manifest
    assert (manifest.licence, manifest.contributor) == ("CC-BY-4.0", "Tác giả (mẫu)")
    assert 'licence = "CC-BY-4.0"' in courses.course_file(manifest)
    package = packages.unpack(packages.pack(course, files))
    assert package.course.contributor == "Tác giả (mẫu)"
    files["course.toml"] = files["course.toml"].replace(b"CC-BY-4.0", b"MIT?")
    with pytest.raises(Refused, match=r"licence.*phải là một trong"):
        publishing.load_files(files)


def packed() -> dict[str, bytes]:
    return unzipped(packages.pack(courses.load_course(TEMPLATE), files_of(TEMPLATE)))


def test_a_file_that_changed_on_the_way_is_told_by_name() -> None:
    top = "khoa-mau/"
    lesson = next(name for name in packed() if name.endswith(".ipynb"))
    for change, said in (
        ({lesson: b"{}"}, f"tệp đã đổi: {lesson.removeprefix(top)}"),
        ({f"{top}them.txt": b"x"}, "thừa tệp: them.txt"),
        ({f"{top}motcham.json": b"[" * 100_000}, "không đọc được"),
        ({f"{top}motcham.json": b'{"format": "motcham-course", "version": 9}'}, "bản 9"),
    ):
        with pytest.raises(Refused, match=said):
            packages.unpack(zipped(packed() | change))
    without = packed()
    del without[lesson]
    with pytest.raises(Refused, match="thiếu tệp: lessons/"):
        packages.unpack(zipped(without))
    plain = packed()
    del plain[f"{top}motcham.json"]
    assert not packages.unpack(zipped(plain)).signed


def test_hostile_files_are_refused_in_words() -> None:
    link = zipfile.ZipInfo("khoa-mau/lien-ket")
    link.external_attr = 0o120777 << 16
    linked = io.BytesIO(zipped(packed()))
    with zipfile.ZipFile(linked, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    for content, said in (
        (zipped({**packed(), "../ra-ngoai.txt": b"x"}), "Tên tệp không hợp lệ"),
        (zipped({**packed(), "/tmp/x": b"x"}), "Tên tệp không hợp lệ"),
        (linked.getvalue(), "Tên tệp không hợp lệ"),
        (zipped({**packed(), "khoa-mau/bom": b"0" * 60_000_000}), "quá lớn"),
        (zipped({**packed(), **{f"khoa-mau/{n}": b"" for n in range(400)}}), "quá lớn"),
        (b"PK\x03\x04 not really", "không phải là một tệp zip"),
    ):
        with pytest.raises(Refused, match=said):
            packages.unpack(content)


# --- a second reader ------------------------------------------------------------------------------


def changed(summary: str) -> tuple[courses.Course, dict[str, bytes]]:
    """The template's course with another summary, and its files."""
    files = files_of(TEMPLATE)
    old = courses.load_course(TEMPLATE).summary.encode()
    files["course.toml"] = files["course.toml"].replace(old, summary.encode())
    return publishing.load_files(files), files


def test_an_import_waits_until_a_person_publishes_it(published: Records) -> None:
    course, files = changed("Bản mới")
    with published.begin() as session:
        before = releases.current_release(session, course.slug)
        key = offer_acts.offer_course(session, WRITER, course, files, way="import", at=AT)
        assert releases.current_release(session, course.slug) is before
        with pytest.raises(Refused, match="đang chờ duyệt"):
            offer_acts.offer_course(session, WRITER, course, files, way="import", at=AT)
        stored, is_new = offer_acts.publish_offer(session, WRITER, key, course, at=AT)
        assert is_new and stored.manifest.summary == "Bản mới"
        with pytest.raises(Refused, match="xử lý rồi"):
            offer_acts.publish_offer(session, WRITER, key, course, at=AT)
        with pytest.raises(Refused, match="đã công bố"):
            offer_acts.offer_course(session, WRITER, course, files, way="import", at=AT)


def test_where_a_programme_asks_for_a_second_reader_nobody_publishes_alone(
    published: Records,
) -> None:
    officer = access.Actor("bo", person_id=3, grants=((access.MINISTRY_OFFICER, None),))
    course, files = changed("Bản mới")
    elsewhere = dataclasses.replace(course, programme="khac")
    with published.begin() as session:
        assert not releasing.asks_second_reader(session, course)
        offer_acts.set_second_reader(session, officer, PROGRAMME, True, at=AT)
        for one in (course, elsewhere):  # another programme is no way round
            with pytest.raises(Refused, match="người thứ hai"):
                acts.publish(session, WRITER, one, at=AT)
        with pytest.raises(Refused, match="người thứ hai"):
            acts.publish(session, access.operator("motcham course publish"), course, at=AT)
        key = offer_acts.offer_course(session, WRITER, course, files, way="review", at=AT)
        renamed = dataclasses.replace(WRITER, username="ten-moi")
        for own in (WRITER, renamed):
            with pytest.raises(Refused, match="người khác đọc"):
                offer_acts.publish_offer(session, own, key, course, at=AT)
        _stored, is_new = offer_acts.publish_offer(session, READER, key, course, at=AT)
        assert is_new


def test_what_is_returned_needs_a_reason_and_publishes_nothing(published: Records) -> None:
    course, files = changed("Bản mới")
    with published.begin() as session:
        key = offer_acts.offer_course(session, WRITER, course, files, way="review", at=AT)
        with pytest.raises(Refused, match="lý do"):
            offer_acts.return_offer(session, READER, key, reason=" ", at=AT)
        offer_acts.return_offer(session, READER, key, reason="Thiếu nguồn", at=AT)
        with pytest.raises(Refused, match="xử lý rồi"):
            offer_acts.publish_offer(session, READER, key, course, at=AT)
        assert releases.current_releases(session)[0].number == 1


# --- taken back -----------------------------------------------------------------------------------


def seen(session: Session, username: str) -> set[str]:
    person = persons.find_person(session, username)
    assert person is not None
    return {one.slug for one in overview.load_courses(session, person.id, pass_share=None)}


def test_who_has_begun_keeps_a_withdrawn_course_and_nobody_else_finds_it(
    published: Records,
) -> None:
    with published.begin() as session:
        an, binh = (persons.find_person(session, name) for name in ("an", "binh"))
        assert an is not None and binh is not None
        enrolments.begin_course(session, an.id, "khoa-mau", at=AT)
        with pytest.raises(Refused, match="lý do"):
            offer_acts.withdraw_course(session, WRITER, "khoa-mau", reason="", at=AT)
        offer_acts.withdraw_course(session, WRITER, "khoa-mau", reason="Lỗi thời", at=AT)
        assert "khoa-mau" in seen(session, "an")
        assert "khoa-mau" not in seen(session, "binh")
        assert lessons.find_place(session, an.id, "khoa-mau", "bai-mau") is not None
        assert lessons.find_place(session, binh.id, "khoa-mau", "bai-mau") is None
        with pytest.raises(Refused, match="đã được rút"):
            enrolments.begin_course(session, binh.id, "khoa-mau", at=AT)
        offer_acts.restore_course(session, WRITER, "khoa-mau", at=AT)
        assert "khoa-mau" in seen(session, "binh")


def test_a_withdrawn_lesson_is_gone_for_who_begins_and_there_for_who_has_begun(
    published: Records,
) -> None:
    slug = "nhan-thuc-chung"
    with published.begin() as session:
        releases.publish(session, release_of(REAL), at=AT, by="soan")
        an, binh = (persons.find_person(session, name) for name in ("an", "binh"))
        assert an is not None and binh is not None
        enrolments.begin_course(session, an.id, slug, at=AT)
        release = releases.current_release(session, slug)
        assert release is not None
        lesson = release.manifest.lessons[0].slug
        new = offer_acts.withdraw_lesson(session, WRITER, slug, lesson, reason="Sai", at=AT)
        assert len(new.manifest.lessons) == len(release.manifest.lessons) - 1
        assert new.manifest.lessons == release.manifest.lessons[1:]
        assert lessons.find_place(session, an.id, slug, lesson) is not None
        assert lessons.find_place(session, binh.id, slug, lesson) is None
        with pytest.raises(Refused, match="rút cả khóa học"):
            offer_acts.withdraw_lesson(session, WRITER, "khoa-mau", "bai-mau", reason="x", at=AT)
