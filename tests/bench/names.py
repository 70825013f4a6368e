"""Vietnamese names in about the frequencies in which people bear them."""

import random
from collections.abc import Iterator

from server.core.vietnamese import fold, name_sort_key

_FAMILIES = {
    "Nguyễn": 38, "Trần": 12, "Lê": 10, "Phạm": 7, "Huỳnh": 5, "Phan": 5, "Võ": 4,
    "Vũ": 3, "Đặng": 2, "Bùi": 2, "Đỗ": 2, "Hồ": 2, "Ngô": 2, "Dương": 1, "Lý": 1,
    "Lâm": 1, "Đinh": 1, "Trịnh": 1, "Thạch": 1, "Giàng": 1,
}  # fmt: skip
_MIDDLES = {
    "Thị": 30, "Văn": 25, "": 4, "Thị Ngọc": 4, "Thị Kim": 4, "Thanh": 4, "Hoàng": 3,
    "Minh": 3, "Quốc": 3, "Hữu": 3, "Đức": 3, "Thị Mỹ": 2, "Thị Bích": 2, "Công": 2,
    "Xuân": 2, "Quang": 2, "Ngọc": 2, "Thị Hồng": 2,
}  # fmt: skip
_GIVEN = (
    "An Anh Ánh Bảo Bé Bích Bình Châu Chi Chiến Cúc Cường Diễm Diệp Dũng Dung Duy Đào Đạt"
    " Điệp Đông Đức Gấm Giang Hà Hải Hạnh Hằng Hậu Hiền Hiếu Hoa Hòa Hoàng Hồng Huệ Hùng"
    " Hương Huy Khang Khánh Khoa Kiên Lan Lành Liên Linh Loan Lộc Lợi Long Mai Mẫn Minh"
    " Mười My Nam Nga Ngân Nghĩa Ngọc Nguyệt Nhân Nhi Nhung Phát Phong Phú Phúc Phương"
    " Phượng Quân Quang Quý Quyên Sang Sen Sơn Tài Tâm Tân Thảo Thắng Thanh Thành Thảo"
    " Thoa Thu Thúy Thủy Tiên Tiến Toàn Trang Trí Trinh Trung Tú Tuấn Tùng Tuyết Út Vân"
    " Việt Vinh Vy Xuân Yến"
)

Name = tuple[int, str, str, str]


def names(count: int) -> Iterator[Name]:
    """Give numbered names with what a search and a list compare; the same each time."""
    dice = random.Random(92)  # noqa: S311 not a secret
    families = dice.choices(list(_FAMILIES), list(_FAMILIES.values()), k=count)
    middles = dice.choices(list(_MIDDLES), list(_MIDDLES.values()), k=count)
    given = dice.choices(_GIVEN.split(), k=count)
    for number, (family, middle, last) in enumerate(
        zip(families, middles, given, strict=True)
    ):
        name = " ".join(filter(None, (family, middle, last)))
        yield number, name, fold(name), name_sort_key(name)
