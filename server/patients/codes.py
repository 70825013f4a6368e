"""Short official code lists of the people on a form: sex, ethnic group, occupation."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from server.core.messages import N_


class Code(NamedTuple):
    """A value of an official list; `code` is what leaves in a file, `name` is shown."""

    code: str
    name: str


class Sex(StrEnum):
    """Column GIOI_TINH of the health insurance tables (Decision 3176/QĐ-BYT)."""

    MALE = "1"
    FEMALE = "2"
    UNDETERMINED = "3"


SEXES: tuple[Code, ...] = (
    Code(Sex.MALE, N_("Nam")),
    Code(Sex.FEMALE, N_("Nữ")),
    Code(Sex.UNDETERMINED, N_("Chưa xác định")),
)

# Decision 121-TCTK/PPCĐ (1979); 55 and 99 are added by the Ministry of Health. The
# names of peoples are proper names and are not translated.
ETHNIC_GROUPS: tuple[Code, ...] = (
    Code("01", "Kinh"),
    Code("02", "Tày"),
    Code("03", "Thái"),
    Code("04", "Hoa"),
    Code("05", "Khơ-me"),
    Code("06", "Mường"),
    Code("07", "Nùng"),
    Code("08", "HMông"),
    Code("09", "Dao"),
    Code("10", "Gia-rai"),
    Code("11", "Ngái"),
    Code("12", "Ê-đê"),
    Code("13", "Ba-na"),
    Code("14", "Xơ-đăng"),
    Code("15", "Sán Chay"),
    Code("16", "Cơ-ho"),
    Code("17", "Chăm"),
    Code("18", "Sán Dìu"),
    Code("19", "Hrê"),
    Code("20", "Mnông"),
    Code("21", "Ra-glai"),
    Code("22", "Xtiêng"),
    Code("23", "Bru-Vân Kiều"),
    Code("24", "Thổ"),
    Code("25", "Giáy"),
    Code("26", "Cơ-tu"),
    Code("27", "Gié-Triêng"),
    Code("28", "Mạ"),
    Code("29", "Khơ-mú"),
    Code("30", "Co"),
    Code("31", "Tà-ôi"),
    Code("32", "Chơ-ro"),
    Code("33", "Kháng"),
    Code("34", "Xinh-mun"),
    Code("35", "Hà Nhì"),
    Code("36", "Chu-ru"),
    Code("37", "Lào"),
    Code("38", "La Chí"),
    Code("39", "La Ha"),
    Code("40", "Phù Lá"),
    Code("41", "La Hủ"),
    Code("42", "Lự"),
    Code("43", "Lô Lô"),
    Code("44", "Chứt"),
    Code("45", "Mảng"),
    Code("46", "Pà Thẻn"),
    Code("47", "Cơ Lao"),
    Code("48", "Cống"),
    Code("49", "Bố Y"),
    Code("50", "Si La"),
    Code("51", "Pu Péo"),
    Code("52", "Brâu"),
    Code("53", "Ơ Đu"),
    Code("54", "Rơ-măm"),
    Code("55", N_("Người nước ngoài")),
    Code("99", N_("Không rõ")),
)

# Decision 4069/QĐ-BYT (2001). The full list, Decision 34/2020/QĐ-TTg, has codes of five
# digits; until it is imported a file carries 00000.
OCCUPATIONS: tuple[Code, ...] = (
    Code("01", N_("Trẻ em dưới 6 tuổi, hoặc dưới 15 tuổi không đi học")),
    Code("02", N_("Học sinh, sinh viên")),
    Code("03", N_("Nghỉ hưu và trên 60 tuổi")),
    Code("04", N_("Công nhân")),
    Code("05", N_("Nông dân")),
    Code("06", N_("Lực lượng vũ trang")),
    Code("07", N_("Trí thức")),
    Code("08", N_("Hành chính, sự nghiệp")),
    Code("09", N_("Y tế")),
    Code("10", N_("Dịch vụ")),
    Code("11", N_("Việt kiều")),
    Code("12", N_("Ngoại kiều")),
    Code("13", N_("Nghề khác")),
)
