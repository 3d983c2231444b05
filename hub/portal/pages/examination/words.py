"""What pages of examinations say of states, and what the script of a question says."""

from __future__ import annotations

from markupsafe import Markup

from core.messages import Message
from hub.locale.translate import Translator
from hub.portal.forms import script_json

EXAMINATION_STATES = {
    "planned": Message("Đang chuẩn bị"),
    "published": Message("Đã công bố"),
    "cancelled": Message("Đã hủy"),
}
ROOM_STATES = {
    "planned": Message("Chưa mở"),
    "open": Message("Đang mở"),
    "closed": Message("Đã đóng"),
}
CANDIDATE_STATES = {
    "registered": Message("Chưa vào thi"),
    "working": Message("Đang làm bài"),
    "done": Message("Đã nộp bài"),
    "absent": Message("Vắng"),
    "rejected": Message("Không công nhận"),
    "cancelled": Message("Hủy bài"),
    "jury": Message("Chờ hội đồng"),
}
IDENTITIES = {
    "waiting": Message("Chưa kiểm tra giấy tờ"),
    "confirmed": Message("Đã kiểm tra giấy tờ"),
    "refused": Message("Giấy tờ không khớp"),
}
INCIDENTS = {
    "question": Message("Báo câu hỏi"),
    "focus": Message("Rời trang"),
    "identity": Message("Giấy tờ"),
    "technical": Message("Kỹ thuật"),
    "conduct": Message("Vi phạm"),
    "note": Message("Ghi chú"),
}
ENDINGS = {
    "person": Message("Tự nộp bài"),
    "time": Message("Hết giờ"),
    "items": Message("Đủ số câu"),
    "sure": Message("Đã đủ rõ"),
    "bank": Message("Hết câu phù hợp"),
    "room": Message("Giám thị dừng bài"),
}
DECISIONS = {
    "new": Message("Đã đổi câu khác; câu này không tính."),
    "keep": Message("Giữ câu này, mời anh/chị làm tiếp."),
    "noted": Message("Đã ghi lại để xem sau kỳ thi."),
}
SCRIPT_WORDS = {
    "saving": Message("Đang lưu…"),
    "saved": Message("Đã lưu."),
    "away": Message("Chưa lưu lên máy chủ. Đang giữ trên máy này, sẽ tự gửi khi có mạng."),
    "unkept": Message("Chưa lưu được, trình duyệt cũng không giữ được. Hãy giơ tay gọi giám thị."),
    "session": Message("Chưa lưu: phiên đăng nhập đã hết. Hãy giơ tay gọi giám thị."),
    "will_send": Message("Chưa gửi được câu trả lời. Sẽ tự gửi khi có mạng; xin đừng đóng trang."),
    "refused": Message("Chưa lưu: máy chủ không nhận. Hãy tải lại trang, hoặc gọi giám thị."),
    "minutes": Message("Còn {n} phút"),
    "minutes_seconds": Message("Còn {n} phút {s} giây"),
    "seconds": Message("Còn {s} giây"),
    "under_a_minute": Message("Còn chưa đến 1 phút"),
    "over": Message("Hết giờ, đang nộp bài"),
    "answer": Message("Giám thị trả lời: {text}"),
    "told": Message("Còn {n} phút làm bài."),
}


def script_words(speak: Translator) -> Markup:
    """The script's sentences."""
    return script_json({key: speak(one.template) for key, one in SCRIPT_WORDS.items()})
