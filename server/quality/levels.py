"""The rungs of the ladder of a call, and why it stands no higher; named as the browser does."""

from __future__ import annotations

from enum import StrEnum

from server.core.messages import N_


class Rung(StrEnum):
    """The picture that an end sends (`web_client/js/call/rungs.js`)."""

    VOICE = "voice"
    P160 = "160p"
    P270 = "270p"
    P360 = "360p"
    P540 = "540p"
    P720 = "720p"

    @property
    def label(self) -> str:
        """The Vietnamese term, a msgid; the height of a picture has none."""
        return N_("chỉ tiếng") if self is Rung.VOICE else self.value


class Reason(StrEnum):
    """Why there is no more picture (`web_client/js/call/ladder.js`)."""

    STARTING = "starting"
    LINE = "line"
    CHOSEN = "chosen"
    NO_PICTURE = "no-picture"
    FREE = "free"
