"""What the lesson page's script says, in the reader's language: the page brings these along."""

from core.messages import Message

SCRIPT_SAYS = {
    "saving": Message("Đang lưu…"),
    "saved": Message("Đã lưu"),
    "offline": Message("Mất mạng: bài được giữ trên máy này và sẽ tự lưu khi có mạng lại."),
    "unkept": Message("Mất mạng, và máy này không giữ được bài. Đừng đóng trang; sẽ thử gửi lại."),
    "failed": Message("Chưa lưu được; sẽ thử lại."),
    "unread": Message("Đã lưu như đã gõ, nhưng có ô chưa đọc được."),
    "mend": Message("Chưa nộp: có ô chưa đọc được. Xem lý do ngay dưới ô rồi sửa."),
    "choose_first": Message(
        "Chưa nộp: có ô vừa được sửa ở nơi khác. Chọn bản muốn giữ rồi nộp lại."
    ),
    "submit_offline": Message(
        "Chưa nộp: đang mất mạng. Bài được giữ trên máy này; khi có mạng lại, hãy bấm Nộp bài."
    ),
    "checking": Message("Đang xem tệp…"),
    "kept_file": Message("Tệp gửi trước ({name}) vẫn được giữ; tải lại trang để dùng tệp ấy."),
    "running": Message("Đang chạy…"),
    "ran": Message("Chạy xong."),
    "ran_badly": Message("Chạy xong, có lỗi."),
    "run_failed": Message("Không chạy được. Hãy thử lại."),
    "check_running": Message("Đang kiểm tra…"),
    "check_failed": Message("Chưa kiểm tra được. Bài vẫn được giữ; hãy thử lại."),
    "submitting": Message("Đang nộp…"),
    "marking": Message("Đã nộp. Đang chấm…"),
    "marked": Message("Đã chấm xong."),
    "submit_failed": Message("Chưa nộp được. Bài vẫn được giữ; hãy thử lại."),
    "dead": Message("Bài này chưa chấm được tự động; giảng viên sẽ xem. Bài nộp vẫn được giữ."),
    "conflict": Message("Ô này vừa được sửa ở nơi khác. Chọn bản muốn giữ:"),
    "mine": Message("Bản trên máy này"),
    "theirs": Message("Bản đã lưu ở nơi khác"),
    "keep_mine": Message("Giữ bản trên máy này"),
    "keep_theirs": Message("Lấy bản đã lưu"),
    "empty": Message("(trống)"),
    "moved": Message("Đã chuyển “{item}” đến vị trí {n}."),
    "editor": Message("Phím Tab ra khỏi ô, Ctrl+Enter chạy thử."),
    "too_large": Message("Tệp lớn hơn 2 MB nên không gửi được."),
    "empty_file": Message("Tệp rỗng (0 byte): hãy mở, lưu lại rồi chọn lại."),
    "elsewhere": Message(
        "Có câu trả lời chưa gửi ở bước {n}. Hãy mở bước ấy, đợi đến khi báo đã lưu."
    ),
    "to_step": Message("Đến bước {n}"),
    "stay": Message("Chưa chuyển bước: bài chưa lưu được, và được giữ trên máy này."),
    "session": Message(
        "Phiên đăng nhập đã hết. Hãy tải lại trang để đăng nhập; bài được giữ trên máy này."
    ),
}
