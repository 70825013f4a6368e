"""What may be asked about a patient's consent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from server.consents.models import GivenBy, Ground, Method
from server.consents.service import Given, TakenBack
from server.core.messages import N_
from server.web.forms import Input


class ConsentForm(Input):
    """Who agreed and how, or why it could not be asked; nothing has a default."""

    ground: Ground
    given_by: GivenBy | None = None
    giver_name: Annotated[str, Field(max_length=120)] = ""
    relation: Annotated[str, Field(max_length=60)] = ""
    method: Method | None = None
    agreed: Literal["yes"] | None = None
    reason: Annotated[str, Field(max_length=1000)] = ""
    messages: ClassVar[Mapping[str, str]] = {
        "ground": N_("Hãy chọn: người bệnh đồng ý, hay cấp cứu không thể hỏi."),
        "given_by": N_("Hãy chọn ai đã đồng ý."),
        "method": N_("Hãy chọn cách đồng ý."),
    }

    def given(self) -> Given:
        """Return what the service records."""
        return Given(
            ground=self.ground,
            given_by=self.given_by,
            giver_name=self.giver_name,
            relation=self.relation,
            method=self.method,
            agreed=self.agreed == "yes",
            reason=self.reason,
        )


class ConsentBody(Input):
    """The same from a program; `agreed` must be said, silence is no consent."""

    ground: Ground
    given_by: GivenBy | None = None
    giver_name: Annotated[str, Field(max_length=120)] = ""
    relation: Annotated[str, Field(max_length=60)] = ""
    method: Method | None = None
    agreed: bool = False
    reason: Annotated[str, Field(max_length=1000)] = ""

    def given(self) -> Given:
        """Return what the service records."""
        return Given(**self.model_dump())


class WithdrawalInput(Input):
    """Who takes the agreement back and how; nobody has to say why."""

    asked_by: GivenBy
    asker_name: Annotated[str, Field(max_length=120)] = ""
    relation: Annotated[str, Field(max_length=60)] = ""
    method: Method
    reason: Annotated[str, Field(max_length=1000)] = ""
    messages: ClassVar[Mapping[str, str]] = {
        "asked_by": N_("Hãy chọn ai yêu cầu rút lại."),
        "method": N_("Hãy chọn cách yêu cầu."),
    }

    def said(self) -> TakenBack:
        """Return what the service records."""
        return TakenBack(**self.model_dump())
