"""What the ministry decides about a programme: its plan by province, and the courses that its
certificate takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from analytics.certificates.requirements import in_force
from analytics.programme import targets
from core.messages import Message, Refused
from records import Session
from records.courses import releases
from records.people import persons
from records.platform import audit
from records.programme import requirements
from school import access
from school.access import Actor
from school.acts import act


@act(may=access.may_set_targets, audited="plan.set")
def set_plan(
    session: Session,
    actor: Actor,
    programme: str,
    shares: Mapping[int, int],
    *,
    name: str,
    deadline_on: dt.date,
    vintage: str,
    at: dt.datetime,
) -> None:
    """Allot the programme's local goal to provinces. ``shares``: people by the unit's key, of
    the provinces of ``vintage``. `Refused` as in `analytics.programme.targets`."""
    targets.set_plan(session, programme, shares, source=name, deadline_on=deadline_on)
    codes = {unit.id: unit.code for unit in persons.find_units(session, "province", vintage)}
    audit.append(
        session,
        at=at,
        actor=actor.username or "",
        action="plan.set",
        subject=f"programme:{programme}",
        detail={
            "name": name,
            "deadline": deadline_on.isoformat(),
            "vintage": vintage,
            "shares": {codes.get(unit, str(unit)): share for unit, share in shares.items()},
        },
    )


@act(may=access.may_decide_requirements, audited="programme.require")
def require_course(
    session: Session,
    actor: Actor,
    programme: str,
    course: str,
    *,
    from_at: dt.datetime,
    source: str,
    at: dt.datetime,
) -> None:
    """A published course joins the programme from a day on."""
    if releases.current_release(session, course) is None:
        raise Refused(Message("Hãy chọn một khóa học đã công bố"), field="course")
    requirements.require_course(
        session,
        programme,
        course,
        from_at=from_at,
        source=source,
        by=actor.username or "",
        at=at,
    )


@act(may=access.may_decide_requirements, audited="programme.release")
def end_requirement(
    session: Session,
    actor: Actor,
    programme: str,
    course: str,
    *,
    until_at: dt.datetime,
    source: str,
    at: dt.datetime,
) -> None:
    """A course is no longer required from a day on; never the last one."""
    left = set(in_force(requirements.requirements_of(session, programme), until_at))
    if left == {course}:
        why = Message("Không kết thúc được: chương trình phải còn ít nhất một khóa bắt buộc")
        raise Refused(why, field="course")
    requirements.end_requirement(
        session,
        programme,
        course,
        until_at=until_at,
        source=source,
        by=actor.username or "",
        at=at,
    )
