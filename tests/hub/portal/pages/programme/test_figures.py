"""The officers' pages by role, figures that lead down to certificates, and what the public sees."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
import re
from pathlib import Path
from typing import Any, ClassVar

import openpyxl
import pytest

from analytics.programme.figures import find_figures
from analytics.programme.targets import PROGRAMME
from core.manifest import read_manifest
from hub.platform.demo_learners import load_demo_learners, share_out
from hub.portal import app
from records import Session
from records.assessment.certificates import record_certificate
from records.courses import releases
from records.people import persons
from records.platform import audit
from records.programme.counting import count_certificates, list_certificates
from records.tables.assessment import Certificate
from records.tables.people import Person
from records.tables.programme import Requirement

AT = dt.datetime(2026, 11, 22, 3, 0, tzinfo=dt.UTC)
NATION = ("bo", "kiem", "quan")


@pytest.fixture
def site(bare_site: Any) -> Any:
    return bare_site


@pytest.fixture
def learners(site: Any) -> Any:
    """Four hundred made-up learners of a made-up course of two lessons."""
    with site.records.begin() as session:
        releases.publish(session, Publication(), at=AT, by="thay")
        long_ago = AT - dt.timedelta(days=2000)
        session.add(
            Requirement(programme=PROGRAMME, course="mau", from_at=long_ago, source="Mẫu",
                        decided_by="bo", decided_at=long_ago)
        )  # fmt: skip
        session.flush()
        assert load_demo_learners(session, 400, seed=7, at=AT) is not None
    return site


class Publication:
    """A release in the shape that `courses` hands over."""

    digest = "0" * 64
    learner_files: ClassVar[dict[str, bytes]] = {}
    source_files: ClassVar[dict[str, bytes]] = {}
    manifest = read_manifest({
        "programme": PROGRAMME, "course": "mau", "title": "Khóa mẫu", "title_en": "Sample",
        "summary": "", "frame": "4.1", "pass_share": 0.5, "framework": "vn-tt02-2025",
        "lessons": [
            {"slug": slug, "title": slug, "file": f"{slug}.ipynb", "max_points": 10,
             "theory_minutes": 1, "practice_minutes": 9, "exercises": []}
            for slug in ("mot", "hai")
        ],
    })  # fmt: skip


def unit_id(site: Any, kind: str, vintage: str, code: str) -> int:
    with site.records.read() as session:
        unit = persons.find_unit(session, kind, vintage, code)
        assert unit is not None
        return unit.id


def certify(site: Any, username: str) -> str:
    with site.records.begin() as session:
        person = persons.find_person(session, username)
        assert person is not None
        certificate, _new = record_certificate(
            session, person_id=person.id, programme=PROGRAMME, points=9, max_points=10,
            framework="vn-tt02-2025", at=AT - dt.timedelta(days=2),
        )  # fmt: skip
        return certificate.number


# --- who sees what ----------------------------------------------------------------------------

PAGES = {
    "national": NATION,
    "national?vintage=2008&sort=share": NATION,
    "national.xlsx": NATION,
    "plan": NATION,
    "units/{own}": ("can-bo", *NATION),
    "units/{own}/people": ("can-bo", *NATION),
    "units/{former}/people?state=certified": ("can-bo", *NATION),
    "units/{other}": NATION,
    "units/{other}/people": NATION,
    "units/{nation}": NATION,
    "certificates": ("can-bo", *NATION),
    "audit": ("kiem", "quan"),
    "audit?check=1": ("kiem", "quan"),
    "roster": ("can-bo", "bo", "quan"),
    "roster/template.xlsx": ("can-bo", "bo", "quan"),
}


@pytest.mark.parametrize("path", PAGES)
async def test_each_page_shows_to_whom_it_may_and_looks_absent_to_others(
    site: Any, path: str
) -> None:
    address = path.format(
        own=unit_id(site, "province", "2025", "15"),
        former=unit_id(site, "province", "2008", "15"),  # Yên Bái, now part of Lào Cai
        other=unit_id(site, "province", "2025", "48"),
        nation=unit_id(site, "nation", "", "VN"),
    )
    for username in ("an", "thay", "can-bo", "bo", "kiem", "quan"):
        answer = await site.as_(username).get(address)
        assert answer.status == (200 if username in PAGES[path] else 404), (username, address)


async def test_without_login_only_the_public_pages_open(site: Any) -> None:
    nobody = site.as_(None)
    for path in ("progress", "progress?vintage=2008", "progress.csv", "verify"):
        assert (await nobody.get(path)).status == 200, path
    for path in ("national", "plan", "certificates", "audit", "roster"):
        assert (await nobody.get(path)).status in (302, 403), path


async def test_unknown_units_and_numbers_look_absent(site: Any) -> None:
    bo = site.as_("bo")
    for path in ("units/999999", "units/999999/people", "certificates/MC-2026-000001-AAAAAAAA"):
        assert (await bo.get(path)).status == 404


async def test_an_auditor_changes_nothing(site: Any) -> None:
    number = certify(site, "an")
    kiem = site.as_("kiem")
    assert (await kiem.post_form(f"certificates/{number}", reason="x")).status == 404
    assert (await kiem.post_form("plan", how="even", name="x", deadline="2026-12-14")).status == 404
    assert (await kiem.post_form("roster")).status == 404


# --- figures ----------------------------------------------------------------------------------


async def test_page_workbook_and_open_data_have_the_same_figures(learners: Any) -> None:
    bo = learners.as_("bo")
    page = (await bo.get("national")).text
    book = openpyxl.load_workbook(io.BytesIO((await bo.get("national.xlsx")).body))
    with learners.records.read() as session:
        figures = find_figures(session, PROGRAMME, at=AT, vintage="2025")
    assert figures.total.certified > 50
    rows = {row[0]: row[4] for row in book["Theo tỉnh"].iter_rows(min_row=6, values_only=True)}
    text = io.StringIO((await bo.get("progress.csv")).text.removeprefix("\ufeff"))
    opened = {row["ma"]: row["da_cap"] for row in csv.DictReader(text, delimiter=";")}
    english = (await learners.as_("bo", "en").get("progress.csv")).text.removeprefix("\ufeff")
    assert {row["ma"] for row in csv.DictReader(io.StringIO(english))} == set(opened)
    sheet = openpyxl.load_workbook(io.BytesIO((await bo.get("progress.xlsx")).body)).worksheets[0]
    cells = {row[1].value: row for row in sheet.iter_rows(min_row=2)}
    assert set(cells) == set(opened), "codes keep their zeros"
    assert any(code.startswith("0") for code in cells)
    assert not any(cell.data_type == "f" for row in cells.values() for cell in row)
    for line in figures.provinces:
        shown = re.search(
            rf'units/{line.unit_id}">{line.name}</a></th>\s*<td class="num strong">([\d.]+)<', page
        )
        assert shown, line.name
        assert int(shown[1]) == line.certified == rows[f"{line.code} {line.name}"]
        withheld = "<5" if 0 < line.certified < 5 else "x"
        assert opened[line.code] in (str(line.certified), withheld)
        assert opened[line.code] == "<5" or not 0 < line.certified < 5
    assert f"<strong>{figures.total.certified}</strong>" in page


@pytest.mark.parametrize(("vintage", "tiles"), [("2025", 34), ("2008", 63)])
async def test_the_map_has_a_tile_for_each_province(
    learners: Any, vintage: str, tiles: int
) -> None:
    page = (await learners.as_("bo").get(f"national?vintage={vintage}")).text
    assert page.count('class="tile s') == tiles
    assert " style=" not in page
    assert "<script>" not in page


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("step", ["none", "0", "1", "2", "3", "4"])
def test_words_on_the_tiles_can_be_read(step: str) -> None:
    css = (Path(app.__file__).parent / "static" / "officer.css").read_text()
    found = [re.search(rf"--{letter}{step}: (#[0-9a-f]{{6}})", css) for letter in "st"]
    dark, light = sorted(luminance(one[1]) for one in found if one)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


async def test_a_figure_is_followed_down_to_the_certificate(learners: Any) -> None:
    bo = learners.as_("bo")
    with learners.records.read() as session:
        figures = find_figures(session, PROGRAMME, at=AT, vintage="2025")
    province = max(figures.provinces, key=lambda line: line.certified)
    unit = (await bo.get(f"units/{province.unit_id}")).text
    link = re.search(r"units/\d+/people\?state=certified", unit)
    assert link
    listed = (await bo.get(link[0])).text
    numbers = re.findall(r"certificates/(MC-[A-Z0-9-]+)", listed)
    assert numbers
    assert "(mẫu)" in (await bo.get(f"certificates/{numbers[0]}")).text


async def test_sorting_is_by_plain_links(learners: Any) -> None:
    page = (await learners.as_("bo").get("national?sort=certified")).text
    table = page[
        page.index('id="provinces"') : page.index("</table>", page.index('id="provinces"'))
    ]
    counts = [int(n.replace(".", "")) for n in re.findall(r'"num strong">([\d.]+)<', table)]
    assert counts[:34] == sorted(counts[:34], reverse=True)
    assert (await learners.as_("bo").get("national?sort=<script>&vintage=x")).status == 200


async def test_an_officer_finds_only_certificates_of_own_units(learners: Any) -> None:
    own = await learners.as_("can-bo").get("certificates")
    with learners.records.read() as session:
        unit = persons.find_unit(session, "province", "2025", "15")
        below = persons.unit_and_below(session, unit.id)
        total, _found = list_certificates(session, units=below)
        everywhere, foreign = list_certificates(session, limit=1000)
    assert f"{total} chứng nhận" in own.text
    assert total < everywhere
    other = next(one for one in foreign if one.unit_id not in below)
    assert (await learners.as_("can-bo").get(f"certificates/{other.number}")).status == 404
    assert (await learners.as_("can-bo").get(f"certificates/{other.number}.pdf")).status == 404


# --- certificates -----------------------------------------------------------------------------


async def test_the_holder_takes_the_signed_pdf_and_others_do_not(site: Any) -> None:
    number = certify(site, "an")
    pdf = await site.as_("an").get(f"certificates/{number}.pdf")
    assert pdf.status == 200
    assert pdf.body.startswith(b"%PDF-1.7")
    assert (await site.as_("an").get(f"certificates/{number}.jwt")).body.count(b".") == 2
    assert (await site.as_("binh").get(f"certificates/{number}.pdf")).status == 404
    assert (await site.as_("can-bo").get(f"certificates/{number}.pdf")).status == 200


async def test_the_public_page_says_what_the_paper_says_and_no_more(site: Any) -> None:
    number = certify(site, "an")
    nobody = site.as_(None)
    page = await nobody.get(f"verify/{number}")
    assert page.status == 200
    for words in ("Có hiệu lực", "Nguyễn Thị An (mẫu)", number, "20/11/2026"):
        assert words in page.text
    assert "Lào Cai" not in page.text  # not the unit, nor any mark
    assert (await nobody.get(f"verify/{number.lower()}")).status == 200


async def test_unknown_mistyped_and_hostile_numbers_are_answered_plainly(site: Any) -> None:
    number = certify(site, "an")
    nobody = site.as_(None)
    mistyped = await nobody.get(f"verify/{number[:-1]}{'3' if number[-1] == '2' else '2'}")
    assert (mistyped.status, "Số không đúng" in mistyped.text) == (404, True)
    hostile = await nobody.get("verify/%3Cscript%3Ealert(1)%3C%2Fscript%3E")
    assert "<script>alert" not in hostile.text
    moved = await nobody.get("verify?number=%20mc%202026%20junk%2F..%2F")
    assert moved.status == 302
    assert moved.headers["Location"].endswith("/verify/mc2026junk")


async def test_guessing_numbers_is_slowed_down(site: Any) -> None:
    nobody = site.as_(None)
    statuses = [(await nobody.get("verify/MC-2026-000001-AAAAAAAA")).status for _ in range(80)]
    assert statuses[0] == 404
    assert 429 in statuses


async def test_revoking_needs_a_reason_and_shows_at_once(site: Any) -> None:
    number = certify(site, "an")
    bo, nobody = site.as_("bo"), site.as_(None)
    refused = await bo.post_form(f"certificates/{number}", reason="  ")
    assert (refused.status, "Phải ghi lý do" in refused.text) == (422, True)
    assert (await bo.post_form(f"certificates/{number}", reason="Nộp hộ bài")).status == 302
    page = await nobody.get(f"verify/{number}")
    assert "Đã thu hồi" in page.text
    assert "Nộp hộ bài" not in page.text  # the reason is not the public's
    log = (await site.as_("kiem").get("audit?q=revoke&check=1")).text
    assert number in log
    assert "Chuỗi liền mạch" in log


@pytest.mark.slow
async def test_a_file_is_judged_and_not_kept(site: Any) -> None:
    number = certify(site, "an")
    pdf = (await site.as_("an").get(f"certificates/{number}.pdf")).body
    changed = pdf.replace(b"/Type", b"/Tipe", 1)
    for content, says in ((pdf, "tệp nguyên vẹn"), (changed, "note bad"), (b"hi", "note bad")):
        nobody = site.as_(None)
        await nobody.get("verify")
        answer = await nobody.upload("verify", "c.pdf", content)
        assert answer.status == 200
        assert says in answer.text


# --- plan and roster --------------------------------------------------------------------------


async def test_the_ministry_shares_out_the_plan_and_it_shows(site: Any) -> None:
    bo = site.as_("bo")
    answer = await bo.post_form(
        "plan?vintage=2008", how="even", name="Kế hoạch 01 (mẫu)", deadline="2026-12-14"
    )
    assert answer.status == 302
    with site.records.read() as session:
        figures = find_figures(session, PROGRAMME, at=AT, vintage="2025")
        (entry,) = audit.entries(session, search="plan.set")
        assert audit.actor_names(session, [entry]) == {entry.actor: "bo"}
    assert figures.planned_for_provinces == 6800
    assert "Kế hoạch 01 (mẫu)" in (await bo.get("national")).text


async def test_a_plan_that_does_not_add_up_is_refused_and_what_was_typed_stays(site: Any) -> None:
    with site.records.read() as session:
        units = persons.find_units(session, "province", "2025")
    typed = {f"unit-{unit.id}": "200" for unit in units}  # 34 × 200 = 6.800
    typed[f"unit-{units[0].id}"] = "201"
    bo = site.as_("bo")
    wanted = {"how": "table", "name": "KH", "deadline": "2026-12-14"}
    refused = await bo.post_form("plan?vintage=2025", **wanted, **typed)
    assert refused.status == 422
    assert 'value="201"' in refused.text
    typed[f"unit-{units[0].id}"] = "hai trăm"
    assert (await bo.post_form("plan?vintage=2025", **wanted, **typed)).status == 422
    typed[f"unit-{units[0].id}"] = "200"
    assert (await bo.post_form("plan?vintage=2025", **wanted, **typed)).status == 302


ROSTER = "Mã cán bộ,Họ tên,Nhóm đối tượng,Danh mục,Mã đơn vị\nTN-9,Trần Thị Ánh,c,2025,{}\n"


async def test_a_roster_is_looked_at_first_and_imported_whole(site: Any) -> None:
    officer = site.as_("can-bo")
    wrong = await officer.upload("roster", "ds.csv", ROSTER.format("99").encode(), how="import")
    assert wrong.status == 422
    for words in ("có 1 chỗ cần sửa", "Mã đơn vị", "99", "danh mục 2025"):
        assert words in wrong.text
    looked = await officer.upload("roster", "ds.csv", ROSTER.format("15").encode(), how="check")
    assert "Thêm mới 1" in looked.text
    with site.records.read() as session:
        assert persons.find_person_by_code(session, "TN-9") is None
    done = await officer.upload("roster", "ds.csv", ROSTER.format("15").encode(), how="import")
    assert "Đã nhập xong" in done.text
    with site.records.read() as session:
        assert persons.find_person_by_code(session, "TN-9").full_name == "Trần Thị Ánh"
    foreign = await officer.upload("roster", "ds.csv", ROSTER.format("48").encode(), how="import")
    assert "ngoài phạm vi" in foreign.text


async def test_a_file_that_is_no_list_gets_a_sentence(site: Any) -> None:
    for content in (b"", b"\x89PNG\r\n\x1a\n\0\0", b"PK\x03\x04", b"a,b\n1,2\n"):
        answer = await site.as_("bo").upload("roster", "x", content, how="import")
        assert answer.status == 422
        assert "note bad" in answer.text


# --- made-up learners -------------------------------------------------------------------------


def snapshot(session: Session) -> list[tuple[Any, ...]]:
    rows = session.query(Certificate).order_by(Certificate.number).all()
    return [(row.number, row.full_name, row.points, row.issued_at) for row in rows]


def test_the_same_seed_makes_the_same_people_and_never_twice(learners: Any) -> None:
    with learners.records.begin() as session:
        first = snapshot(session)
        assert load_demo_learners(session, 400, seed=7, at=AT) is None
        assert snapshot(session) == first
        assert sum(cell.count for cell in count_certificates(session, PROGRAMME, until=AT)) == len(
            first
        )
        names = [name for (name,) in session.query(Person.full_name)]
    assert len(first) > 50
    assert all(name.endswith("(mẫu)") for name in names)
    assert all(issued < AT for *_rest, issued in first)


@pytest.mark.parametrize("seed", range(5))
def test_the_points_of_made_up_exercises_add_up_to_their_lesson_s(seed: int) -> None:
    dice = random.Random(seed)
    most = [dice.choice((1.0, 2.0, 3.0, 5.0)) for _ in range(7)]
    ease = [dice.random() for _ in most]
    total = round(sum(most) * dice.random() * 2) / 2
    points = share_out(total, most, ease, dice)
    assert sum(points) == total
    assert all(0 <= one <= bound for one, bound in zip(points, most, strict=True))


async def test_the_pages_are_of_the_programme_that_the_settings_name(site: Any) -> None:
    other = site.portal.settings.model_copy(update={"programme": "chuyen-gia-1000"})
    object.__setattr__(site.portal, "settings", other)
    page = await site.as_("bo").get("national")
    assert page.status == 200
    assert "Đội ngũ chuyên gia chuyển đổi số" in page.text
    assert "trên 1.000 người" in page.text and "10.000 người đã" not in page.text
    assert "chuyên gia" in (await site.as_(None).get("progress")).text
    assert (await site.as_("bo").get("plan")).status == 404, "it has no goal for localities"


async def test_before_the_first_certificate_nobody_is_late(bare_site: Any) -> None:
    page = (await bare_site.as_("bo").get("national")).text
    assert "chưa bắt đầu" in page
    assert "chậm hơn nhịp đều" not in page
    assert "Vạch đứng" not in page
