"""A list of candidates, read: one login name or official's code a row, faults told by row."""

from __future__ import annotations

from collections.abc import Sequence

from core.messages import Message, Refused
from records import Session
from records.examination import candidates, planned
from records.people import persons
from records.people.roster import people_by_code
from records.tables.people import Person

MOST_ROWS, MOST_FAULTS = 1000, 20


def read_list(session: Session, examination_id: int, who: Sequence[str]) -> list[Person]:
    """The people of these rows, in their order; empty rows are passed over. `Refused` with a
    message for each row that is nobody, two people, somebody twice, somebody who is on a list of
    this examination already or looks after one of its rooms."""
    rows = [(place, one.strip()) for place, one in enumerate(who, start=1) if one.strip()]
    if not rows:
        raise Refused(Message("Danh sách chưa có ai"), field="who")
    if len(rows) > MOST_ROWS:
        raise Refused(Message("Mỗi lần ghi nhiều nhất {n} người", {"n": MOST_ROWS}), field="who")
    names = [name for _, name in rows]
    by_name, by_code = persons.find_people(session, names), people_by_code(session, names)
    taken = candidates.people_in(session, examination_id)
    looking = planned.invigilators_in(session, examination_id)
    people: dict[int, Person] = {}
    faults: list[Message] = []
    for place, name in rows:
        called = [found[name] for found in (by_name, by_code) if name in found]
        meant = {one.id: one for one in called if one.erased_at is None and one.left_at is None}
        fault = _fault(place, name, [*meant], people, taken, looking)
        if fault is None:
            people |= meant
        else:
            faults.append(fault)
    if faults:
        raise Refused(*_first(faults), field="who")
    return list(people.values())


def _fault(
    place: int,
    name: str,
    meant: Sequence[int],
    found: dict[int, Person],
    taken: frozenset[int],
    looking: frozenset[int],
) -> Message | None:
    row = {"row": place, "who": name[:100]}
    if not meant:
        return Message("Dòng {row}: không có ai mang tên đăng nhập hoặc mã {who}", row)
    if len(meant) > 1:
        return Message("Dòng {row}: {who} là tên của một người và mã của một người khác", row)
    if meant[0] in found:
        return Message("Dòng {row}: {who} có hai lần trong danh sách", row)
    if meant[0] in taken:
        return Message("Dòng {row}: {who} đã là thí sinh của kỳ thi này", row)
    if meant[0] in looking:
        return Message("Dòng {row}: {who} là giám thị của kỳ thi này", row)
    return None


def _first(faults: list[Message]) -> list[Message]:
    if len(faults) <= MOST_FAULTS:
        return faults
    more = Message("… và {n} dòng nữa", {"n": len(faults) - MOST_FAULTS})
    return [*faults[:MOST_FAULTS], more]
