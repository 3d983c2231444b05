"""The content frame of the programme of 10,000: what a lesson may say it covers.

Kế hoạch kèm theo Quyết định 64/QĐ-BTTTT ngày 19/01/2022, section II.4: four parts, 4.1 as one,
the others in lettered items as Vietnamese letters them (a, b, c, d, đ, e). Titles are this
project's short words for them, not the decision's text.
"""

from __future__ import annotations

from core.messages import Message

FRAMES = {
    "4.1": Message("Nhận thức chung"),
    "4.2": Message("Chính phủ số"),
    "4.3": Message("Kinh tế số"),
    "4.4": Message("Xã hội số"),
}

ITEMS = {
    "4.1": Message("Chương trình quốc gia, cách tiếp cận, câu chuyện thành công, cách làm mới"),
    "4.2.a": Message("Chiến lược phát triển chính phủ số"),
    "4.2.b": Message("Cách làm hay trong chính phủ số, để dùng ngay và nhân rộng"),
    "4.2.c": Message("Hạ tầng phục vụ chính phủ số; an toàn, an ninh mạng"),
    "4.2.d": Message("Kết nối, chia sẻ dữ liệu; cơ sở dữ liệu; nền tảng phân tích dữ liệu"),
    "4.2.đ": Message("Dịch vụ công trực tuyến"),
    "4.2.e": Message("Các nền tảng số quốc gia"),
    "4.3.a": Message("Chiến lược phát triển kinh tế số"),
    "4.3.b": Message("Cách làm hay trong kinh tế số, để dùng ngay và nhân rộng"),
    "4.3.c": Message("Giúp người dân quảng bá và bán hàng trên nền tảng số (OCOP)"),
    "4.3.d": Message("Giúp người dân đổi cách sản xuất nhờ nền tảng số"),
    "4.3.đ": Message("Thanh toán số, không dùng tiền mặt"),
    "4.3.e": Message("Chọn sản phẩm, dịch vụ có lợi thế; nông nghiệp, du lịch thông minh"),
    "4.4.a": Message("Chiến lược phát triển xã hội số"),
    "4.4.b": Message("Cách làm hay trong xã hội số, để dùng ngay và nhân rộng"),
    "4.4.c": Message("Địa chỉ số cho hộ gia đình, cơ quan, tổ chức"),
    "4.4.d": Message("Nền tảng số cho sức khỏe, học tập và đời sống"),
    "4.4.đ": Message("Kỹ năng số, ứng xử trên mạng, an toàn, bảo vệ trẻ em"),
}
