"""The audit log in words: what its actions, subjects and details are called to whoever reads it.

An entry itself keeps its codes for ever; only what a page shows of it is said here. Pure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from core.messages import Message

ACTIONS: Mapping[str, Message] = {
    "account.begin-change": Message("Xin đổi cách đăng nhập"),
    "account.change": Message("Đổi tài khoản"),
    "account.choose": Message("Đặt mật khẩu"),
    "account.forgot": Message("Xin đặt lại mật khẩu"),
    "account.link": Message("Gửi thư đặt mật khẩu"),
    "account.links": Message("Gửi thư đặt mật khẩu cho nhiều người"),
    "account.match": Message("Nối tài khoản với người trong danh sách"),
    "account.password": Message("Đổi mật khẩu"),
    "account.unbind": Message("Gỡ tài khoản khỏi người"),
    "appeal.ask": Message("Gửi đơn phúc khảo"),
    "appeal.decide": Message("Trả lời đơn phúc khảo"),
    "attendance.list": Message("Điểm danh theo danh sách"),
    "audit.export": Message("Tải cả nhật ký"),
    "calibration.accept": Message("Chấp nhận bộ tham số câu hỏi"),
    "calibration.propose": Message("Lập bộ tham số câu hỏi"),
    "calibration.refuse": Message("Không dùng bộ tham số câu hỏi"),
    "campaign.close": Message("Đóng đợt đánh giá"),
    "campaign.excuse": Message("Miễn đánh giá năm nay"),
    "campaign.expect": Message("Thôi miễn đánh giá"),
    "campaign.invite": Message("Mời đánh giá"),
    "campaign.open": Message("Mở đợt đánh giá"),
    "campaign.remind": Message("Nhắc đánh giá"),
    "certificate.correct": Message("Đính chính họ tên trên chứng nhận"),
    "certificate.issue": Message("Cấp chứng nhận"),
    "certificate.revoke": Message("Thu hồi chứng nhận"),
    "class.call": Message("Mở lớp học trực tiếp"),
    "contest.ask": Message("Không đồng ý với một bậc"),
    "contest.decide": Message("Trả lời ý kiến về bậc"),
    "course.export": Message("Xuất khóa học thành tệp"),
    "course.import": Message("Nhập khóa học từ tệp"),
    "course.offer": Message("Gửi khóa học chờ công bố"),
    "course.restore": Message("Mở lại khóa học đã rút"),
    "course.return": Message("Trả lại khóa học chờ công bố"),
    "course.withdraw": Message("Rút khóa học"),
    "gradebook.export": Message("Tải sổ điểm"),
    "lecturer.end": Message("Kết thúc một dòng sổ giảng viên"),
    "lecturer.enter": Message("Ghi vào sổ giảng viên"),
    "lesson.withdraw": Message("Rút một bài học"),
    "publish.rule": Message("Đổi quy định người thứ hai đọc"),
    "question.answer": Message("Trả lời câu hỏi"),
    "question.moderate": Message("Duyệt câu hỏi"),
    "question.rule": Message("Đổi quy định hỏi đáp"),
    "data.answer": Message("Trả lời yêu cầu về dữ liệu"),
    "data.request": Message("Gửi yêu cầu về dữ liệu"),
    "data.traces": Message("Dọn dấu vết quá hạn"),
    "demo.clear": Message("Xóa dữ liệu mẫu"),
    "entry.confirm": Message("Xác nhận đăng ký"),
    "installation.decide": Message("Chọn dùng thử hay dùng thật"),
    "examination.absent": Message("Ghi thí sinh vắng"),
    "examination.alternative": Message("Đặt giờ thêm, cách trình bày cho thí sinh"),
    "examination.cancel": Message("Hủy kỳ thi"),
    "examination.decide": Message("Quyết định về thí sinh"),
    "examination.close": Message("Đóng phòng thi"),
    "examination.end": Message("Dừng bài thi"),
    "examination.enter": Message("Vào phòng thi"),
    "examination.finish": Message("Nộp bài thi"),
    "examination.go-on": Message("Cho thi tiếp"),
    "examination.identity": Message("Kiểm tra giấy tờ thí sinh"),
    "examination.incident": Message("Ghi sự việc ở phòng thi"),
    "examination.invigilator": Message("Cử giám thị"),
    "examination.invigilator-withdraw": Message("Thôi cử giám thị"),
    "examination.minutes": Message("Thêm giờ làm bài"),
    "examination.open": Message("Mở phòng thi"),
    "examination.outage": Message("Bù giờ hệ thống ngừng"),
    "examination.pause": Message("Tạm dừng phòng thi"),
    "examination.plan": Message("Lập kỳ thi"),
    "examination.publish": Message("Công bố kỳ thi"),
    "examination.question": Message("Giải quyết câu hỏi được báo"),
    "examination.register": Message("Ghi danh sách thí sinh"),
    "examination.room": Message("Lập phòng thi"),
    "examination.withdraw": Message("Rút thí sinh khỏi danh sách"),
    "framework.add": Message("Đưa vào một khung năng lực"),
    "framework.crosswalk": Message("Đối chiếu khung năng lực"),
    "invitation.make": Message("Tạo lời mời"),
    "invitation.revoke": Message("Hủy lời mời"),
    "item.void": Message("Hủy câu hỏi"),
    "item.move": Message("Chuyển trạng thái câu hỏi"),
    "item.retire-variant": Message("Ngừng dùng một biến thể câu hỏi"),
    "item.watch": Message("Theo dõi câu hỏi"),
    "key.add": Message("Thêm khóa bảo mật"),
    "key.code-used": Message("Dùng mã dự phòng"),
    "key.codes": Message("Tạo mã dự phòng"),
    "key.remove": Message("Gỡ khóa bảo mật"),
    "key.take": Message("Gỡ khóa bảo mật của người khác"),
    "lab.stop": Message("Tắt phòng thực hành"),
    "mail.wishes": Message("Chọn thư muốn nhận"),
    "notice.send": Message("Gửi thông báo"),
    "person.post": Message("Ghi vị trí chuyên trách"),
    "person.erase": Message("Xóa danh tính"),
    "person.leave": Message("Ghi nghỉ việc"),
    "person.merge": Message("Gộp hai người là một"),
    "person.return": Message("Ghi trở lại làm việc"),
    "person.transfer": Message("Chuyển đơn vị"),
    "plan.set": Message("Lưu kế hoạch phân bổ"),
    "platform.backup": Message("Sao lưu"),
    "platform.drill": Message("Diễn tập khôi phục"),
    "programme.release": Message("Bỏ khóa bắt buộc"),
    "programme.require": Message("Thêm khóa bắt buộc"),
    "publish": Message("Công bố khóa học"),
    "queue.again": Message("Đưa bài chấm lại"),
    "reached.change": Message("Sửa số người đã hướng dẫn"),
    "placement.begin": Message("Bắt đầu kiểm tra đầu vào"),
    "placement.end": Message("Kết thúc kiểm tra đầu vào"),
    "retained.begin": Message("Bắt đầu kiểm tra còn nhớ"),
    "retained.end": Message("Kết thúc kiểm tra còn nhớ"),
    "reached.record": Message("Ghi số người đã hướng dẫn"),
    "reached.remove": Message("Xóa dòng số người đã hướng dẫn"),
    "remark.apply": Message("Áp dụng chấm lại"),
    "remark.begin": Message("Bắt đầu chấm lại"),
    "remark.withdraw": Message("Rút lần chấm lại"),
    "review": Message("Chấm bài"),
    "role.grant": Message("Trao vai trò"),
    "role.withdraw": Message("Rút vai trò"),
    "roster.import": Message("Nhập danh sách học viên"),
    "second_look": Message("Hai cách chấm lệch nhau"),
    "terms.set": Message("Đặt hạn nộp và số lần nộp"),
    "sitting.pass": Message("Quyết định bài thi đạt hay không đạt"),
    "sitting.seal": Message("Niêm phong bài thi"),
    "unit.change": Message("Sửa đơn vị"),
    "unit.end": Message("Kết thúc đơn vị"),
    "units.import": Message("Nhập danh sách đơn vị"),
}
SUBJECTS: Mapping[str, Message] = {
    "calibration": Message("Bộ tham số câu hỏi"),
    "campaign": Message("Đợt đánh giá"),
    "candidate": Message("Thí sinh"),
    "certificate": Message("Chứng nhận"),
    "course": Message("Khóa học"),
    "exam_room": Message("Phòng thi"),
    "examination": Message("Kỳ thi"),
    "framework": Message("Khung năng lực"),
    "item": Message("Câu hỏi"),
    "meeting": Message("Lớp học"),
    "notice": Message("Thông báo"),
    "person": Message("Người"),
    "programme": Message("Chương trình"),
    "roster": Message("Danh sách học viên"),
    "submission": Message("Bài nộp"),
    "sitting": Message("Lượt kiểm tra"),
    "unit": Message("Đơn vị"),
    "watch": Message("Lần theo dõi câu hỏi"),
}
DETAILS: Mapping[str, Message] = {
    "added": Message("thêm mới"),
    "absent": Message("vắng"),
    "again": Message("vào lại"),
    "also_lower": Message("cả điểm giảm"),
    "attempts": Message("số lần nộp"),
    "candidate": Message("thí sinh"),
    "certificates": Message("số chứng nhận"),
    "changed": Message("thay đổi"),
    "closes_at": Message("hạn nộp"),
    "corrected": Message("số ô đã sửa"),
    "course": Message("khóa"),
    "courses": Message("các khóa"),
    "day": Message("ngày"),
    "deadline": Message("thời hạn"),
    "decision": Message("quyết định"),
    "digest": Message("mã băm"),
    "done": Message("đã nộp"),
    "ending": Message("kết thúc vì"),
    "from": Message("từ"),
    "from_at": Message("từ"),
    "identity": Message("giấy tờ"),
    "incident": Message("sự việc"),
    "items": Message("số câu"),
    "kept": Message("giữ nguyên"),
    "kind": Message("loại"),
    "level": Message("bậc"),
    "given": Message("bậc quyết định"),
    "outcome": Message("kết quả"),
    "competence": Message("năng lực"),
    "contest": Message("ý kiến"),
    "learners": Message("số người học"),
    "lesson": Message("bài học"),
    "lowered": Message("số điểm giảm"),
    "max_points": Message("điểm tối đa"),
    "minutes": Message("số phút"),
    "name": Message("tên"),
    "new": Message("mới"),
    "number": Message("số"),
    "people": Message("số người"),
    "person": Message("người"),
    "picks": Message("mức đã chọn"),
    "points": Message("điểm"),
    "programme": Message("chương trình"),
    "raised": Message("số điểm tăng"),
    "reason": Message("lý do"),
    "release": Message("bản công bố"),
    "remark": Message("lần chấm lại"),
    "role": Message("vai trò"),
    "room": Message("phòng"),
    "seconds": Message("số giây"),
    "seed": Message("số gieo"),
    "shares": Message("chỉ tiêu từng tỉnh"),
    "source": Message("văn bản"),
    "starts_at": Message("bắt đầu"),
    "title": Message("tiêu đề"),
    "to": Message("đến"),
    "unchanged": Message("giữ nguyên"),
    "unit": Message("đơn vị"),
    "until": Message("đến"),
    "vintage": Message("danh mục"),
    "appeal": Message("đơn phúc khảo"),
    "pass": Message("đạt"),
    "seal": Message("niêm phong"),
    "void": Message("lần hủy câu hỏi"),
    "won": Message("số người thành đạt"),
    "waiting": Message("đang chờ"),
}
NONE, YES, NO = Message("không đặt"), Message("có"), Message("không")
MOST_LISTED = 5


def action_words(action: str) -> Message | str:
    """What an action is called; its code where nobody has named it."""
    return ACTIONS.get(action, action)


def subject_words(subject: str) -> tuple[Message | str, str]:
    """What kind of thing an entry is about, and which; the kind is "" where it has no name."""
    for sign in (":", "/"):
        kind, found, which = subject.partition(sign)
        if found and kind in SUBJECTS:
            return SUBJECTS[kind], which
    return (SUBJECTS[subject], "") if subject in SUBJECTS else ("", subject)


def detail_words(detail: Mapping[str, Any]) -> Iterator[tuple[Message | str, Any]]:
    """Each detail's name and value; a value is a `Message`, a moment, or text."""
    for key, value in detail.items():
        yield DETAILS.get(key, key), _said(value)


def _said(value: Any) -> Any:
    if value is None or value == "":
        return NONE
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, (list, tuple)) and len(value) <= MOST_LISTED:
        return ", ".join(map(str, value)) or NONE
    if isinstance(value, (list, tuple, dict)):
        return Message("{n} mục", {"n": len(value)})
    return _moment(value) if isinstance(value, str) else str(value)


def _moment(text: str) -> dt.datetime | str:
    """A moment where the text is one, with its offset."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return text
    return found if found.tzinfo is not None else text
