"""The one place where a refusal becomes what a person or a program sees."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from server.core.errors import Invalid, Refusal, TooMany
from server.core.messages import N_
from server.web.context import ORIGIN
from server.web.i18n import translate
from server.web.responses import page, problem, redirect
from server.web.routes import API_PREFIX

SIGN_IN_PATH = "/sign-in"
_HTTP_MESSAGES = {
    404: N_("Không tìm thấy trang này. Hãy kiểm tra địa chỉ, hoặc quay lại trang chủ."),
    405: N_("Trang này không nhận kiểu yêu cầu đó. Hãy quay lại và thử lại."),
    413: N_("Nội dung gửi lên quá lớn."),
}
_TITLES = {
    403: N_("Bạn không làm được việc này"),
    404: N_("Không tìm thấy"),
    409: N_("Hồ sơ đã thay đổi"),
    429: N_("Thử quá nhiều lần"),
    500: N_("Hệ thống gặp lỗi"),
}
_TITLE = N_("Chưa thực hiện được")
_FAILURE = N_(
    "Hệ thống gặp lỗi khi xử lý. Những gì đã lưu vẫn còn. Hãy thử lại; nếu vẫn lỗi, hãy báo"
    " cho quản trị hệ thống mã {request_id}."
)


class PasswordChangeRequired(Refusal):
    """The first sign-in, or a reset: nothing else is open before a password of one's own."""

    status = 403
    code = "password_change_required"
    message = N_("Hãy đổi mật khẩu được cấp trước khi tiếp tục.")


def answer(request: web.Request, refusal: Refusal) -> web.StreamResponse:
    """Return a page with what to do next, or problem details for the API."""
    text = translate(request, refusal.message, **refusal.params)
    if wants_json(request):
        response: web.Response = problem(
            refusal.status, refusal.code, text, **_members(request, refusal)
        )
    elif refusal.status == 401 and request.method == "GET":  # noqa: PLR2004
        response = redirect(f"{SIGN_IN_PATH}?next={quote(request.path)}")
    elif isinstance(refusal, PasswordChangeRequired):
        response = redirect("/account/password")
    else:
        response = page(
            request,
            "error.html.j2",
            status=refusal.status,
            title=_title(request, refusal.status),
            message=text,
            request_id=request[ORIGIN].request_id,
        )
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def answer_http(request: web.Request, error: web.HTTPException) -> web.StreamResponse:
    """Return the answer to what aiohttp refuses by itself: no such path, wrong method."""
    message = _HTTP_MESSAGES.get(error.status, Refusal.message)
    code = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}.get(
        error.status, "bad_request"
    )
    text = translate(request, message)
    headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
    if wants_json(request):
        response = problem(error.status, code, text)
    else:
        response = page(
            request,
            "error.html.j2",
            status=error.status,
            title=_title(request, error.status),
            message=text,
            request_id=request[ORIGIN].request_id,
        )
    response.headers.update(headers)
    return response


def answer_failure(request: web.Request) -> web.StreamResponse:
    """Return 500 with the number under which the log tells what happened."""
    request_id = request[ORIGIN].request_id
    text = translate(request, _FAILURE, request_id=request_id)
    if wants_json(request):
        return problem(500, "internal_error", text, request_id=request_id)
    return page(
        request,
        "error.html.j2",
        status=500,
        title=_title(request, 500),
        message=text,
        request_id=request_id,
    )


def _title(request: web.Request, status: int) -> str:
    return translate(request, _TITLES.get(status, _TITLE))


def wants_json(request: web.Request) -> bool:
    """Tell whether the client is a program or a script of ours."""
    accepts = request.headers.get("Accept", "")
    return request.path.startswith(API_PREFIX) or accepts.startswith("application/json")


def _members(request: web.Request, refusal: Refusal) -> dict[str, object]:
    members: dict[str, object] = {"request_id": request[ORIGIN].request_id}
    if isinstance(refusal, Invalid):
        members["errors"] = [
            {
                "field": one.field,
                "code": one.code,
                "detail": translate(request, one.message, **dict(one.params)),
            }
            for one in refusal.errors
        ]
    return members
