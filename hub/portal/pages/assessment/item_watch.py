"""*Theo dõi câu hỏi*: how items stand, signs that they have leaked, and what is decided about them.
What a sign is, `school.items` says. Nothing here shows what answers an item."""

from __future__ import annotations

from core.messages import Message
from hub.portal import forms
from hub.portal.web import PageHandler
from records import Session
from records.assessment import items as kept
from school import access
from school.assessment.item_bank import ItemBank, the_bank
from school.items import acts, watching
from school.people import looks

DONE = {
    "moved": Message("Đã chuyển trạng thái; áp dụng từ câu tiếp theo của mọi lượt làm bài."),
    "variant": Message("Đã ngừng dùng biến thể ấy."),
    "accepted": Message("Đã chấp nhận. Các lượt bắt đầu từ bây giờ dùng bộ tham số này."),
    "refused": Message("Bộ tham số này không được dùng."),
}


class ItemsPage(PageHandler):
    """Every item with its signs, pairs of sittings, versions of parameters."""

    async def get(self) -> None:
        self.require(access.may_see_items(self.actor))
        bank = await self.in_thread(the_bank)
        wanted = watching.Filter(
            *(
                self.get_query_argument(name, "")[:100]
                for name in ("sign", "state", "competence", "q")
            )
        )
        overview = await self.look(self._load, bank, wanted)
        self.page("assessment/items.html", overview=overview, wanted=wanted, words=watching)

    def _load(self, session: Session, bank: ItemBank, wanted: watching.Filter) -> watching.Overview:
        found = watching.load_overview(session, bank, wanted)
        looks.show(session, {key for pair in found.pairs for key in pair.people}, "items")
        return found


class ItemPage(PageHandler):
    """One item: what was seen of it, what became of it; move it on."""

    async def get(self, name: str) -> None:
        self.require(access.may_see_items(self.actor))
        bank = await self.in_thread(the_bank)
        found = await self.read(watching.load_item, bank, name)
        if found is None:
            raise self.absent()
        done = DONE.get(self.get_query_argument("done", ""))
        self.page("assessment/item.html", shown=found, words=watching, done=done)

    async def post(self, name: str) -> None:
        self.require(access.may_keep_items(self.actor))
        bank = await self.in_thread(the_bank)
        reason = self.get_body_argument("reason", "")
        variant = forms.read_key(self.get_body_argument("variant", ""))
        if variant is not None:
            await self.act(acts.retire_variant, bank, name, variant, reason=reason, at=self.now)
        else:
            state = self.get_body_argument("state", "")
            await self.act(acts.move_item, bank, name, state, reason=reason, at=self.now)
        self.redirect(self.url("items", name, done="moved" if variant is None else "variant"))


class CalibrationPage(PageHandler):
    """What a version of parameters would change; accept it or not."""

    async def get(self, key: str) -> None:
        self.require(access.may_see_items(self.actor))
        found = await self.read(kept.find_calibration, int(key))
        if found is None:
            raise self.absent()
        bank = await self.in_thread(the_bank)
        titles = {name: one.title for name, one in bank.items.items()}
        done = DONE.get(self.get_query_argument("done", ""))
        self.page(
            "assessment/calibration.html", found=found, titles=titles, words=watching, done=done
        )

    async def post(self, key: str) -> None:
        self.require(access.may_keep_items(self.actor))
        accept = self.get_body_argument("decision", "") == "accept"
        reason = self.get_body_argument("reason", "")
        await self.act(acts.decide_calibration, int(key), accept, reason=reason, at=self.now)
        done = "accepted" if accept else "refused"
        self.redirect(self.url("items", "calibrations", key, done=done))
