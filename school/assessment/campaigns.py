"""The yearly assessment of whoever works full-time on information technology or digital
transformation (Quyết định 749/QĐ-TTg asks it of all of them): who is due, what counts, what its
person sees. The rules are pure; who writes it down is `campaign_acts`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from core.calendar import midnight, today_in_vietnam
from records import Session
from records.assessment import campaigns as kept
from records.assessment.campaigns import Ended, Worker
from records.tables.assessment import Campaign
from school.assessment.sittings import RULES

# Kinds of sitting that assess somebody.
ASSESSING = ("placement", "examination")
REMINDED_AGAIN = dt.timedelta(days=7)  # nobody is written to more often


def why_due(worker: Worker, *, full_time: bool, groups: Collection[str]) -> str | None:
    """Why somebody is due in a campaign for full-time posts, for these groups, or for both; None
    where they are not. The post is the stronger reason."""
    if full_time and worker.full_time:
        return "full-time"
    return "group" if worker.group in groups else None


def window_of(campaign: Campaign) -> tuple[dt.datetime, dt.datetime]:
    """From the beginning of its first day to the end of its last, in Việt Nam."""
    return midnight(campaign.opens_on), midnight(campaign.closes_on + dt.timedelta(days=1))


def assesses(ended: Ended, *, least: int = RULES.least_items) -> bool:
    """Whether a sitting says enough to count for a year: one that came to its own end does; one
    that its person stopped, with at least so many answers."""
    return ended.ending not in ("", "person") or ended.answered >= least


def takes_invitations(campaign: Campaign, today: dt.date) -> bool:
    """Whether people can still be invited, reminded and excused."""
    return campaign.closed_at is None and today <= campaign.closes_on


def take_in(session: Session, campaign: Campaign, *, at: dt.datetime) -> None:
    """Whoever has become due, and what was assessed meanwhile."""
    why = {
        one.person_id: said
        for one in kept.workers(session, campaign.groups)
        if (said := why_due(one, full_time=campaign.full_time, groups=campaign.groups))
    }
    kept.add_members(session, campaign.id, why, at=at)
    since, until = window_of(campaign)
    for ended in kept.ended_between(session, campaign.id, ASSESSING, since=since, until=until):
        _note(session, campaign, ended)


def note_ended(session: Session, sitting_id: int) -> None:
    """A sitting has ended: it counts for every campaign under way in which its person is due."""
    ended = kept.find_ended(session, sitting_id)
    if ended is None:
        return
    for campaign in kept.under_way(session, today_in_vietnam(ended.ended_at)):
        _note(session, campaign, ended)


def _note(session: Session, campaign: Campaign, ended: Ended) -> None:
    member = kept.find_member(session, campaign.id, ended.person_id)
    if member is not None and member.assessed_at is None and assesses(ended):
        kept.note_assessed(session, member, ended)


@dataclass(frozen=True)
class Due:
    """A person's own yearly assessment that is still to be done. ``until``: its last day."""

    year: int
    title: str
    until: dt.date


def find_due(session: Session, person_id: int, *, at: dt.datetime) -> Due | None:
    """The one that ends first."""
    found = kept.due_of(session, person_id, today_in_vietnam(at))
    if not found:
        return None
    campaign = found[0][0]
    return Due(campaign.year, campaign.title, campaign.closes_on)
