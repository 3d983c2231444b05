"""Yearly assessments: who is due in a campaign, and how far it came with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.orm import Session

from core.folding import fold
from records.assessment.sittings import is_in_force
from records.people.merging import same_person
from records.tables.assessment import (
    Campaign,
    CampaignMember,
    Sitting,
    SittingAnswer,
    SittingResult,
)
from records.tables.people import Person
from records.writing import insert_all_new

# Everybody who counts is in exactly one, the first that fits.
STATES = ("assessed", "excused", "reminded", "invited", "waiting")


@dataclass(frozen=True)
class Worker:
    """What of a person decides whether they are due."""

    person_id: int
    full_time: bool
    group: str | None


@dataclass(frozen=True)
class MemberCell:
    """How many of a unit are in a state (`STATES`); ``invited``, ``reminded``: how many of these
    ever were."""

    unit_id: int | None
    state: str
    count: int
    invited: int
    reminded: int


@dataclass(frozen=True)
class MemberLine:
    """One member in a list. ``excused_reason`` None where there is none."""

    person_id: int
    code: str | None
    full_name: str
    unit_id: int | None
    why: str
    state: str
    invited_at: dt.datetime | None
    reminded_at: dt.datetime | None
    assessed_at: dt.datetime | None
    excused_reason: str | None
    has_address: bool


@dataclass(frozen=True)
class Ended:
    """A sitting that has ended, and how many of its items were answered."""

    sitting_id: int
    person_id: int
    ending: str
    ended_at: dt.datetime
    answered: int


# --- campaigns ----------------------------------------------------------------------------------


def add_campaign(session: Session, **facts: Any) -> Campaign:
    """A new campaign; ``facts``: the columns of `Campaign`."""
    row = Campaign(**facts)
    session.add(row)
    session.flush()
    return row


def find_campaign(session: Session, key: int) -> Campaign | None:
    return session.get(Campaign, key)


def find_named(session: Session, year: int, title: str) -> Campaign | None:
    """The campaign of this year and title."""
    return session.scalar(select(Campaign).where(Campaign.year == year, Campaign.title == title))


def all_campaigns(session: Session) -> Sequence[Campaign]:
    """Every campaign, the latest first."""
    return session.scalars(
        select(Campaign).order_by(Campaign.closes_on.desc(), Campaign.id.desc())
    ).all()


def under_way(session: Session, on: dt.date) -> Sequence[Campaign]:
    """Campaigns that somebody can be assessed in on this day."""
    return session.scalars(
        select(Campaign).where(
            Campaign.closed_at.is_(None), Campaign.opens_on <= on, Campaign.closes_on >= on
        )
    ).all()


# --- members ------------------------------------------------------------------------------------


def workers(session: Session, groups: Collection[str]) -> list[Worker]:
    """People who work here now, in a full-time digital post or in one of these groups."""
    rows = session.execute(
        select(Person.id, Person.full_time_digital, Person.audience_group).where(
            or_(Person.full_time_digital, Person.audience_group.in_(groups)), *_here()
        )
    )
    return [Worker(*row) for row in rows]


def add_members(
    session: Session, campaign_id: int, why: Mapping[int, str], *, at: dt.datetime
) -> None:
    """Take people in, by their keys, each with why; who is in already stays as they are."""
    rows = [
        {"campaign_id": campaign_id, "person_id": person, "why": said, "due_at": at}
        for person, said in sorted(why.items())
    ]
    insert_all_new(session, CampaignMember, rows)


def find_member(session: Session, campaign_id: int, person_id: int) -> CampaignMember | None:
    return session.get(CampaignMember, (campaign_id, person_id))


def note_invited(
    session: Session, campaign_id: int, units: Collection[int] | None, *, at: dt.datetime
) -> list[int]:
    """Whoever of these units (None: of all) was not invited yet is now; their keys."""
    return _note(session, campaign_id, units, CampaignMember.invited_at.is_(None), invited_at=at)


def note_reminded(
    session: Session,
    campaign_id: int,
    units: Collection[int] | None,
    *,
    before: dt.datetime,
    at: dt.datetime,
) -> list[int]:
    """Whoever was invited and last written to before then is reminded now; their keys."""
    last = func.coalesce(CampaignMember.reminded_at, CampaignMember.invited_at)
    return _note(session, campaign_id, units, last < before, reminded_at=at)


def _note(
    session: Session,
    campaign_id: int,
    units: Collection[int] | None,
    which: ColumnElement[bool],
    **values: dt.datetime,
) -> list[int]:
    wanted = _here() if units is None else (*_here(), Person.unit_id.in_(units))
    changed = session.execute(
        update(CampaignMember)
        .where(
            CampaignMember.campaign_id == campaign_id,
            CampaignMember.assessed_at.is_(None),
            CampaignMember.excused_at.is_(None),
            which,
            CampaignMember.person_id.in_(select(Person.id).where(*wanted)),
        )
        .values(values)
        .returning(CampaignMember.person_id)
        .execution_options(synchronize_session=False)
    )
    people = sorted(changed.scalars())
    session.expire_all()
    return people


def note_assessed(session: Session, member: CampaignMember, ended: Ended) -> None:
    """A member was assessed; an excuse is needed no more. The unit of that day is kept."""
    person = session.get_one(Person, member.person_id)
    member.sitting_id, member.assessed_at = ended.sitting_id, ended.ended_at
    member.unit_id = person.unit_id
    member.excused_at = member.excused_reason = member.excused_by = None
    session.flush()


def keep_units(session: Session, campaign_id: int) -> None:
    """Write down where each member works now; who was assessed keeps the unit of that day."""
    now = select(Person.unit_id).where(Person.id == CampaignMember.person_id).scalar_subquery()
    session.execute(
        update(CampaignMember)
        .where(CampaignMember.campaign_id == campaign_id, CampaignMember.unit_id.is_(None))
        .values(unit_id=now)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()


def ended_between(
    session: Session,
    campaign_id: int,
    kinds: Collection[str],
    *,
    since: dt.datetime,
    until: dt.datetime,
) -> list[Ended]:
    """Sittings of these kinds with ``since`` ≤ ended < ``until`` of members who are not assessed
    yet, the earliest first."""
    due = select(CampaignMember.person_id).where(
        CampaignMember.campaign_id == campaign_id, CampaignMember.assessed_at.is_(None)
    )
    within = (Sitting.state == "ended", Sitting.ended_at >= since, Sitting.ended_at < until)
    return _ended(session, Sitting.person_id.in_(due), Sitting.kind.in_(kinds), *within)


def find_ended(session: Session, sitting_id: int) -> Ended | None:
    """A sitting that has ended."""
    found = _ended(session, Sitting.id == sitting_id, Sitting.state == "ended")
    return found[0] if found else None


def _ended(session: Session, *which: ColumnElement[bool]) -> list[Ended]:
    answered = (
        select(func.count())
        .where(SittingAnswer.sitting_id == Sitting.id, SittingAnswer.given_at.is_not(None))
        .scalar_subquery()
    )
    rows = session.execute(
        select(Sitting.id, Sitting.person_id, Sitting.ending, Sitting.ended_at, answered)
        .where(*which)
        .order_by(Sitting.ended_at, Sitting.id)
    )
    return [Ended(*row) for row in rows]


def due_of(session: Session, person_id: int, on: dt.date) -> list[tuple[Campaign, CampaignMember]]:
    """Campaigns under way on this day in which this person is still due."""
    rows = session.execute(
        select(Campaign, CampaignMember)
        .join(CampaignMember, CampaignMember.campaign_id == Campaign.id)
        .where(
            CampaignMember.person_id.in_(same_person(session, person_id)),
            CampaignMember.assessed_at.is_(None),
            CampaignMember.excused_at.is_(None),
            Campaign.closed_at.is_(None),
            Campaign.opens_on <= on,
            Campaign.closes_on >= on,
        )
        .order_by(Campaign.closes_on, Campaign.id)
    )
    return [(campaign, member) for campaign, member in rows]


# --- counting -----------------------------------------------------------------------------------


def _here() -> tuple[ColumnElement[bool], ...]:
    return Person.left_at.is_(None), Person.erased_at.is_(None)


def _counts() -> ColumnElement[bool]:
    """Who left or was erased is due no more; what was reached stays."""
    there = or_(CampaignMember.assessed_at.is_not(None), and_(*_here()))
    return and_(Person.merged_into.is_(None), there)


def _state() -> ColumnElement[str]:
    return case(
        (CampaignMember.assessed_at.is_not(None), "assessed"),
        (CampaignMember.excused_at.is_not(None), "excused"),
        (CampaignMember.reminded_at.is_not(None), "reminded"),
        (CampaignMember.invited_at.is_not(None), "invited"),
        else_="waiting",
    )


def _unit() -> ColumnElement[int | None]:
    return func.coalesce(CampaignMember.unit_id, Person.unit_id)


def count_members(session: Session, campaign_id: int) -> list[MemberCell]:
    """Members by unit and state."""
    unit, state = _unit().label("unit"), _state().label("state")
    rows = session.execute(
        select(
            unit,
            state,
            func.count(),
            func.count(CampaignMember.invited_at),
            func.count(CampaignMember.reminded_at),
        )
        .join(Person, Person.id == CampaignMember.person_id)
        .where(CampaignMember.campaign_id == campaign_id, _counts())
        .group_by(unit, state)
    )
    return [MemberCell(*row) for row in rows]


def results_of_members(session: Session, campaign_id: int) -> list[float]:
    """What each member's assessment says of the whole now, in logits."""
    return list(
        session.scalars(
            select(SittingResult.estimate)
            .join(CampaignMember, CampaignMember.sitting_id == SittingResult.sitting_id)
            .join(Person, Person.id == CampaignMember.person_id)
            .where(CampaignMember.campaign_id == campaign_id, SittingResult.domain == "", _counts())
            .where(is_in_force())
        )
    )


def list_members(
    session: Session,
    campaign_id: int,
    units: Collection[int] | None,
    *,
    state: str = "all",
    search: str = "",
    offset: int = 0,
    limit: int | None = None,
) -> tuple[int, list[MemberLine]]:
    """How many members these units have in this state ("all", or one of `STATES`), and a page of
    them in the order of a Vietnamese list. ``search``: words of a name, or of a code."""
    stated = _state().label("state")
    members = (
        select(
            Person.id,
            Person.code,
            Person.full_name,
            _unit(),
            CampaignMember.why,
            stated,
            CampaignMember.invited_at,
            CampaignMember.reminded_at,
            CampaignMember.assessed_at,
            CampaignMember.excused_reason,
            func.coalesce(Person.email, "") != "",
        )
        .join(Person, Person.id == CampaignMember.person_id)
        .where(CampaignMember.campaign_id == campaign_id, _counts())
    )
    if units is not None:
        members = members.where(_unit().in_(units))
    if state in STATES:
        members = members.where(_state() == state)
    for word in fold(search).split():
        members = members.where(
            or_(
                Person.name_folded.contains(word, autoescape=True),
                func.lower(Person.code).contains(word, autoescape=True),
            )
        )
    total = session.scalar(select(func.count()).select_from(members.subquery())) or 0
    page = members.order_by(Person.name_key, Person.id).offset(offset).limit(limit)
    return total, [MemberLine(*row) for row in session.execute(page)]
