"""Invented patients and what a station asks about them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """An invented patient and what the station asks about them."""

    name: str
    born: str
    sex: str
    priority: int
    specialty: str
    reason: str
    question: str
    channel: str = "video"


MAIN = Case(
    "Thạch Thị Sa Rương",
    "14/05/1957",
    "Nữ",
    2,
    "cardiology",
    "Đau ngực trái lan vai khi gắng sức, hai ngày nay",
    "Có cần chuyển viện ngay trong hôm nay không?",
)
CHILD = Case(
    "Trần Gia Hân",
    "02/2024",
    "Nữ",
    1,
    "paediatrics",
    "Trẻ sốt cao 39,8 độ, co giật một lần cách đây mười phút",
    "Cần xử trí gì tại trạm trước khi xe cấp cứu đến?",
)
DIABETIC = Case(
    "Nguyễn Văn Tám",
    "1962",
    "Nam",
    3,
    "endocrinology",
    "Đái tháo đường týp 2, đường huyết đói ba tháng nay không xuống",
    "Có nên đổi thuốc viên hay chuyển sang tiêm insulin?",
)
BREATHLESS = Case(
    "Lâm Văn Đực",
    "1949",
    "Nam",
    2,
    "respiratory",
    "Khó thở tăng dần hai ngày, tiền sử bệnh phổi tắc nghẽn mạn tính",
    "Có thể tăng liều thuốc xịt tại nhà hay phải nhập viện?",
)
WRITTEN = Case(
    "Huỳnh Thị Bé Sáu",
    "1971",
    "Nữ",
    3,
    "cardiology",
    "Tăng huyết áp mới phát hiện, đã uống amlodipin 5 mg được hai tuần",
    "Huyết áp còn 150/90, nên tăng liều hay thêm thuốc thứ hai?",
    "written",
)
