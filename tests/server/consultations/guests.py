"""A running call of Bình and Minh, and people who can be asked into it."""

from uuid import uuid4

from sqlalchemy import select

from server.consultations import tasks
from server.consultations.guest_models import ConsultationGuest
from server.consultations.models import CallAttempt
from server.consultations.states import AttemptStatus, GuestEnd
from server.core import clock
from server.demo import demo_id
from tests.server.referrals.queued import add_colleague

OTHER_HOSPITAL = demo_id("Bệnh viện Đa khoa khu vực Thốt Nốt (mẫu)")
LAO_CAI = demo_id("Bệnh viện Đa khoa tỉnh Lào Cai (mẫu)")


async def id_of(stage, username):
    return str((await stage.actor(username)).id)


class Talk:
    """Bình and Minh talk; `ids` are the meeting's and the try's."""

    def __init__(self, visitors, stage, case) -> None:
        self.visitors, self.stage, self.case = visitors, stage, case
        self.meeting = self.call = ""

    async def begin(self):
        self.binh, self.minh = await self.visitors("binh"), await self.visitors("minh")
        path = f"/referrals/{self.case.referral}/consultations"
        self.meeting = (await (await self.binh.api("POST", path, {})).json())["id"]
        rang = await self.binh.api("POST", f"/consultations/{self.meeting}/calls", {})
        assert rang.status == 201, self.binh.text
        self.call = (await rang.json())["id"]
        accepted = await self.minh.api("POST", f"/calls/{self.call}/accept", {})
        assert accepted.status == 200, self.minh.text
        return self

    async def invite(self, by, username, role="second_specialist"):
        body = {"person_id": await id_of(self.stage, username), "role": role}
        return await by.api("POST", f"/consultations/{self.meeting}/guests", body)

    async def finish(self) -> None:
        """Hang up, for whoever talks is busy for the next test."""
        async with self.stage.as_platform() as db:
            attempt = await db.get_one(CallAttempt, self.call)
            attempt.status = AttemptStatus.ENDED
            for one in await db.scalars(
                select(ConsultationGuest).where(ConsultationGuest.ended_at.is_(None))
            ):
                one.end(GuestEnd.OVER, at=clock.now())

    async def row(self):
        async with self.stage.as_platform() as db:
            return await db.scalar(
                select(ConsultationGuest)
                .where(ConsultationGuest.consultation_id == self.meeting)
                .order_by(ConsultationGuest.invited_at.desc())
                .limit(1)
            )

    async def entered(self, *usernames) -> dict[str, str]:
        """Have signaling say that these came in; gives their participants."""
        found = {}
        for username in usernames:
            visitor = await self.visitors(username)
            answer = await visitor.api("POST", f"/calls/{self.call}/pass", {})
            assert answer.status == 200, visitor.text
            found[username] = (await answer.json())["participant"]
            await self.happens("joined", found[username])
        return found

    async def happens(self, kind, participant, reason=None) -> None:
        async with self.stage.as_platform() as db:
            event = {
                "id": uuid4().hex,
                "kind": kind,
                "room": "r" * 43,
                "participant": participant,
                "node": "node-1",
                "at": clock.now().isoformat(),
                "reason": reason,
            }
            await tasks.apply_event(db, event)

    async def attempt(self):
        async with self.stage.as_platform() as db:
            return await db.get_one(CallAttempt, self.call)


async def add_crowd(stage) -> None:
    """Specialists of the same, of another hospital and of another province, and so on."""
    async with stage.as_platform() as db:
        await add_colleague(db, "phuong", "minh")
        await add_colleague(db, "vung", "minh", OTHER_HOSPITAL)
        await add_colleague(db, "xa", "minh", LAO_CAI)
        await add_colleague(db, "duyen", "binh")
        await add_colleague(db, "tam", "thu", OTHER_HOSPITAL)
