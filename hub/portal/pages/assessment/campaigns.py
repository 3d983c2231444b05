"""*Đánh giá hằng năm*: the ministry's campaigns with their numbers by unit, and in each unit who is
due. What is counted is `analytics.programme.assessed`; what is done, `school.assessment`'s."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from analytics.programme import assessed
from analytics.programme.places import path_of
from analytics.programme.small_cells import SMALLEST, Withheld, protect
from analytics.programme.targets import load_groups
from core.calendar import today_in_vietnam
from core.messages import Message, Refused
from courses.handouts.csv_cells import csv_file
from hub.portal import forms
from hub.portal.pages.officer import PAGE, OfficerPage
from records import Session
from records.assessment import campaigns as kept
from records.assessment.campaigns import MemberLine
from records.people import persons
from records.programme.counting import UnitNode, load_units_tree
from records.tables.assessment import Campaign
from school import access
from school.assessment import campaign_acts, campaigns
from school.people import looks

STATES = {
    "all": Message("Tất cả"),
    "waiting": Message("Chưa mời"),
    "invited": Message("Đã mời"),
    "reminded": Message("Đã nhắc"),
    "assessed": Message("Đã đánh giá"),
    "excused": Message("Được miễn"),
}
WHY = {"full-time": Message("chuyên trách"), "group": Message("theo nhóm đối tượng")}
HEAD = (
    *("ma_can_bo", "ho_ten", "ma_don_vi", "don_vi", "vi_sao", "tinh_trang"),
    *("ngay_moi", "ngay_nhac", "ngay_danh_gia", "ly_do_mien"),
)


class _CampaignPage(OfficerPage):
    """What the pages share."""

    def separator(self) -> str:
        """As spreadsheets in the reader's language part columns."""
        return ";" if self._.language == "vi" else ","

    def send_file(self, rows: Sequence[Sequence[object]], name: str) -> None:
        today = today_in_vietnam(self.now)
        self.set_header("Content-Type", "text/csv; charset=utf-8")
        named = f'attachment; filename="{name}-{today:%Y-%m-%d}.csv"'
        self.set_header("Content-Disposition", named)
        self.finish(csv_file(rows, separator=self.separator()))

    async def call(self, campaign: int, unit: int | None) -> dict[str, object]:
        """Invite or remind, as the form says; what is told afterwards."""
        action = self.get_body_argument("action", "")
        if action not in ("invite", "remind"):
            raise Refused(Message("Hãy chọn việc cần làm"))
        do = campaign_acts.invite if action == "invite" else campaign_acts.remind
        called = await self.act(do, campaign, unit, at=self.now)
        return {"done": action, "people": called.people, "letters": called.letters}

    def told(self) -> tuple[str, int, int]:
        """What a call did, for the page after it."""
        done = self.get_query_argument("done", "")
        people, letters = (self.get_query_argument(one, "") for one in ("people", "letters"))
        return done, forms.read_key(people) or 0, forms.read_key(letters) or 0


class CampaignsPage(_CampaignPage):
    """Every campaign with its numbers; the ministry opens one."""

    async def get(self) -> None:
        self.require(access.may_see_nation(self.actor))
        years = await self.read(assessed.find_years)
        today = today_in_vietnam(self.now)
        self.page(
            "assessment/campaigns.html",
            years=years,
            groups=load_groups(),
            today=today,
            count=self.count,
            may_plan=access.may_plan_campaigns(self.actor),
            ticked=self.get_body_arguments("groups"),
            sample=self.portal.settings.demonstration,
        )

    async def post(self) -> None:
        self.require(access.may_plan_campaigns(self.actor))
        said = campaign_acts.Said(
            forms.read_key(self.get_body_argument("year", "").strip()) or 0,
            self.get_body_argument("title", ""),
            self._day("opens_on"),
            self._day("closes_on"),
            bool(self.get_body_argument("full_time", "")),
            tuple(self.get_body_arguments("groups")),
        )
        key = await self.act(campaign_acts.open_campaign, said, at=self.now)
        self.redirect(self.url("campaigns", key, done="open"))

    def _day(self, name: str) -> dt.date | None:
        try:
            return dt.date.fromisoformat(self.get_body_argument(name, ""))
        except ValueError:
            return None


@dataclass(frozen=True)
class Overview:
    """What the page of one campaign shows."""

    campaign: Campaign
    figures: assessed.UnitAssessed
    levels: dict[int, int | Withheld]


class _OneCampaign(_CampaignPage):
    """What page and file of one campaign share."""

    def load(self, session: Session, key: int) -> Overview:
        self.require(access.may_see_nation(self.actor))
        year = next((one for one in assessed.find_years(session) if one.campaign.id == key), None)
        nation = persons.find_nation(session)
        if year is None or nation is None:
            raise self.absent()
        figures = assessed.find_unit_assessed(session, nation.id, key)
        assert figures is not None
        return Overview(year.campaign, figures, protect(year.levels))


class CampaignPage(_OneCampaign):
    """One campaign over the whole country, small numbers withheld."""

    async def get(self, key: str) -> None:
        found = await self.read(self.load, int(key))
        self.page(
            "assessment/campaign.html",
            found=found,
            lines=assessed.protected(found.figures),
            withheld=Withheld,
            smallest=SMALLEST,
            told=self.told(),
            count=self.count,
            groups=load_groups(),
            may_plan=access.may_plan_campaigns(self.actor),
            goes_on=campaigns.takes_invitations(found.campaign, today_in_vietnam(self.now)),
            sample=self.portal.settings.demonstration,
        )

    async def post(self, key: str) -> None:
        self.require(access.may_plan_campaigns(self.actor))
        if self.get_body_argument("action", "") == "close":
            await self.act(campaign_acts.close_campaign, int(key), at=self.now)
            self.redirect(self.url("campaigns", int(key), done="close"))
            return
        self.redirect(self.url("campaigns", int(key), **await self.call(int(key), None)))


class CampaignFile(_OneCampaign):
    """The same as CSV."""

    cost: ClassVar[float] = 4

    async def get(self, key: str) -> None:
        found = await self.read(self.load, int(key))
        rows = list(assessed.as_rows(found.figures))
        self.send_file(rows, f"danh-gia-{found.campaign.year}")


@dataclass(frozen=True)
class OfUnit:
    """What the page of a unit shows; without a campaign, nothing but the unit."""

    unit: UnitNode
    path: list[tuple[UnitNode, bool]]
    campaign: Campaign | None
    every: Sequence[Campaign]
    figures: assessed.UnitAssessed | None
    total: int
    lines: Sequence[MemberLine]
    units: dict[int, UnitNode]


class _UnitCampaign(_CampaignPage):
    """What page and file of a unit share."""

    def _state(self) -> str:
        state = self.get_argument("state", "all")
        return state if state in STATES else "all"

    def _search(self) -> str:
        return persons.clean(self.get_argument("q", ""))[:100]

    def load(
        self,
        session: Session,
        unit_id: int,
        state: str,
        search: str,
        offset: int,
        limit: int | None,
    ) -> OfUnit | None:
        tree = load_units_tree(session)
        if unit_id not in tree:
            return None
        if not access.may_see_people_of(self.actor, persons.units_above(session, unit_id)):
            return None
        every = kept.all_campaigns(session)
        asked = forms.read_key(self.get_argument("campaign", ""))
        campaign = next((one for one in every if asked is None or one.id == asked), None)
        if campaign is None:
            looks.show(session, (), "list")
            path = path_of(tree, unit_id)
            return OfUnit(tree[unit_id], self._path(path), None, every, None, 0, (), tree)
        figures = assessed.find_unit_assessed(session, unit_id, campaign.id)
        assert figures is not None
        units = None if tree[unit_id].kind == "nation" else persons.unit_and_below(session, unit_id)
        total, lines = kept.list_members(
            session,
            campaign.id,
            units,
            state=state,
            search=search,
            offset=offset,
            limit=limit,
        )
        looks.show(session, (line.person_id for line in lines), "list")
        path_nodes = self._path(figures.path)
        return OfUnit(tree[unit_id], path_nodes, campaign, every, figures, total, lines, tree)

    def _path(self, path: Sequence[UnitNode]) -> list[tuple[UnitNode, bool]]:
        found, above = [], set[int]()
        for node in path:
            above.add(node.id)
            found.append((node, access.may_see_unit(self.actor, above)))
        return found


class UnitCampaign(_UnitCampaign):
    """Who of a unit is due: numbers and names; its officer invites, reminds, excuses."""

    async def get(self, unit: str) -> None:
        state, search = self._state(), self._search()
        found = await self.look(self.load, int(unit), state, search, self.offset(), PAGE)
        self.require(found is not None)
        assert found is not None
        today = today_in_vietnam(self.now)
        campaign = found.campaign
        self.page(
            "assessment/unit_campaign.html",
            found=found,
            state=state,
            search=search,
            states=STATES,
            why=WHY,
            offset=self.offset(),
            size=PAGE,
            told=self.told(),
            count=self.count,
            may_call=access.may_call_to_campaigns(self.actor),
            goes_on=campaign is not None and campaigns.takes_invitations(campaign, today),
            sample=self.portal.settings.demonstration,
        )

    async def post(self, unit: str) -> None:
        self.require(access.may_call_to_campaigns(self.actor))
        key = forms.read_key(self.get_body_argument("campaign", "")) or 0
        person = forms.read_key(self.get_body_argument("person", "")) or 0
        match self.get_body_argument("action", ""):
            case "excuse":
                reason = self.get_body_argument("reason", "")
                await self.act(campaign_acts.excuse, key, person, reason, at=self.now)
                done: dict[str, object] = {"done": "excuse"}
            case "expect":
                await self.act(campaign_acts.expect_again, key, person, at=self.now)
                done = {"done": "expect"}
            case _:
                done = await self.call(key, int(unit))
        self.redirect(self.url("units", int(unit), "campaign", campaign=key, **done))


class UnitCampaignFile(_UnitCampaign):
    """The names as CSV."""

    cost: ClassVar[float] = 4

    async def get(self, unit: str) -> None:
        found = await self.look(self.load, int(unit), self._state(), self._search(), 0, None)
        self.require(found is not None)
        assert found is not None
        year = found.campaign.year if found.campaign else today_in_vietnam(self.now).year
        rows = [HEAD, *(self._row(line, found.units) for line in found.lines)]
        self.send_file(rows, f"danh-gia-{year}-{found.unit.code}")

    def _row(self, line: MemberLine, units: dict[int, UnitNode]) -> tuple[str, ...]:
        unit = units.get(line.unit_id or 0)
        days = (line.invited_at, line.reminded_at, line.assessed_at)
        return (
            line.code or "",
            line.full_name,
            unit.code if unit else "",
            unit.name if unit else "",
            self._.message(WHY[line.why]),
            self._.message(STATES[line.state]),
            *(today_in_vietnam(day).isoformat() if day else "" for day in days),
            line.excused_reason or "",
        )
