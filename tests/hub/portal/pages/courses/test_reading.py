"""Lessons for strangers: read, not answered; nothing is written, and nothing secret is shown."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

import courses
from records.courses import releases
from records.schema import Table

ROOT = Path(__file__).parents[5]
CONTENT = ROOT / "courses" / "content"
OPEN = "xa-hoi-so-an-toan"
CLOSED = "nhan-thuc-chung"


@pytest.fixture
async def site(make_site: Any) -> Any:
    site, server = await make_site(CONTENT / OPEN, CONTENT / CLOSED)
    yield site
    server.stop()
    await server.close_all_connections()
    site.portal.threads.shutdown()
    site.portal.close()


def rows(site: Any) -> dict[str, int]:
    with site.records.read() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Table.metadata.sorted_tables
        }


def publish(site: Any, **changes: Any) -> courses.Course:
    course = dataclasses.replace(courses.load_course(CONTENT / OPEN), **changes)
    with site.records.begin() as session:
        releases.publish(session, courses.make_release(course), at=site.clock.at, by="thay")
    return course


async def test_a_stranger_reads_every_lesson_and_nothing_is_written(site: Any) -> None:
    before, stranger = rows(site), site.as_(None)
    page = (await stranger.get("read")).text
    assert f"read/{OPEN}" in page and CLOSED not in page
    course = courses.load_course(CONTENT / OPEN)
    contents = (await stranger.get(f"read/{OPEN}")).text
    for lesson in course.lessons:
        assert f"read/{OPEN}/{lesson.slug}" in contents
        answer = await stranger.get(f"read/{OPEN}/{lesson.slug}")
        assert answer.status == 200 and "Đăng nhập để trả lời" in answer.text
        body = answer.text.split("<main", 1)[1]
        assert not re.search(r"<(input|textarea|select|form)\b", body), lesson.slug
        assert answer.headers["Cache-Control"] == "private, max-age=300"
        assert "X-Robots-Tag" not in answer.headers
    assert rows(site) == before


async def test_no_solution_and_no_test_is_on_the_page(site: Any) -> None:
    course = courses.load_course(CONTENT / OPEN)
    looked = 0
    for lesson in course.lessons:
        page = (await site.as_(None).get(f"read/{OPEN}/{lesson.slug}")).text
        secret = [
            line.strip()
            for cell in lesson.source["cells"]
            if cell["cell_type"] == "code"
            for part in re.findall(
                r"### BEGIN (?:SOLUTION|HIDDEN TESTS)(.*?)### END", "".join(cell["source"]), re.S
            )
            for line in part.split("\n")
            if len(line.strip()) > 12
        ]
        assert secret
        learner = json.dumps(
            [
                "".join(cell["source"])
                for cell in json.loads(courses.make_release(course).learner_files[lesson.file])[
                    "cells"
                ]
            ],
            ensure_ascii=False,
        )
        for line in secret:
            if json.dumps(line, ensure_ascii=False)[1:-1] in learner:
                continue  # learners find this very line elsewhere in the lesson
            assert line not in page, (lesson.slug, line)
            looked += 1
        for exercise in lesson.exercises:
            if exercise.hint:
                assert exercise.hint not in page
    assert looked > 20


async def test_a_course_that_does_not_say_so_looks_absent(site: Any) -> None:
    lesson = courses.load_course(CONTENT / CLOSED).lessons[0].slug
    for path in (f"read/{CLOSED}", f"read/{CLOSED}/{lesson}", "read/khong-co", f"read/{OPEN}/x"):
        assert (await site.as_(None).get(path)).status == 404, path


async def test_taking_a_course_back_takes_it_back_at_once(site: Any) -> None:
    lesson = courses.load_course(CONTENT / OPEN).lessons[0].slug
    assert (await site.as_(None).get(f"read/{OPEN}/{lesson}")).status == 200
    publish(site, open_reading=False, summary="Thu lại")
    for path in (f"read/{OPEN}", f"read/{OPEN}/{lesson}"):
        assert (await site.as_(None).get(path)).status == 404
    assert OPEN not in (await site.as_(None).get("read")).text


async def test_an_exam_is_never_read(site: Any) -> None:
    lessons = courses.load_course(CONTENT / OPEN).lessons
    exam = dataclasses.replace(lessons[0], exam=True)
    publish(site, lessons=(exam, *lessons[1:]))
    assert (await site.as_(None).get(f"read/{OPEN}/{exam.slug}")).status == 404
    assert f"/{exam.slug}" not in (await site.as_(None).get(f"read/{OPEN}")).text


async def test_the_installation_decides_too(site: Any) -> None:
    settings = site.portal.settings.model_copy(update={"open_reading": False})
    object.__setattr__(site.portal, "settings", settings)
    lesson = courses.load_course(CONTENT / OPEN).lessons[0].slug
    for path in ("read", f"read/{OPEN}", f"read/{OPEN}/{lesson}"):
        assert (await site.as_(None).get(path)).status == 404, path


async def test_pictures_of_an_open_course_are_seen_and_of_others_are_not(site: Any) -> None:
    looked = 0
    for slug in (OPEN, CLOSED):
        with site.records.read() as session:
            release = releases.current_release(session, slug)
            assert release is not None
            media = release.manifest.media
        for medium in media[:3]:
            name = medium.path.removeprefix("media/")
            path = f"read/{slug}/media/{medium.digest[:16]}/{name}"
            status = (await site.as_(None).get(path)).status
            assert status == (200 if slug == OPEN else 404), path
            looked += 1
    assert looked


def test_only_a_course_that_says_so_has_it_in_its_manifest() -> None:
    one, other = (courses.load_course(CONTENT / slug) for slug in (OPEN, CLOSED))
    assert courses.make_release(one).manifest.as_dict()["open_reading"] is True
    assert "open_reading" not in courses.make_release(other).manifest.as_dict()
