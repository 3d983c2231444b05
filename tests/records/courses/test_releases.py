from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest
from sqlalchemy import text

from core.messages import Refused
from records.courses import releases
from records.learning import drafts, enrolments
from records.learning.drafts import Conflict


def test_the_same_content_published_again_changes_nothing(records, course, release, at) -> None:
    with records.begin() as session:
        again = releases.publish(session, course.publication(), at=at, by="TNquantri")
    assert (again.id, again.number) == (release.id, 1)


def test_a_change_becomes_the_next_release_and_the_current_one(
    records, course, release, at
) -> None:
    with records.begin() as session:
        second = releases.publish(session, replace(course, edition=2).publication(), at=at, by="TN")
        assert second.number == release.number + 1
        assert releases.current_release(session, course.slug) == second
        assert releases.current_releases(session) == [second]


def test_content_of_an_older_release_is_refused(records, course, release, at) -> None:
    with records.begin() as session:
        releases.publish(session, replace(course, edition=2).publication(), at=at, by="TN")
        with pytest.raises(Refused, match="bản số 1"):
            releases.publish(session, course.publication(), at=at, by="TN")


def test_each_side_of_a_release_has_its_own_files(records, course, release) -> None:
    path = "lessons/bai-mot.ipynb"
    with records.read() as session:
        assert releases.release_file(session, release.id, "learner", path) != (
            releases.release_file(session, release.id, "source", path)
        )
        assert releases.release_file(session, release.id, "learner", "khac.ipynb") is None
        assert releases.release_files(session, release.id, "source") == (
            course.publication().source_files
        )


def test_a_learner_stays_on_the_release_they_began(records, course, release, learner, at) -> None:
    with records.begin() as session:
        enrolments.begin_course(session, learner.id, course.slug, at=at)
        releases.publish(session, replace(course, edition=2).publication(), at=at, by="TN")
        later = at + dt.timedelta(days=1)
        again = enrolments.begin_course(session, learner.id, course.slug, at=later)
        assert (again.release_id, again.began_at) == (release.id, at)
        assert enrolments.enrolments_of(session, learner.id) == [again]


def test_a_course_that_is_not_published_can_not_be_begun(records, learner, at) -> None:
    with records.begin() as session, pytest.raises(Refused, match="khong-co"):
        enrolments.begin_course(session, learner.id, "khong-co", at=at)


class TestDrafts:
    @pytest.fixture
    def where(self, release, learner) -> dict[str, object]:
        return {"person_id": learner.id, "release_id": release.id, "lesson": "bai-mot"}

    def test_begin_as_the_published_notebook(self, records, course, where, at) -> None:
        with records.begin() as session:
            draft = drafts.open_draft(session, **where, at=at)
            assert drafts.open_draft(session, **where, at=at) == draft
        published = course.publication().learner_files["lessons/bai-mot.ipynb"]
        assert (draft.notebook, draft.revision) == (published, 1)

    def test_grow_by_one_revision_with_each_save(self, records, where, at) -> None:
        with records.begin() as session:
            drafts.open_draft(session, **where, at=at)
        for revision in (1, 2, 3):
            with records.begin() as session:
                saved = drafts.save_draft(
                    session, **where, notebook=b"%d" % revision, expected_revision=revision, at=at
                )
            assert (saved.notebook, saved.revision) == (b"%d" % revision, revision + 1)

    def test_saved_in_another_tab_conflict_and_show_what_is_stored(
        self, records, where, at
    ) -> None:
        with records.begin() as session:
            drafts.open_draft(session, **where, at=at)
            drafts.save_draft(session, **where, notebook=b"one", expected_revision=1, at=at)
        with records.begin() as session, pytest.raises(Conflict) as conflict:
            drafts.save_draft(session, **where, notebook=b"two", expected_revision=1, at=at)
        assert conflict.value.stored.notebook == b"one"
        assert conflict.value.stored.revision == 2

    def test_saved_twice_because_the_answer_got_lost_do_not_conflict(
        self, records, where, at
    ) -> None:
        with records.begin() as session:
            drafts.open_draft(session, **where, at=at)
        for _ in range(2):
            with records.begin() as session:
                saved = drafts.save_draft(
                    session, **where, notebook=b"one", expected_revision=1, at=at
                )
            assert saved.revision == 2

    def test_of_an_unknown_lesson_are_refused(self, records, where, at) -> None:
        with records.begin() as session, pytest.raises(Refused, match="bai-ba"):
            drafts.open_draft(session, **where | {"lesson": "bai-ba"}, at=at)

    def test_never_opened_can_not_be_saved(self, records, where, at) -> None:
        with records.begin() as session, pytest.raises(Refused):
            drafts.save_draft(session, **where, notebook=b"x", expected_revision=1, at=at)


def test_a_manifest_comes_back_from_the_database_as_it_was_published(
    records, course, release
) -> None:
    with records.read() as session:
        stored = releases.find_release(session, release.id)
        assert stored.manifest == course.publication().manifest
        assert stored.manifest.lessons[0].exercises[0].level == 2


def test_a_manifest_is_read_once_however_often_its_release_is_looked_at(records, release) -> None:
    with records.read() as one, records.read() as other:
        first, second = (releases.find_release(each, release.id) for each in (one, other))
        assert first is not second
        assert first.manifest is second.manifest


def test_a_manifest_is_plain_json_in_the_database(records, course, release) -> None:
    """So that other programs read it, and whatever reads it here tomorrow."""
    with records.read() as session:
        [[stored]] = session.execute(text("SELECT CAST(manifest AS TEXT) FROM release"))
    assert json.loads(stored) == course.publication().manifest.as_dict()
