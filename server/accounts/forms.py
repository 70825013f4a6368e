"""What may be asked about accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Self
from uuid import UUID

from pydantic import AfterValidator, Field, TypeAdapter, model_validator

from server.access.permissions import Role
from server.core.messages import N_
from server.web.forms import Input, mistake

_LEAST = 14
_COMMON = ("password", "matkhau", "123456789", "qwerty", "tramxa", "abcdefgh")


def _strong(password: str) -> str:
    """Length over composition (NIST SP 800-63B); 14 without a second factor (TCVN 14423)."""
    if len(password) < _LEAST:
        raise mistake(
            "password_short",
            N_("Mật khẩu cần ít nhất {least} ký tự. Một câu ngắn dễ nhớ là tốt nhất."),
            least=_LEAST,
        )
    lowered = password.lower()
    if len(set(lowered)) < 6 or any(lowered.startswith(word) for word in _COMMON):  # noqa: PLR2004
        raise mistake(
            "password_guessable", N_("Mật khẩu này dễ đoán. Hãy chọn một câu khác.")
        )
    return password


NewPassword = Annotated[str, Field(max_length=128), AfterValidator(_strong)]


def _lowered(username: str) -> str:
    return username.lower()


Username = Annotated[
    str,
    Field(min_length=3, max_length=64, pattern=r"^[A-Za-z0-9._-]+$"),
    AfterValidator(_lowered),
]


def username(text: str) -> str:
    """Return a valid name to sign in under; raises pydantic's ValidationError."""
    return TypeAdapter(Username).validate_python(text)


class SignIn(Input):
    """A name and a password."""

    username: Annotated[str, Field(max_length=64), AfterValidator(_lowered)]
    password: Annotated[str, Field(max_length=128)]
    next: str = "/"
    messages: ClassVar[Mapping[str, str]] = {
        "username": N_("Hãy nhập tên đăng nhập."),
        "password": N_("Hãy nhập mật khẩu."),
    }


class OwnPassword(Input):
    """The present password and a new one."""

    current: Annotated[str, Field(max_length=128)]
    new: NewPassword


class ChangePassword(OwnPassword):
    """The same from a person, who types the new one twice."""

    repeated: Annotated[str, Field(max_length=128)]
    messages: ClassVar[Mapping[str, str]] = {
        "current": N_("Hãy nhập mật khẩu hiện tại."),
        "new.missing": N_("Hãy nhập mật khẩu mới."),
        "repeated": N_("Hãy nhập lại mật khẩu mới."),
    }

    @model_validator(mode="after")
    def _same(self) -> Self:
        if self.new != self.repeated:
            raise mistake("passwords_differ", N_("Hai mật khẩu mới không giống nhau."))
        return self


class NewPerson(Input):
    """Who shall get an account."""

    full_name: Annotated[str, Field(min_length=2, max_length=120)]
    username: Username
    title: Annotated[str, Field(max_length=40)] = ""
    role: Role
    facility_id: UUID
    department_ids: tuple[UUID, ...] = ()
    phone: Annotated[str, Field(max_length=20)] = ""
    licence_number: Annotated[str, Field(max_length=40)] = ""
    messages: ClassVar[Mapping[str, str]] = {
        "full_name": N_("Hãy nhập họ và tên."),
        "username": N_("Tên đăng nhập gồm 3–64 chữ không dấu, số, dấu chấm hoặc gạch."),
        "role": N_("Hãy chọn vai trò."),
        "facility_id": N_("Hãy chọn cơ sở làm việc."),
    }


class Refresh(Input):
    """The refresh token of an API client."""

    refresh_token: Annotated[str, Field(min_length=20, max_length=100)]


class OwnLanguage(Input):
    """The language to be met in."""

    locale: Annotated[str, Field(pattern="^(vi|en)$")]


class Language(OwnLanguage):
    """The same from a page, and the page to come back to."""

    next: str = "/"
