"""The kinds of refusal; each use case subclasses the kind that fits beside what raises it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.messages import N_


class Refusal(Exception):
    """A request that cannot be carried out, with a stable code and a sentence for people."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    message: ClassVar[str] = N_("Yêu cầu không đúng. Hãy tải lại trang và thử lại.")

    def __init__(self, **params: object) -> None:
        super().__init__(self.code)
        self.params = params


class SignInRequired(Refusal):
    """Nobody is signed in, or the session has ended."""

    status = 401
    code = "sign_in_required"
    message = N_("Hãy đăng nhập để tiếp tục.")


class Forbidden(Refusal):
    """The person's role does not carry the permission that the route declares."""

    status = 403
    code = "forbidden"
    message = N_("Tài khoản của bạn không có quyền làm việc này.")


class NotFound(Refusal):
    """The object does not exist, or this person may not know that it does."""

    status = 404
    code = "not_found"
    message = N_("Không tìm thấy trang hoặc hồ sơ này.")


class Conflict(Refusal):
    """The state of the object has moved on since the person looked at it."""

    status = 409
    code = "conflict"
    message = N_("Hồ sơ đã thay đổi. Hãy tải lại trang để xem tình trạng mới nhất.")


class TooMany(Refusal):
    """The person or address has tried too often; `retry_after` is in seconds."""

    status = 429
    code = "too_many_attempts"
    message = N_("Bạn đã thử quá nhiều lần. Hãy đợi {minutes} phút rồi thử lại.")

    def __init__(self, retry_after: int) -> None:
        super().__init__(minutes=max(1, -(-retry_after // 60)))
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field; `message` is a msgid, `params` fill its braces."""

    field: str
    code: str
    message: str
    params: tuple[tuple[str, object], ...] = ()


class Invalid(Refusal):
    """Values that were typed cannot be used; carries one error for each field."""

    status = 422
    code = "invalid"
    message = N_("Có thông tin chưa đúng. Hãy sửa các mục được đánh dấu.")

    def __init__(self, *errors: FieldError) -> None:
        super().__init__()
        self.errors = errors
