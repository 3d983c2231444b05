"""Lists of units: what they would change, what is refused, and that nothing is ever lost."""

from __future__ import annotations

import datetime as dt

import pytest

from analytics.programme.places import Places
from core.messages import Refused
from records import Records, Session
from records.assessment import certificates
from records.people import persons, units
from records.programme.counting import load_units_tree
from records.tables.people import Unit
from school import access
from school.access import Actor
from school.people import acts, unit_acts
from school.people.units.judging import Judged
from school.people.units.reading import CENTRAL_2025, UnitTable, read_units
from school.refusals import NotAllowed

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
OPERATOR = access.operator("motcham unit import")
HEAD = "Loại;Danh mục;Mã;Tên;Cấp trên;Từ ngày;Đến ngày;Đơn vị kế thừa;Đơn vị tiền thân\n"


@pytest.fixture
def tree(records: Records) -> Records:
    with records.begin() as session:
        persons.load_units(session)
    return records


def table(*lines: str) -> UnitTable:
    return read_units((HEAD + "\n".join(lines) + "\n").encode())


def bring(session: Session, *lines: str) -> Judged:
    return unit_acts.import_units(session, OPERATOR, table(*lines), at=AT)


def unit(session: Session, kind: str, vintage: str, code: str) -> Unit:
    found = persons.find_unit(session, kind, vintage, code)
    assert found
    return found


LAO_CAI = (
    "xã;2025;02650;Xã Hai;xã/2025/02647;;;;",  # below one that comes later in the list
    "xã;2025;2647;Xã Một;tỉnh/2025/15;01/07/2025;;;",  # Excel dropped the zero
)


def test_a_list_is_looked_at_first_and_shows_the_tree_that_would_be(tree: Records) -> None:
    with tree.read() as session:
        judged = unit_acts.check_units(session, table(*LAO_CAI))
    assert (len(judged.new), judged.changed, judged.faults) == (2, (), ())
    assert [(one.depth, one.name, one.mark) for one in judged.tree] == [
        (0, "Việt Nam", ""),
        (1, "Lào Cai", ""),
        (2, "Xã Một", "new"),
        (3, "Xã Hai", "new"),
    ]
    with tree.read() as session:
        assert persons.find_unit(session, "commune", "2025", "02647") is None


def test_a_list_is_brought_in_once(tree: Records) -> None:
    with tree.begin() as session:
        assert len(bring(session, *LAO_CAI).new) == 2
        again = bring(session, *LAO_CAI)
        assert (again.new, again.changed, again.unchanged) == ((), (), 2)
        two = unit(session, "commune", "2025", "02650")
        assert two.parent_id == unit(session, "commune", "2025", "02647").id
        below = persons.unit_and_below(session, unit(session, "province", "2025", "15").id)
        assert two.id in below


def test_a_name_that_changes_is_kept_among_the_former(tree: Records) -> None:
    with tree.begin() as session:
        bring(session, *LAO_CAI)
        judged = bring(session, "xã;2025;02647;Phường Một;;;;;")
        assert [one.name for one in judged.changed] == ["Phường Một"]
        assert [one.was for one in judged.tree if one.mark] == ["Xã Một"]
        one = unit(session, "commune", "2025", "02647")
        assert (one.name, one.valid_from) == ("Phường Một", dt.date(2025, 7, 1)), "left as it was"
        former = units.former_names(session, [one.id])[one.id]
        assert [(name.name, name.until_on) for name in former] == [("Xã Một", AT.date())]


def test_two_that_merge_are_named_as_predecessors_and_end_the_day_before(tree: Records) -> None:
    with tree.begin() as session:
        bring(
            session,
            "báo chí;;BC-1;Báo Một (mẫu);;;;;",
            "báo chí;;BC-2;Báo Hai (mẫu);;;;;",
        )
        bring(session, "báo chí;;BC-3;Báo Ba (mẫu);;01/09/2025;;;BC-1")
        judged = bring(session, 'báo chí;;BC-4;Báo Bốn (mẫu);;2025-10-01;;;"BC-2;BC-3"')
        assert [one.key[2] for one in judged.changed] == ["BC-2", "BC-3"]
        one, four = unit(session, "press", "", "BC-1"), unit(session, "press", "", "BC-4")
        three = unit(session, "press", "", "BC-3")
        assert (one.valid_to, one.successor_id) == (dt.date(2025, 8, 31), three.id)
        assert (three.valid_to, three.successor_id) == (dt.date(2025, 9, 30), four.id)
        assert one.id in persons.unit_and_below(session, four.id)


WRONG = {
    "a kind that is none": ("chòm;;A;Tên;;;;;", "Loại", "Không có loại đơn vị này"),
    "the nation": ("quốc gia;;VN;Tên;;;;;", "Loại", "Không có loại đơn vị này"),
    "no list": ("xã;;02650;Tên;15;;;;", "Danh mục", "cần danh mục"),
    "a list that is none": ("xã;1999;02650;Tên;15;;;;", "Danh mục", "Không có danh mục này"),
    "no code": ("báo chí;;;Tên;;;;;", "Mã", "Thiếu"),
    "a formula": ("báo chí;;=1+1;Tên;;;;;", "Mã", "công thức"),
    "a slash": ("báo chí;;A/B;Tên;;;;;", "Mã", "dấu /"),
    "no name": ("báo chí;;A;;;;;;", "Tên", "Thiếu"),
    "nothing above": ("xã;2025;02650;Tên;;;;;", "Cấp trên", "Thiếu đơn vị cấp trên"),
    "nothing there": ("xã;2025;02650;Tên;xyz;;;;", "Cấp trên", "mang mã “xyz”"),
    "two of the same code": ("báo chí;;A;Tên;01;;;;", "Cấp trên", "khớp 2 đơn vị"),
    "no day": ("báo chí;;A;Tên;;hôm nay;;;", "Từ ngày", "Không phải một ngày"),
    "an end before its beginning": (
        "báo chí;;A;Tên;;02/01/2025;01/01/2025;;", "Đến ngày", "trước ngày bắt đầu",
    ),
    "a successor without an end": (
        "báo chí;;A;Tên;;;;trung ương//TW;", "Đến ngày", "phải có ngày kết thúc",
    ),
    "below itself": ("trung ương;;TW;Cơ quan;trung ương//TW;;;;", "Cấp trên", "dưới chính mình"),
    "a province below what went into it": (
        "tỉnh;2025;15;Lào Cai;tỉnh/2008/10;;;;", "Cấp trên", "dưới chính mình",
    ),
}  # fmt: skip


@pytest.mark.parametrize("line, column, why", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_named_with_its_place(
    tree: Records, line: str, column: str, why: str
) -> None:
    with tree.begin() as session:
        before = load_units_tree(session)
        judged = bring(session, "báo chí;;TỐT;Báo Tốt (mẫu);;;;;", line)
        assert [(fault.line, fault.column) for fault in judged.faults] == [(3, column)]
        assert why in str(judged.faults[0].reason)
        assert load_units_tree(session) == before, "all of it or nothing"


def test_the_same_unit_twice_in_a_list_is_told(tree: Records) -> None:
    with tree.begin() as session:
        judged = bring(session, "báo chí;;A;Một;;;;;", "báo chí;;A;Hai;;;;;")
        assert [str(fault.reason) for fault in judged.faults] == ["Trùng với dòng 2"]


def test_the_central_bodies_of_2025_come_with_their_source(tree: Records) -> None:
    content = CENTRAL_2025.read_bytes()
    listed = read_units(content)
    assert {row.cells["source"] for row in listed.rows} == {
        "Nghị quyết 176/2025/QH15 (chưa đối chiếu với văn bản gốc)"
    }
    with tree.begin() as session:
        judged = unit_acts.import_units(session, OPERATOR, listed, at=AT)
        assert (len(judged.new), judged.faults) == (17, ())
        names = {one.name for one in judged.new}
        assert sum(name.startswith("Bộ ") for name in names) == 14
        assert names >= {"Ngân hàng Nhà nước Việt Nam", "Thanh tra Chính phủ"}
        assert not unit_acts.import_units(session, OPERATOR, listed, at=AT).changed


# --- one by one -----------------------------------------------------------------------------------


def test_a_unit_that_ends_keeps_its_people_and_certificates_and_counts_in_its_successor(
    tree: Records,
) -> None:
    with tree.begin() as session:
        bring(
            session,
            "xã;2008;02650;Xã Cũ (mẫu);tỉnh/2008/10;;;;",
            "xã;2025;02650;Xã Mới (mẫu);tỉnh/2025/01;;;;",  # went to another province
        )
        old, new = (
            unit(session, "commune", "2008", "02650"),
            unit(session, "commune", "2025", "02650"),
        )
        person = persons.add_person(
            session, username="an", full_name="An (mẫu)", unit_id=old.id, audience_group="đ", at=AT
        )
        paper, _new = certificates.record_certificate(
            session, person_id=person.id, programme="p", points=1, max_points=1,
            framework="f", at=AT,
        )  # fmt: skip
        unit_acts.end_unit(
            session, OPERATOR, old.id, last_day=dt.date(2025, 6, 30),
            successor="xã/2025/02650", at=AT,
        )  # fmt: skip
        assert (person.unit_id, paper.unit_id) == (old.id, old.id)
        assert old.id in persons.unit_and_below(session, new.id)
        nodes = load_units_tree(session)
        today = nodes[Places(nodes, "2025").of(old.id).province_id or 0]
        then = nodes[Places(nodes, "2008").of(old.id).province_id or 0]
        assert (today.code, then.code) == ("01", "10")


def test_a_unit_does_not_come_to_stand_below_itself(tree: Records) -> None:
    with tree.begin() as session:
        bring(session, *LAO_CAI)
        one, two = (
            unit(session, "commune", "2025", "02647"),
            unit(session, "commune", "2025", "02650"),
        )
        with pytest.raises(Refused, match="chính mình"):
            unit_acts.change_unit(session, OPERATOR, one.id, name=one.name, parent="02650", at=AT)
        for successor in ("02647", "02650"):
            with pytest.raises(Refused, match="kế thừa không được"):
                unit_acts.end_unit(
                    session, OPERATOR, one.id, last_day=AT.date(), successor=successor, at=AT
                )
        unit_acts.change_unit(
            session, OPERATOR, two.id, name="Xã Hai", parent="tỉnh/2025/15", at=AT
        )
        assert two.parent_id == unit(session, "province", "2025", "15").id


def test_no_officer_of_a_unit_changes_the_tree(tree: Records) -> None:
    with tree.begin() as session:
        province = unit(session, "province", "2025", "15")
        officer = Actor("tinh", person_id=1, grants=((access.UNIT_OFFICER, province.id),))
        with pytest.raises(NotAllowed):
            unit_acts.import_units(session, officer, table(*LAO_CAI), at=AT)
        with pytest.raises(NotAllowed):
            unit_acts.change_unit(session, officer, province.id, name="x", parent="VN", at=AT)
        with pytest.raises(NotAllowed):
            unit_acts.end_unit(
                session, officer, province.id, last_day=AT.date(), successor="", at=AT
            )


def test_people_are_listed_in_units_of_every_kind(tree: Records) -> None:
    with tree.begin() as session:
        bring(
            session,
            "trường;;TH-1;Trường Một (mẫu);tỉnh/2025/15;;;;",
            "chuyên ngành;;CN-1;Cục Một (mẫu);trung ương//TW;;;;",
        )
        listed = (
            "Mã cán bộ,Họ và tên,Loại đơn vị,Mã đơn vị,Nhóm đối tượng\n"
            "TN-1,Đỗ Thị Một (mẫu),trường,TH-1,c\n"
            "TN-2,Đỗ Thị Hai (mẫu),chuyên ngành,CN-1,b\n"
        )
        outcome = acts.import_roster(session, OPERATOR, "ds.csv", listed.encode(), at=AT)
        assert (outcome.faults, outcome.added) == ((), 2)
        nodes = load_units_tree(session)
        roots = [
            Places(nodes, "2025").of(unit(session, kind, "", code).id).root
            for kind, code in (("school", "TH-1"), ("sector", "CN-1"))
        ]
        assert roots == ["province", "central"]
