"""A person's own page of data; and what people ask about theirs, for those who answer."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar

from core.messages import Message
from hub.portal import forms
from hub.portal.web import BaseHandler, PageHandler
from records import Session
from records.learning.traces import refused_by
from records.people import persons, privacy
from records.people.looks import Seen, looks_at
from records.people.privacy import Kept
from records.tables.privacy import DataRequest
from school import access, visibility
from school.learning import traces
from school.people import looks, own_data
from school.people.looks import LOOKED, UNNAMED
from school.people.purposes import read_purpose

# Why each kind of data is kept; by table, for every table that holds personal columns.
WHY = {
    "person": Message("Để đăng nhập, lập danh sách và cấp chứng nhận"),
    "certificate": Message("Chứng nhận phải ghi tên người được cấp"),
    "level_contest": Message("Để một người có trách nhiệm xét bậc mà anh/chị không đồng ý"),
    "sitting_answer": Message("Để ước lượng bậc của anh/chị và trả lời khi anh/chị hỏi vì sao"),
    "certificate_paper": Message("Để kiểm tra giấy đã trao còn đúng không"),
    "draft": Message("Để làm tiếp bài đang dở"),
    "submission": Message("Để chấm, xem lại điểm và trả lời khiếu nại"),
    "post_change": Message("Để chứng nhận đúng đơn vị nơi đã học"),
    "post": Message("Để trả lời câu hỏi dưới bài tập"),
    "lesson_rating": Message("Để sửa bài học; giảng viên chỉ thấy con số, không thấy tên"),
    "people_reached": Message("Để anh/chị nhớ đã hướng dẫn bà con ở đâu; cán bộ chỉ thấy con số"),
    "lecturer": Message("Để biết ai được dạy khóa nào"),
    "data_request": Message("Để trả lời yêu cầu đúng hạn"),
    "look": Message("Để anh/chị biết ai đã xem và vì sao"),
    "account": Message("Để chỉ tài khoản này mở được bằng mật khẩu đã đặt"),
    "security_key": Message("Để chỉ người có khóa mới vào được tài khoản"),
    "registration": Message("Để chờ xác nhận địa chỉ thư; xóa ngay khi đã xác nhận"),
    "candidate": Message("Để tổ chức kỳ thi cho công bằng"),
    "exam_incident": Message("Để ghi lại việc xảy ra trong phòng thi"),
    "sitting_seal": Message("Để chứng minh bài thi không bị sửa sau khi nộp"),
    "appeal": Message("Để một người xem lại bài thi và trả lời"),
    "campaign_member": Message("Để biết năm nay ai đến lượt được đánh giá kỹ năng số"),
    "outbox": Message("Để gửi thư; nội dung được xóa ngay khi thư đã gửi"),
}
OTHER = Message("Để chương trình hoạt động")
WHAT = {
    "login name": Message("Tên đăng nhập"),
    "official's code": Message("Mã cán bộ"),
    "name": Message("Họ và tên"),
    "full-time digital post": Message("Có chuyên trách công nghệ thông tin, chuyển đổi số không"),
    "why a yearly assessment was not needed": Message("Lý do được miễn đánh giá hằng năm"),
    "date of birth": Message("Ngày sinh (hoặc năm sinh)"),
    "name, as lists order it": Message("Họ và tên, để xếp thứ tự"),
    "name, as searches find it": Message("Họ và tên không dấu, để tìm"),
    "e-mail": Message("Thư điện tử"),
    "position held": Message("Chức vụ"),
    "name on certificate": Message("Họ và tên trên chứng nhận"),
    "name on certificate, as searches find it": Message("Họ và tên trên chứng nhận, để tìm"),
    "paper with name": Message("Giấy chứng nhận đã in"),
    "what the learner wrote": Message("Bài đã viết"),
    "which browser handed it in": Message("Trình duyệt đã nộp bài (mã băm)"),
    "why the unit changed": Message("Lý do chuyển đơn vị, rời đi, trở lại"),
    "what the learner asked or answered": Message("Câu hỏi và câu trả lời dưới bài tập"),
    "what was thought of a lesson": Message("Nhận xét về bài học"),
    "where the learner taught neighbours": Message("Nơi đã hướng dẫn bà con"),
    "paper by which a lecturer teaches": Message("Giấy tờ cho phép giảng dạy"),
    "what the person asked for": Message("Yêu cầu đã gửi"),
    "what somebody looked for": Message("Mục đích mà người xem đã ghi"),
    "what was answered": Message("Câu trả lời đã nhận"),
    "why a level was contested": Message("Ý kiến của anh/chị về một bậc"),
    "why something was decided about a candidate": Message("Lý do quyết định về bài thi"),
    "what a candidate was told in the room": Message("Điều giám thị đã trả lời trong phòng thi"),
    "what happened to a candidate in the room": Message("Sự việc trong phòng thi"),
    "what a candidate appeals": Message("Đơn phúc khảo"),
    "what was answered to an appeal": Message("Trả lời đơn phúc khảo"),
    "what a candidate needs in the room": Message("Nhu cầu riêng khi thi"),
    "sealed record of an examination, answers included": Message(
        "Bản niêm phong bài thi, gồm cả câu trả lời"
    ),
    "name of a security key": Message("Tên khóa bảo mật"),
    "name, until it is confirmed": Message("Họ và tên, khi chờ xác nhận"),
    "e-mail, until it is confirmed": Message("Thư điện tử, khi chờ xác nhận"),
    "a letter not yet sent": Message("Thư chưa gửi đi"),
}


@dataclass(frozen=True)
class Own:
    """What the page shows."""

    kept: Sequence[Kept]
    looks: Sequence[Seen]
    lookers: Mapping[int, str]
    requests: Sequence[DataRequest]
    refused: frozenset[str]  # traces


class OwnData(PageHandler):
    """What is kept and why, who looked, a copy of everything, and what may be asked."""

    async def get(self) -> None:
        found = await self.read(self._load)
        self.page(
            "people/own_data.html",
            found=found,
            what=WHAT,
            why=WHY,
            other=OTHER,
            looked=LOOKED,
            unnamed=UNNAMED,
            read_purpose=read_purpose,
            kinds=own_data.KINDS,
            answers=own_data.ANSWERS,
            days=self.portal.settings.answer_working_days,
            traces=traces.DECLARED,
            who_sees=visibility.who_sees(),
            trace_days=self.portal.settings.trace_days,
            sent=self.get_query_argument("sent", ""),
            chosen=self.get_query_argument("chosen", ""),
        )

    async def post(self) -> None:
        if self.get_body_argument("traces", ""):
            await self.act(traces.choose, self.get_body_arguments("trace"), at=self.now)
            self.redirect(self.url("my-data", chosen=1) + "#traces")
            return
        await self.act(
            own_data.ask,
            self.get_argument("kind", ""),
            self.get_argument("body", ""),
            working_days=self.portal.settings.answer_working_days,
            off=self.portal.settings.dates("days_off"),
            worked=self.portal.settings.dates("days_worked"),
            at=self.now,
        )
        self.redirect(self.url("my-data", sent=1))

    def _load(self, session: Session) -> Own:
        own = self.actor.person_id
        assert own is not None
        seen = looks_at(session, own)
        return Own(
            privacy.kept_of(session, own),
            seen,
            persons.names_of(session, {one.looker_id for one in seen if one.what not in UNNAMED}),
            privacy.requests_of(session, own),
            refused_by(session, own),
        )


class OwnDataFile(BaseHandler):
    """A copy of everything: one JSON, or a zip with the notebooks as files."""

    cost: ClassVar[float] = 20

    async def get(self, ending: str) -> None:
        own = self.actor.person_id
        assert own is not None
        rows = await self.read(privacy.everything_of, own)
        said = {"person": own, "made_at": self.now.isoformat(), "rows": rows}
        kind, make = {"json": ("application/json", _as_json), "zip": ("application/zip", _as_zip)}[
            ending
        ]
        content = await self.in_thread(lambda: make(said))
        self.set_header("Content-Type", kind)
        self.set_header("Content-Disposition", f'attachment; filename="du-lieu-cua-toi.{ending}"')
        self.finish(content)


def _as_json(said: dict[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, indent=1).encode()


def _as_zip(said: dict[str, Any]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("du-lieu.json", _as_json(said))
        for table in ("draft", "submission"):
            for row in said["rows"].get(table, ()):
                name = f"{table}/{row['id']:08}.ipynb"
                archive.writestr(name, row["notebook"] or "{}")
    return packed.getvalue()


class DataRequests(PageHandler):
    """What waits for an answer, due first."""

    async def get(self) -> None:
        self.require(access.may_answer_requests(self.actor))
        waiting, names = await self.look(self._load)
        self.page(
            "people/data_requests.html",
            waiting=waiting,
            names=names,
            kinds=own_data.KINDS,
            answers=own_data.ANSWERS,
            done=self.get_argument("done", ""),
        )

    async def post(self) -> None:
        self.require(access.may_answer_requests(self.actor))
        await self.act(
            own_data.answer,
            forms.read_key(self.get_argument("request")) or 0,
            self.get_argument("outcome", ""),
            self.get_argument("words", ""),
            at=self.now,
        )
        self.redirect(self.url("requests", done=1), status=HTTPStatus.SEE_OTHER)

    def _load(self, session: Session) -> tuple[Sequence[DataRequest], Mapping[int, str]]:
        waiting = privacy.open_requests(session)
        looks.show(session, (one.person_id for one in waiting), "request")
        return waiting, persons.names_of(session, {one.person_id for one in waiting})
