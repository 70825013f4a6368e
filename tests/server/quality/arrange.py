"""What a browser measures, and a call that two people are in."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from server.consultations.models import CallAttempt, CallParticipant, Consultation
from server.core import clock
from server.core.ids import new_token
from server.quality.models import CallSummary
from tests.server.consultations.arrange import Case, accepted_case

GOOD = {
    "seconds": 5.0,
    "rtt": 80,
    "jitter": 6,
    "loss": 0.0,
    "concealed": 0.002,
    "frames": 15,
    "height": 360,
    "frozen": 0.0,
    "received": 310,
    "sent": 305,
    "estimate": 900,
    "relayed": False,
    "rung": "360p",
    "reason": "free",
}
BAD = GOOD | {"rtt": 700, "jitter": 90, "concealed": 0.25, "received": 40}
PAUSED = GOOD | {"frames": 0, "rung": "voice", "reason": "line", "received": 45}
CUT = GOOD | {"received": 0, "concealed": 0.0, "frames": 0}
# A wrong clock must not matter.
YEAR_2001 = 1_000_000_000


def samples(ages, kinds=None, now=YEAR_2001) -> dict:
    """The body for samples that ended so many seconds ago."""
    rows = [
        {"number": now - age, **(kinds or {}).get(age, GOOD)}
        for age in sorted(ages, reverse=True)
    ]
    return {"clock": now, **{name: [row[name] for row in rows] for name in rows[0]}}


@dataclass(frozen=True)
class Call:
    """A call that a station made and Dr Minh took, with both in its room."""

    id: str
    meeting: str
    case: Case

    @property
    def path(self) -> str:
        return f"/calls/{self.id}/samples"


async def call_of(
    visitors, stage, *, ago=0, channel="video", station="binh", inside=None
) -> Call:
    """Begin a call so many seconds ago."""
    binh, minh = await visitors(station), await visitors("minh")
    case = await accepted_case(stage, station)
    opened = await binh.api("POST", f"/referrals/{case.referral}/consultations", {})
    meeting = (await opened.json())["id"]
    path = f"/consultations/{meeting}/calls"
    rang = await (await binh.api("POST", path, {"channel": channel})).json()
    assert (await minh.api("POST", f"/calls/{rang['id']}/accept", {})).status == 200
    async with stage.as_platform() as db:
        for username in inside or (station, "minh"):
            person = (await stage.actor(username)).id
            db.add(
                CallParticipant(
                    participant=new_token(),
                    attempt_id=UUID(rang["id"]),
                    person_id=person,
                )
            )
        attempt = await db.get_one(CallAttempt, rang["id"])
        attempt.answered_at -= timedelta(seconds=ago)
        attempt.connected_at = attempt.answered_at
    return Call(rang["id"], meeting, case)


async def ended(stage, call: Call, *, ago=0) -> None:
    """End a call so many seconds ago, as by hanging up."""
    async with stage.as_platform() as db:
        attempt = await db.get_one(CallAttempt, call.id)
        moment = clock.now() - timedelta(seconds=ago)
        attempt.status, attempt.end_reason = "ended", "hung_up"
        attempt.ended_at = moment


async def measured(visitors, stage, case) -> None:
    """Have both ends of the call of a case that has just ended send good and bad samples."""
    async with stage.as_platform() as db:
        attempt = await db.scalar(
            select(CallAttempt)
            .join(Consultation, Consultation.id == CallAttempt.consultation_id)
            .where(
                Consultation.referral_id == case.referral,
                CallAttempt.answered_at.is_not(None),
            )
        )
    for username in ("binh", "minh"):
        visitor = await visitors(username)
        body = samples(range(0, 300, 5), {100: BAD, 60: CUT, 55: CUT, 20: PAUSED})
        sent = await visitor.api("POST", f"/calls/{attempt.id}/samples", body)
        assert sent.status == 204, visitor.text
    binh = await stage.actor("binh")
    async with stage.as_platform() as db:
        db.add(
            CallSummary(
                attempt_id=attempt.id,
                province_code=binh.province_code,
                station_id=binh.facility_id,
                ended_at=attempt.ended_at,
                seconds=300,
                mos=4.2,
                concealed=0.01,
                relayed=True,
                without_picture=15,
                silent=0,
            )
        )
