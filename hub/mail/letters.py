"""What stands in a letter, in its reader's language, as plain text and as HTML.

Pure: facts in, an `EmailMessage` out. Nothing that somebody typed reaches a header with a line
break in it, and an address that is none is `Refused`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from typing import Any

from core.messages import Message, Refused
from hub.locale.translate import Translator

PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,200}")
LONGEST_SUBJECT = 200


@dataclass(frozen=True)
class Letter:
    """``link``: what it says, and where it leads; where there is one."""

    subject: str
    paragraphs: tuple[str, ...]
    link: tuple[str, str] | None = None


@dataclass(frozen=True)
class Places:
    """Where letters lead to, and who sends them."""

    address: str  # of the platform, with a closing slash
    portal: str  # of its pages
    set_password: Callable[[str], str]  # the link of a token
    ministry: str


def compose(kind: str, facts: Mapping[str, Any], _: Translator, places: Places) -> Letter:
    """What is said. ``facts`` are those that the act wrote."""
    return _KINDS[kind](facts, _, places)


def _setup(facts: Mapping[str, Any], _: Translator, places: Places) -> Letter:
    return Letter(
        _("Đặt mật khẩu để vào Một Chạm"),
        (
            _("Anh/chị có tài khoản học trên Một Chạm của {ministry}.", ministry=places.ministry),
            _("Tên đăng nhập: {username}", username=facts["username"]),
            _(
                "Đường dẫn dưới đây dùng một lần, đến {until}, để tự đặt mật khẩu. Đừng chuyển "
                "thư này cho ai.",
                until=_until(facts, _),
            ),
            _(
                "Nếu không mở được đường dẫn, hãy vào {page} rồi gõ mã {code}.",
                page=places.set_password(""),
                code=facts["token"],
            ),
        ),
        (_("Đặt mật khẩu"), places.set_password(facts["token"])),
    )


def _reset(facts: Mapping[str, Any], _: Translator, places: Places) -> Letter:
    return Letter(
        _("Đặt lại mật khẩu Một Chạm"),
        (
            _(
                "Có người vừa xin đặt lại mật khẩu của tài khoản {username}.",
                username=facts["username"],
            ),
            _("Đường dẫn dưới đây dùng một lần, đến {until}.", until=_until(facts, _)),
            _(
                "Nếu không phải anh/chị xin, hãy bỏ qua thư này: mật khẩu hiện tại vẫn dùng được. "
                "Đừng chuyển thư này cho ai."
            ),
        ),
        (_("Đặt lại mật khẩu"), places.set_password(facts["token"])),
    )


_SECURITY = {
    "key-added": Message("Khóa bảo mật “{name}” vừa được thêm vào tài khoản của anh/chị."),
    "key-removed": Message("Khóa bảo mật “{name}” vừa được gỡ khỏi tài khoản của anh/chị."),
    "keys-taken": Message(
        "Quản trị hệ thống vừa thu hồi mọi khóa bảo mật và mã dự phòng của anh/chị."
    ),
    "codes-made": Message("Anh/chị vừa có mười mã dự phòng mới; các mã cũ hết hiệu lực."),
    "code-used": Message(
        "Một mã dự phòng vừa được dùng để đăng nhập vào tài khoản của anh/chị; còn {left} mã."
    ),
}


def _security(facts: Mapping[str, Any], _: Translator, places: Places) -> Letter:
    said = _SECURITY[facts["what"]]
    happened = Message(said.template, {"name": facts["name"], "left": facts["left"]})
    return Letter(
        _("Thay đổi về bảo mật tài khoản Một Chạm"),
        (
            _.message(happened),
            _("Lúc {at} (giờ Việt Nam).", at=_.time(dt.datetime.fromisoformat(facts["at"]))),
            _(
                "Nếu không phải anh/chị làm hoặc nhờ làm, hãy đổi mật khẩu ngay và báo quản trị "
                "hệ thống."
            ),
        ),
        (_("Xem khóa bảo mật của tôi"), f"{places.address}hub/security-keys"),
    )


def _confirm(facts: Mapping[str, Any], _: Translator, places: Places) -> Letter:
    """To an address that somebody typed: nothing else that they typed is in it, or anybody could
    have us write anything to anybody."""
    return Letter(
        _("Xác nhận địa chỉ thư để đăng ký Một Chạm"),
        (
            _(
                "Có người vừa đăng ký học trên Một Chạm của {ministry} bằng địa chỉ thư này.",
                ministry=places.ministry,
            ),
            _(
                "Nếu đó là anh/chị, hãy mở đường dẫn dưới đây, dùng một lần, đến {until}. Trước "
                "khi mở thì chưa có tài khoản nào.",
                until=_until(facts, _),
            ),
            _(
                "Nếu không phải, hãy bỏ qua thư này: quá hạn trên, những gì đã điền được xóa hết, "
                "cả địa chỉ này."
            ),
        ),
        (_("Xác nhận đăng ký"), f"{places.portal}register/confirm?token={facts['token']}"),
    )


def _known(facts: Mapping[str, Any], _: Translator, places: Places) -> Letter:
    name = facts["username"]
    return Letter(
        _("Địa chỉ thư này đã có ở Một Chạm"),
        (
            _(
                "Có người vừa đăng ký học trên Một Chạm bằng địa chỉ thư này, mà địa chỉ này đã là "
                "của anh/chị trong danh sách. Không có gì thay đổi."
            ),
            _("Tên đăng nhập: {username}", username=name)
            if name
            else _("Anh/chị chưa có tên đăng nhập; hãy hỏi cán bộ đầu mối của cơ quan."),
            _(
                "Nếu quên mật khẩu, hãy mở đường dẫn dưới đây. Nếu không phải anh/chị vừa đăng ký, "
                "hãy bỏ qua thư này."
            ),
        ),
        (_("Quên mật khẩu"), f"{places.address}hub/forgot-password"),
    )


def _certificate(facts: Mapping[str, Any], _: Translator, places: Places) -> Letter:
    return Letter(
        _("Anh/chị đã được cấp giấy chứng nhận"),
        (
            _("Chúc mừng anh/chị đã hoàn thành chương trình."),
            _(
                "Giấy chứng nhận số {number} đã được cấp; tệp PDF có chữ ký số ở trang Kết quả và "
                "chứng nhận.",
                number=facts["number"],
            ),
        ),
        (_("Xem giấy chứng nhận"), f"{places.portal}certificates/{facts['number']}"),
    )


def _deadline(facts: Mapping[str, Any], _: Translator, places: Places) -> Letter:
    lesson = _.of(facts["title"])
    return Letter(
        _("Sắp hết hạn nộp: {lesson}", lesson=lesson),
        (
            _(
                "Bài “{lesson}” nhận bài nộp đến {until} (giờ Việt Nam), và anh/chị chưa nộp.",
                lesson=lesson,
                until=_.time(dt.datetime.fromisoformat(facts["closes_at"])),
            ),
        ),
        (
            _("Mở bài học"),
            f"{places.portal}courses/{facts['course']}/lessons/{facts['lesson']}",
        ),
    )


def _marked(facts: Mapping[str, Any], _: Translator, places: Places) -> Letter:
    lesson = _.of(facts["title"])
    return Letter(
        _("Đã có điểm do người chấm: {lesson}", lesson=lesson),
        (_("Giảng viên đã chấm xong một bài tập của anh/chị ở bài “{lesson}”.", lesson=lesson),),
        (_("Xem kết quả"), f"{places.portal}courses/{facts['course']}/lessons/{facts['lesson']}"),
    )


def _class(facts: Mapping[str, Any], _: Translator, places: Places) -> Letter:
    lesson = _.of(facts["title"])
    starts = _.time(dt.datetime.fromisoformat(facts["starts_at"]))
    return Letter(
        _("Lớp học trực tiếp: {lesson}", lesson=lesson),
        (
            _(
                "Có lớp học trực tiếp cho bài “{lesson}” lúc {starts} (giờ Việt Nam), tại {place}.",
                lesson=lesson,
                starts=starts,
                place=facts["place"],
            ),
        ),
        (_("Mở Một Chạm"), places.portal),
    )


def _answer(facts: Mapping[str, Any], _: Translator, places: Places) -> Letter:
    lesson = _.of(facts["title"])
    return Letter(
        _("Câu hỏi của anh/chị đã có trả lời"),
        (_("Giảng viên đã trả lời câu hỏi của anh/chị ở bài “{lesson}”.", lesson=lesson),),
        (
            _("Đọc trả lời"),
            f"{places.portal}courses/{facts['course']}/lessons/{facts['lesson']}/questions",
        ),
    )


def _message(facts: Mapping[str, Any], _: Translator, places: Places) -> Letter:
    said = [part.strip() for part in re.split(r"\n\s*\n", str(facts["body"])) if part.strip()]
    return Letter(str(facts["title"]), tuple(said), (_("Mở Một Chạm"), places.portal))


def _assessment(facts: Mapping[str, Any], _: Translator, places: Places) -> Letter:
    year = str(facts["year"])
    first, last = (dt.date.fromisoformat(facts[name]) for name in ("opens_on", "closes_on"))
    subject = (
        _("Mời đánh giá kỹ năng số năm {year}", year=year)
        if facts["what"] == "invite"
        else _("Nhắc: đánh giá kỹ năng số năm {year}", year=year)
    )
    return Letter(
        subject,
        (
            _("Đợt đánh giá: {title}.", title=facts["title"]),
            _(
                "Anh/chị cần làm bài kiểm tra đầu vào trên Một Chạm từ ngày {first} đến hết ngày "
                "{last}. Bài làm trong trình duyệt, có thể tạm dừng và làm tiếp.",
                first=_.date(first),
                last=_.date(last),
            ),
            _(
                "Hãy làm đến hết: nếu dừng sớm khi mới trả lời vài câu thì chưa được tính. Kết quả "
                "cho biết nên học gì tiếp, không dùng để kỷ luật."
            ),
        ),
        (_("Vào bài kiểm tra"), f"{places.portal}placement"),
    )


def _until(facts: Mapping[str, Any], _: Translator) -> str:
    return _.time(dt.datetime.fromisoformat(facts["expires_at"]))


_KINDS: dict[str, Callable[[Mapping[str, Any], Translator, Places], Letter]] = {
    "setup": _setup,
    "reset": _reset,
    "security": _security,
    "confirm": _confirm,
    "known": _known,
    "certificate": _certificate,
    "deadline": _deadline,
    "message": _message,
    "marked": _marked,
    "class": _class,
    "answer": _answer,
    "assessment": _assessment,
}


# --- as mail --------------------------------------------------------------------------------------


def make_mail(
    letter: Letter,
    _: Translator,
    *,
    to: str,
    name: str,
    sender: str,
    message_id: str,
    at: dt.datetime,
    stop: str = "",
) -> EmailMessage:
    """The letter, addressed. ``stop``: where its reader says to want no more of the kind, empty
    where there is no choice. `Refused` for an address that is none."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address("Một Chạm", addr_spec=_address(sender))
    mail["To"] = Address(_one_line(name), addr_spec=_address(to))
    mail["Subject"] = _one_line(letter.subject)[:LONGEST_SUBJECT]
    mail["Date"] = at
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    if stop:
        mail["List-Unsubscribe"] = f"<{stop}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    greeting = _("Kính gửi {name},", name=_one_line(name)) if name else _("Kính gửi anh/chị,")
    mail.set_content(as_text(letter, greeting, _, stop))
    mail.add_alternative(as_html(letter, greeting, _, stop), subtype="html")
    mail["Content-Language"] = _.language  # last: what is about content moves with the content
    return mail


def as_text(letter: Letter, greeting: str, _: Translator, stop: str) -> str:
    """Plain text: links stand on lines of their own."""
    parts = [greeting, *letter.paragraphs]
    if letter.link:
        parts.append(f"{letter.link[0]}:\n{letter.link[1]}")
    parts.append("Một Chạm")
    if stop:
        parts.append(f"{_('Thôi nhận thư loại này')}: {stop}")
    return "\n\n".join(parts) + "\n"


def as_html(letter: Letter, greeting: str, _: Translator, stop: str) -> str:
    """The same as a page: no picture, nothing from elsewhere, whatever was typed escaped."""
    paragraphs = "".join(
        f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in (greeting, *letter.paragraphs)
    )
    link = (
        f'<p><a href="{escape(letter.link[1])}" style="display:inline-block;padding:12px 20px;'
        'background:#a3161b;color:#ffffff;text-decoration:none;border-radius:6px">'
        f"{escape(letter.link[0])}</a></p>"
        f'<p style="font-size:14px;color:#4a5568;word-break:break-all">{escape(letter.link[1])}</p>'
        if letter.link
        else ""
    )
    end = (
        f'<p style="font-size:14px;color:#4a5568"><a href="{escape(stop)}" style="color:#4a5568">'
        f"{escape(_('Thôi nhận thư loại này'))}</a></p>"
        if stop
        else ""
    )
    return (
        f'<!doctype html><html lang="{_.language}"><head><meta charset="utf-8">'
        f"<title>{escape(_one_line(letter.subject))}</title></head>"
        '<body style="font-family:sans-serif;font-size:16px;line-height:1.5;color:#1c2430;'
        'max-width:36em;margin:0 auto;padding:16px">'
        f"{paragraphs}{link}<p>Một Chạm</p>{end}</body></html>"
    )


def _one_line(text: str) -> str:
    """No line break or other control character: it could begin a header of its own."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _address(text: str) -> str:
    if not PLAIN_ADDRESS.fullmatch(text):
        raise Refused(Message("Địa chỉ thư không dùng được"))
    return text
