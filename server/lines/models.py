"""One row a check, without a person; and the hour at which a place wants its own."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import REAL, CheckConstraint, ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from server.core import clock
from server.core.db import Base, HasId, enum_column
from server.facilities.models import Facility
from server.lines.verdict import Device, Light, Measured, Reason, judge


class LineCheck(HasId, Base):
    """What a line carried at a moment; nobody's name."""

    __tablename__ = "line_checks"
    __table_args__ = (
        Index("ix_line_checks_facility_id_at", "facility_id", "at"),
        Index("ix_line_checks_at", "at", postgresql_using="brin"),
    )

    facility_id: Mapped[UUID] = mapped_column(ForeignKey(Facility.id))
    province_code: Mapped[str] = mapped_column(String(2), comment="of the facility")
    at: Mapped[datetime]
    scheduled: Mapped[bool] = mapped_column(comment="by itself; no device was opened")
    light: Mapped[Light] = enum_column(Light)
    signaling: Mapped[bool]
    reached: Mapped[bool] = mapped_column(comment="the echo answered")
    up: Mapped[int | None] = mapped_column(comment="kbit/s")
    down: Mapped[int | None] = mapped_column(comment="kbit/s")
    rtt: Mapped[int | None] = mapped_column(SmallInteger, comment="ms")
    jitter: Mapped[int | None] = mapped_column(
        SmallInteger, comment="ms, the worse way"
    )
    loss_up: Mapped[float | None] = mapped_column(REAL, comment="share of packets")
    loss_down: Mapped[float | None] = mapped_column(REAL, comment="share of packets")
    relay_udp: Mapped[bool | None] = mapped_column(comment="empty: none is configured")
    relay_tcp: Mapped[bool | None]
    relay_tls: Mapped[bool | None]
    microphone: Mapped[Device | None] = enum_column(
        Device, check="microphone", nullable=True
    )
    camera: Mapped[Device | None] = enum_column(Device, check="camera", nullable=True)
    speaker: Mapped[Device | None] = enum_column(Device, check="speaker", nullable=True)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why it is not green."""
        names = Measured.__dataclass_fields__
        return judge(Measured(**{name: getattr(self, name) for name in names})).reasons


class LineSchedule(Base):
    """When a place wants its line to be checked by itself, once a day."""

    __tablename__ = "line_schedules"
    __table_args__ = (CheckConstraint("hour BETWEEN 0 AND 23", name="hour_of_day"),)

    facility_id: Mapped[UUID] = mapped_column(ForeignKey(Facility.id), primary_key=True)
    hour: Mapped[int] = mapped_column(SmallInteger, comment="in Asia/Ho_Chi_Minh")
    begun_at: Mapped[datetime | None] = mapped_column(comment="the last one")

    @property
    def seconds_left(self) -> int:
        """How long until today's hour; 0 when it has come."""
        moment = clock.local(clock.now())
        hour = moment.replace(hour=self.hour, minute=0, second=0, microsecond=0)
        return max(0, int((hour - moment).total_seconds()) + 1)
