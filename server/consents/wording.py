"""What is read out to the patient; a version that was used never changes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """A written request in the sense of Law 91/2025/QH15 Art. 26.2.

    It is evidence, so it is Vietnamese in every language of the pages. `text` has braces
    for the names of the station and the hospital.
    """

    version: str
    text: str
    scope: str
    confirmation: str


_SCOPE = (
    "Họ tên, tuổi, giới tính, số giấy tờ, địa chỉ; bệnh sử, tiền sử, dị ứng; dấu hiệu sinh"
    " tồn, kết quả khám và xét nghiệm; hình ảnh và tài liệu đính kèm; kết luận hội chẩn"
)
_PURPOSE = (
    "để bác sĩ bệnh viện hội chẩn từ xa, tư vấn chẩn đoán và điều trị cho lần bệnh này. Đây"
    " là dữ liệu cá nhân nhạy cảm về sức khỏe, chỉ những người tham gia ca bệnh được xem,"
    " mỗi lần xem đều được ghi lại. {subject} có thể từ chối hoặc rút lại yêu cầu này; việc"
    " khám, chữa bệnh tại trạm vẫn tiếp tục như thường."
)

BY_PATIENT = Wording(
    version="2026-11",
    text=(
        "Tôi đề nghị {station} chuyển thông tin sức khỏe của tôi đến {hospital} "
        + _PURPOSE.replace("{subject}", "Tôi")
    ),
    scope=_SCOPE,
    confirmation="Đã đọc cho người bệnh nghe và người bệnh đồng ý",
)
BY_REPRESENTATIVE = Wording(
    version="2026-11-rep",
    text=(
        "Tôi là người đại diện của người bệnh, đề nghị {station} chuyển thông tin sức khỏe"
        " của người bệnh đến {hospital} " + _PURPOSE.replace("{subject}", "Tôi")
    ),
    scope=_SCOPE,
    confirmation="Đã đọc cho người đại diện nghe và người đại diện đồng ý",
)
# From seven to under sixteen the law asks for both (Law 91/2025/QH15, on children's data).
WITH_CHILD = Wording(
    version="2026-11-child",
    text=(
        "Tôi là người đại diện của cháu; tôi và cháu cùng đề nghị {station} chuyển thông tin"
        " sức khỏe của cháu đến {hospital} "
        + _PURPOSE.replace("{subject}", "Chúng tôi")
    ),
    scope=_SCOPE,
    confirmation="Đã đọc cho người đại diện và cháu nghe, cả hai cùng đồng ý",
)
EMERGENCY_VERSION = "2026-11-emergency"

_ALL = {one.version: one for one in (BY_PATIENT, BY_REPRESENTATIVE, WITH_CHILD)}
_SPEAKS_FROM = 7
_SPEAKS_ALONE_FROM = 16


def offered(age: int | None) -> tuple[Wording, ...]:
    """Return the wordings that fit a patient of this age; an unknown age leaves the choice."""
    if age is None or age >= _SPEAKS_ALONE_FROM:
        return (BY_PATIENT, BY_REPRESENTATIVE)
    return (WITH_CHILD,) if age >= _SPEAKS_FROM else (BY_REPRESENTATIVE,)


def by_version(version: str) -> Wording | None:
    """Return the wording that was read out, or None for an emergency."""
    return _ALL.get(version)
