"""What officers do about a yearly assessment: open it, invite, remind, excuse, close it.

An officer of a unit does it for own people; nobody excuses themselves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from core.calendar import today_in_vietnam
from core.messages import Message, Refused
from records import Session
from records.assessment import campaigns as kept
from records.people import persons
from records.platform import outbox
from records.tables.assessment import Campaign, CampaignMember
from school import access
from school.access import Actor
from school.acts import act, log, nothing_changed, require
from school.assessment import campaigns
from school.assessment.item_bank import FRAMEWORK
from school.people.appointing import path_of_person

LONGEST_TITLE, LONGEST_REASON = 200, 300
LONGEST = dt.timedelta(days=366)
LETTER = "assessment"  # the kind (`records.platform.outbox.KINDS`)


@dataclass(frozen=True)
class Said:
    """What a campaign is to be. A day is None where none was read."""

    year: int
    title: str
    opens_on: dt.date | None
    closes_on: dt.date | None
    full_time: bool
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Called:
    """Whom a call met: people, and how many of them get a letter."""

    people: int
    letters: int


@act(may=access.may_plan_campaigns, audited="campaign.open")
def open_campaign(session: Session, actor: Actor, said: Said, *, at: dt.datetime) -> int:
    """Begin the assessment of a year and take in everybody who is due; its key. Nobody is written
    to yet. `Refused` with the field that is wrong."""
    title, opens_on, closes_on = _checked(said, today_in_vietnam(at))
    if kept.find_named(session, said.year, title) is not None:
        raise Refused(Message("Năm này đã có đợt đánh giá mang tên ấy"), field="title")
    campaign = kept.add_campaign(
        session,
        year=said.year,
        title=title,
        opens_on=opens_on,
        closes_on=closes_on,
        framework=FRAMEWORK,
        full_time=said.full_time,
        groups=sorted(said.groups),
        made_at=at,
    )
    campaigns.take_in(session, campaign, at=at)
    detail = {
        "year": said.year,
        "days": [opens_on.isoformat(), closes_on.isoformat()],
        "full_time": said.full_time,
        "groups": sorted(said.groups),
    }
    log(session, actor, "campaign.open", f"campaign:{campaign.id}", at, detail)
    return campaign.id


@act(may=access.may_call_to_campaigns, audited="campaign.invite")
def invite(
    session: Session, actor: Actor, campaign_id: int, unit_id: int | None, *, at: dt.datetime
) -> Called:
    """Take in who has become due, and invite those of a unit and below (None: all) who were not
    invited yet, each by a letter in their language."""
    campaign, units = _callable(session, actor, campaign_id, unit_id, at)
    campaigns.take_in(session, campaign, at=at)
    people = kept.note_invited(session, campaign.id, units, at=at)
    return _write(session, actor, campaign, "invite", unit_id, people, at)


@act(may=access.may_call_to_campaigns, audited="campaign.remind")
def remind(
    session: Session, actor: Actor, campaign_id: int, unit_id: int | None, *, at: dt.datetime
) -> Called:
    """Remind those who were invited and are not assessed yet; nobody whom a letter about it was
    written to within the last week."""
    campaign, units = _callable(session, actor, campaign_id, unit_id, at)
    campaigns.take_in(session, campaign, at=at)
    before = at - campaigns.REMINDED_AGAIN
    people = kept.note_reminded(session, campaign.id, units, before=before, at=at)
    return _write(session, actor, campaign, "remind", unit_id, people, at)


@act(may=access.may_call_to_campaigns, audited="campaign.excuse")
def excuse(
    session: Session,
    actor: Actor,
    campaign_id: int,
    person_id: int,
    reason: str,
    *,
    at: dt.datetime,
) -> None:
    """Somebody need not be assessed this year, with the reason. Never oneself."""
    _campaign, member = _member(session, actor, campaign_id, person_id, at)
    why = persons.clean(reason.replace("\0", ""))
    if not any(letter.isalpha() for letter in why):
        raise Refused(Message("Hãy ghi lý do miễn"), field="reason")
    if len(why) > LONGEST_REASON:
        raise Refused(Message("Không quá {n} ký tự", {"n": LONGEST_REASON}), field="reason")
    if member.assessed_at is not None:
        raise Refused(Message("Người này đã được đánh giá, không cần miễn"))
    member.excused_at, member.excused_reason = at, why
    member.excused_by = _by(actor)
    session.flush()
    log(session, actor, "campaign.excuse", f"campaign:{campaign_id}", at, {"person": person_id})


@act(may=access.may_call_to_campaigns, audited="campaign.expect")
def expect_again(
    session: Session, actor: Actor, campaign_id: int, person_id: int, *, at: dt.datetime
) -> None:
    """Take an excuse back: the person is due again."""
    _campaign, member = _member(session, actor, campaign_id, person_id, at)
    if member.excused_at is None:
        nothing_changed(session)
        return
    member.excused_at = member.excused_reason = member.excused_by = None
    session.flush()
    log(session, actor, "campaign.expect", f"campaign:{campaign_id}", at, {"person": person_id})


@act(may=access.may_plan_campaigns, audited="campaign.close")
def close_campaign(session: Session, actor: Actor, campaign_id: int, *, at: dt.datetime) -> None:
    """End it: its numbers stay as they are, each person counted where they work now."""
    campaign = kept.find_campaign(session, campaign_id)
    require(campaign is not None)
    assert campaign is not None
    if campaign.closed_at is not None:
        nothing_changed(session)
        return
    campaigns.take_in(session, campaign, at=at)
    kept.keep_units(session, campaign.id)
    campaign.closed_at = at
    session.flush()
    log(session, actor, "campaign.close", f"campaign:{campaign.id}", at)


def _checked(said: Said, today: dt.date) -> tuple[str, dt.date, dt.date]:
    wrong: dict[str, Message] = {}
    title = persons.clean(said.title.replace("\0", ""))
    if not title or len(title) > LONGEST_TITLE:
        wrong["title"] = Message("Hãy ghi tên đợt, không quá {n} ký tự", {"n": LONGEST_TITLE})
    if said.opens_on is None:
        wrong["opens_on"] = Message("Hãy chọn ngày đầu")
    if said.closes_on is None:
        wrong["closes_on"] = Message("Hãy chọn ngày cuối")
    if said.opens_on and said.closes_on:
        if not said.opens_on <= said.closes_on <= said.opens_on + LONGEST:
            wrong["closes_on"] = Message("Ngày cuối phải sau ngày đầu, trong vòng một năm")
        elif said.closes_on < today:
            wrong["closes_on"] = Message("Ngày cuối đã qua")
        if not said.opens_on.year <= said.year <= said.closes_on.year:
            wrong["year"] = Message("Năm phải là năm của ngày đầu hoặc ngày cuối")
    if not said.full_time and not said.groups:
        wrong["full_time"] = Message("Hãy chọn đánh giá ai")
    if set(said.groups) - set(persons.AUDIENCE_GROUPS):
        wrong["groups"] = Message("Không có nhóm đối tượng này")
    if wrong or said.opens_on is None or said.closes_on is None:
        raise Refused.at_fields(wrong)
    return title, said.opens_on, said.closes_on


def _open(session: Session, campaign_id: int, at: dt.datetime) -> Campaign:
    campaign = kept.find_campaign(session, campaign_id)
    require(campaign is not None)
    assert campaign is not None
    if not campaigns.takes_invitations(campaign, today_in_vietnam(at)):
        raise Refused(Message("Đợt đánh giá này đã kết thúc"))
    return campaign


def _callable(
    session: Session, actor: Actor, campaign_id: int, unit_id: int | None, at: dt.datetime
) -> tuple[Campaign, Collection[int] | None]:
    """The campaign, and the units that are meant."""
    path = persons.units_above(session, unit_id)
    require(unit_id is None or bool(path))
    require(access.may_call_to_campaign_of(actor, path))
    units = None if unit_id is None else persons.unit_and_below(session, unit_id)
    return _open(session, campaign_id, at), units


def _member(
    session: Session, actor: Actor, campaign_id: int, person_id: int, at: dt.datetime
) -> tuple[Campaign, CampaignMember]:
    person = persons.find_person_by_id(session, person_id)
    require(person is not None and person.id != actor.person_id)
    assert person is not None
    require(access.may_call_to_campaign_of(actor, path_of_person(session, person)))
    member = kept.find_member(session, campaign_id, person_id)
    require(member is not None)
    assert member is not None
    return _open(session, campaign_id, at), member


def _write(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    what: str,
    unit_id: int | None,
    people: Collection[int],
    at: dt.datetime,
) -> Called:
    facts = {
        "what": what,
        "year": campaign.year,
        "title": campaign.title,
        "opens_on": campaign.opens_on.isoformat(),
        "closes_on": campaign.closes_on.isoformat(),
    }
    letters = outbox.put_many(session, LETTER, dict.fromkeys(people, facts), at=at)
    detail = {"unit": unit_id, "people": len(people), "letters": letters}
    log(session, actor, f"campaign.{what}", f"campaign:{campaign.id}", at, detail)
    return Called(len(people), letters)


def _by(actor: Actor) -> str:
    return f"person:{actor.person_id}" if actor.person_id else actor.username or ""
