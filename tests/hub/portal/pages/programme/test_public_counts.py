"""Fifty people come in by themselves and finish: not one figure of the programme moves."""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from analytics.certificates.issuing import issue_if_due
from analytics.programme.figures import find_figures, find_unit_figures
from analytics.programme.targets import EXPERTS, PROGRAMME
from core.points import total_points
from records import Session
from records.assessment import certificates
from records.courses import releases
from records.learning import enrolments
from records.marking import queue
from records.people import persons
from records.programme import counting
from records.programme.public_counts import count_public
from records.programme.requirements import count_affected
from records.tables.assessment import Certificate
from records.tables.learning import Progress
from records.tables.people import Person
from records.tables.platform import Mail
from records.tables.programme import Requirement
from school import access
from school.people import entry_acts
from school.people.entering import Newcomer

ROOT = Path(__file__).parents[5]
TEMPLATE = ROOT / "courses" / "template"
GROUPS = ("citizen", "citizen", "worker", "enterprise", "pupil")


@pytest.fixture
async def site(make_site: Any) -> Any:
    site, server = await make_site(TEMPLATE)
    with site.records.begin() as session:
        release = releases.current_releases(session)[0]
        at = site.clock.at.replace(year=2024)
        for programme in (PROGRAMME, EXPERTS):
            session.add(
                Requirement(
                    programme=programme, course=release.course, from_at=at, source="Mẫu",
                    decided_by="bo", decided_at=at,
                )
            )  # fmt: skip
        learner = persons.find_person(session, "an")
        assert learner is not None
        learner.audience_group = "c"
        finish(session, site, learner.id)
    yield site
    server.stop()
    await server.close_all_connections()
    site.portal.threads.shutdown()
    site.portal.close()


def finish(session: Session, site: Any, person_id: int) -> None:
    """Every lesson of the course with full points, and what follows from it."""
    at = site.clock.at - dt.timedelta(hours=1)  # figures count what was before their moment
    release = releases.current_releases(session)[0]
    enrolments.begin_course(session, person_id, release.course, at=at, seed=1)
    for lesson in release.manifest.lessons:
        handed_in = queue.submit(
            session, person_id=person_id, release_id=release.id, lesson=lesson.slug,
            notebook=b"{}", at=at,
        )  # fmt: skip
        handed_in.state = "marked"
        session.add(
            Progress(
                person_id=person_id, course=release.course, lesson=lesson.slug,
                points=lesson.max_points, max_points=lesson.max_points,
                submission_id=handed_in.id, at=at,
            )
        )  # fmt: skip
    session.flush()
    for programme in (PROGRAMME, EXPERTS):
        issue_if_due(session, person_id, programme, at=at, pass_share=None)


def come_and_finish(session: Session, site: Any, n: int) -> int:
    address, group = f"dan{n}@example.org", GROUPS[n % len(GROUPS)]
    unit = persons.find_unit(session, "province", "2025", "15")
    assert unit is not None
    door: Any = {"door": "open", "at": site.clock.at}
    entry_acts.ask_to_enter(
        session, access.newcomer(), Newcomer("Lò Văn Dân (mẫu)", address, group), code="",
        programme=PROGRAMME, unit_id=unit.id, language="vi", **door,
    )  # fmt: skip
    facts = session.query(Mail).filter_by(address=address).one().facts
    assert facts is not None
    entered = entry_acts.confirm(session, access.newcomer(), facts["token"], made_up=True, **door)
    finish(session, site, entered.person_id)
    return entered.person_id


def figures_of(session: Session, site: Any) -> dict[str, Any]:
    """Every number below the pages."""
    at = site.clock.at
    units = [unit.id for unit in counting.load_units_tree(session).values()]
    course = releases.current_releases(session)[0].course
    return {
        "nation": [
            find_figures(session, PROGRAMME, at=at, vintage=one) for one in ("2025", "2008")
        ],  # type: ignore[arg-type]  # the two there are
        "units": {unit: find_unit_figures(session, unit, PROGRAMME, at=at) for unit in units[:3]},
        "states": counting.count_states(session, None, PROGRAMME),
        "people": counting.list_people(session, units, PROGRAMME),
        "certificates": counting.list_certificates(session, programme=PROGRAMME, units=units)[0],
        "affected": count_affected(session, PROGRAMME, [course]),
        "experts": counting.count_certificates(session, EXPERTS, until=at),
    }


PAGES = (
    ("bo", "national"), ("bo", "national?vintage=2008"), ("bo", "units/{nation}"),
    ("can-bo", "units/{unit}"), ("can-bo", "units/{unit}/people"), ("bo", "units/{nation}/people"),
    ("bo", "plan"), ("bo", "requirements"), ("can-bo", "certificates"), (None, "progress"),
    (None, "progress.csv"), ("can-bo", "accounts"), ("bo", "accounts"),
)  # fmt: skip
OWN = re.compile(
    r"<h2>Người tự đăng ký</h2>.*?</table></div>|<li>[\d.]+ người tự đăng ký[^<]*</li>", re.DOTALL
)


OWN_ROW = re.compile(r'^"tu-dang-ky".*$', re.MULTILINE)


async def shown(site: Any) -> dict[str, str]:
    """Every page of figures, without what is about those who came by themselves."""
    with site.records.read() as session:
        nation = persons.find_nation(session)
        unit = persons.find_unit(session, "province", "2025", "15")
        assert nation is not None and unit is not None
        keys = {"nation": nation.id, "unit": unit.id}
    found = {}
    for who, path in PAGES:
        answer = await site.as_(who).get(path.format(**keys))
        assert answer.status == 200, path
        text = OWN_ROW.sub("", OWN.sub("", answer.text))
        found[f"{who} {path}"] = re.sub(r'name="_xsrf" value="[^"]*"|\s+', " ", text)
    return found


async def sheets(site: Any, who: str | None, path: str) -> dict[str, list[tuple[Any, ...]]]:
    answer = await site.as_(who).get(path)
    assert answer.status == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.body))
    return {one.title: list(one.iter_rows(values_only=True)) for one in book.worksheets}


async def test_fifty_who_register_and_finish_move_no_figure_and_have_a_line_of_their_own(
    site: Any,
) -> None:
    with site.records.read() as session:
        before = figures_of(session, site)
        assert before["nation"][0].total.certified == 1, "there is something to move"
        assert not any(
            one.registered for one in count_public(session, PROGRAMME, until=site.clock.at)
        )
    pages = await shown(site)
    books = [await sheets(site, "bo", "national.xlsx"), await sheets(site, None, "progress.xlsx")]
    with site.records.begin() as session:
        people = [come_and_finish(session, site, n) for n in range(50)]
    with site.records.read() as session:
        assert figures_of(session, site) == before
        own = session.query(Certificate).filter(Certificate.person_id.in_(people)).all()
        assert len(own) == 50
        assert {(one.programme, one.unit_id, one.audience_group) for one in own} == {
            ("pho-cap-ky-nang-so", None, None)
        }
        counts = {one.group: one for one in count_public(session, PROGRAMME, until=site.clock.at)}
        assert {group: (one.registered, one.learning, one.certified)
                for group, one in counts.items()} == {
            "citizen": (20, 20, 20), "worker": (10, 10, 10),
            "enterprise": (10, 10, 10), "pupil": (10, 10, 10),
        }  # fmt: skip
    after = await shown(site)
    assert {path for path, text in after.items() if text != pages[path]} == set()
    again = [await sheets(site, "bo", "national.xlsx"), await sheets(site, None, "progress.xlsx")]
    own_rows = [book[1]["Tiến độ"].pop() for book in (books, again)]
    assert [row[:5] for row in own_rows] == [
        ("tu-dang-ky", "", "Người tự đăng ký", None, certified) for certified in (0, 50)
    ]
    extra = again[0].pop("Người tự đăng ký")
    assert ("Người dân", 20, 20, 20) in [row[:4] for row in extra]
    assert again == books
    national = (await site.as_("bo").get("national")).text
    assert "Người tự đăng ký" in national and "Đếm riêng" in national


async def test_the_paper_of_one_who_came_by_themselves_says_what_it_is(site: Any) -> None:
    with site.records.begin() as session:
        person_id = come_and_finish(session, site, 0)
        certificate = certificates.find_certificate_of(session, person_id, "pho-cap-ky-nang-so")
        assert certificate is not None
        facts = site.portal.office.facts(session, certificate)
        official = persons.find_person(session, "an")
        assert official is not None
        other = certificates.find_certificate_of(session, official.id, PROGRAMME)
        assert other is not None
        assert site.portal.office.facts(session, other).what.startswith("Bồi dưỡng, tập huấn")
        username = session.get_one(Person, person_id).username
        assert total_points([certificate.points]) == certificate.max_points
    assert facts.public and facts.what == "Hoàn thành khóa học kỹ năng số"
    assert facts.programme == "Phổ cập kỹ năng số cho người dân và người lao động"
    assert "cán bộ" not in facts.what + facts.programme and facts.unit == ""
    page = (await site.as_(None).get(f"verify/{facts.number}")).text
    assert facts.programme in page and "10.000" not in page
    home = (await site.as_(username).get("")).text
    assert facts.number in home


async def test_an_officer_s_list_makes_the_same_results_count(site: Any) -> None:
    from school.people import acts, life
    from school.settling import settle_again

    with site.records.begin() as session:
        person_id = come_and_finish(session, site, 0)
        name = session.get_one(Person, person_id).username
        bo = access.load_actor(session, "bo", at=site.clock.at)
        rows = "Mã cán bộ,Họ và tên,Mã đơn vị,Nhóm đối tượng\nTN-9,Lò Văn Dân (mẫu),01,c\n"
        assert not acts.import_roster(session, bo, "a.csv", rows.encode(), at=site.clock.at).faults
        listed = persons.find_person_by_code(session, "TN-9")
        assert listed is not None
        life.merge_people(session, bo, listed.id, name or "", reason="Một người", at=site.clock.at)
    assert settle_again(site.records, pass_share=None, at=site.clock.at)
    site.clock.at += dt.timedelta(hours=1)
    with site.records.read() as session:
        own = certificates.find_certificate_of(session, listed.id, PROGRAMME)
        assert own is not None and own.audience_group == "c"
        figures = find_figures(session, PROGRAMME, at=site.clock.at, vintage="2025")
        assert figures.total.certified == 2
        assert not any(
            one.registered for one in count_public(session, PROGRAMME, until=site.clock.at)
        )


async def test_everybody_reads_how_many_came_by_themselves_counted_apart(site: Any) -> None:
    def line(page: str) -> list[str]:
        found = re.search(r'<table id="themselves">.*?<tbody>(.*?)</tbody>', page, re.DOTALL)
        assert found, page
        return [re.sub(r"<[^>]+>", "", one).strip() for one in re.findall(r"<td.*?</td>", found[1])]

    stranger = site.as_(None)
    assert line((await stranger.get("progress")).text) == ["0", "0"]
    with site.records.begin() as session:
        for n in range(4):
            come_and_finish(session, site, n)
    page = (await stranger.get("progress")).text
    assert line(page) == ["dưới 5", "dưới 5"], "so few are told of nobody"
    assert (
        '"tu-dang-ky";"";"Người tự đăng ký";"";"<5";' in (await stranger.get("progress.csv")).text
    )
    with site.records.begin() as session:
        for n in range(4, 12):
            come_and_finish(session, site, n)
    assert line((await stranger.get("progress")).text) == ["12", "12"]
    assert '"Người tự đăng ký";"";12;' in (await stranger.get("progress.csv")).text
    closed = site.portal.settings.model_copy(update={"registration": "closed"})
    object.__setattr__(site.portal, "settings", closed)
    assert line((await stranger.get("progress")).text) == ["12", "12"], "those who came are there"


async def test_where_nobody_could_come_there_is_no_line(site: Any) -> None:
    closed = site.portal.settings.model_copy(update={"registration": "closed"})
    object.__setattr__(site.portal, "settings", closed)
    assert "Người tự đăng ký" not in (await site.as_(None).get("progress")).text
    assert "tu-dang-ky" not in (await site.as_(None).get("progress.csv")).text
