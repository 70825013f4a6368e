"""What may be asked about calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from server.consultations.states import EndReason, GuestRole
from server.core.messages import N_
from server.referrals.states import Channel
from server.web.forms import Input

Refusing = Literal[
    EndReason.DECLINED,
    EndReason.EXAMINING,
    EndReason.IN_FIVE_MINUTES,
    EndReason.TO_PHONE,
]
_LONGEST_MINUTES = 240


class Ring(Input):
    """How to call."""

    channel: Literal[Channel.VIDEO, Channel.AUDIO] = Channel.VIDEO


class Refuse(Input):
    """Why a call is not answered; the caller reads it at once."""

    reason: Refusing = EndReason.DECLINED


class HangUp(Input):
    """Why a call ends, of what a browser can know."""

    reason: Literal[
        EndReason.HUNG_UP,
        EndReason.LINE_LOST,
        EndReason.MEDIA_REFUSED,
        EndReason.RELAY_FAILED,
        EndReason.BROWSER_UNSUPPORTED,
    ] = EndReason.HUNG_UP


class PhoneCall(Input):
    """How long the two have telephoned, if somebody knows."""

    minutes: Annotated[int | None, Field(ge=1, le=_LONGEST_MINUTES)] = None


class GuestQuestion(Input):
    """Any part of the name or place of whom to invite."""

    q: Annotated[str, Field(max_length=100)] = ""


class Invitation(Input):
    """Whom to ask into the running call, and as what."""

    messages: ClassVar[Mapping[str, str]] = {
        "person_id": N_("Hãy chọn một người trong danh sách tìm được."),
    }

    person_id: UUID
    role: GuestRole = GuestRole.SECOND_SPECIALIST
