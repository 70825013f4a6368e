"""What each end of a call measured, and one line about the call when it is over."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    REAL,
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from server.consultations.models import CallAttempt
from server.core.db import Base, enum_column
from server.facilities.models import Facility
from server.quality.levels import Reason, Rung


class CallSample(Base):
    """What one end heard and saw in a few seconds; empty where its browser could not tell."""

    __tablename__ = "call_samples"
    __table_args__ = (
        ForeignKeyConstraint(
            ["attempt_id", "person_id"],
            ["call_participants.attempt_id", "call_participants.person_id"],
        ),
        # Rows come in the order of time, so a summary of blocks finds the old ones.
        Index("ix_call_samples_at", "at", postgresql_using="brin"),
    )

    attempt_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(
        BigInteger,
        primary_key=True,
        autoincrement=False,
        comment="second by the clock of the browser: its name, not its time",
    )
    at: Mapped[datetime] = mapped_column(comment="when it ended, by our clock")
    seconds: Mapped[float] = mapped_column(REAL, comment="that it covers")
    rtt: Mapped[int | None] = mapped_column(SmallInteger, comment="ms")
    jitter: Mapped[int | None] = mapped_column(SmallInteger, comment="ms")
    loss: Mapped[float | None] = mapped_column(REAL, comment="share of sound packets")
    concealed: Mapped[float | None] = mapped_column(
        REAL, comment="share of speech that was made up"
    )
    frames: Mapped[int | None] = mapped_column(SmallInteger, comment="a second")
    height: Mapped[int | None] = mapped_column(SmallInteger)
    frozen: Mapped[float | None] = mapped_column(REAL, comment="seconds")
    received: Mapped[int] = mapped_column(comment="kbit/s; 0 only when nothing came")
    sent: Mapped[int] = mapped_column(comment="kbit/s")
    estimate: Mapped[int | None] = mapped_column(comment="kbit/s that could be sent")
    relayed: Mapped[bool | None]
    rung: Mapped[Rung | None] = enum_column(Rung, nullable=True)
    reason: Mapped[Reason | None] = enum_column(Reason, nullable=True)
    mos: Mapped[float | None] = mapped_column(REAL, comment="ITU-T G.107")


class CallSummary(Base):
    """One line about a call that was talked: numbers for a report, and nobody's name."""

    __tablename__ = "call_summaries"
    __table_args__ = (
        Index("ix_call_summaries_province_code_ended_at", "province_code", "ended_at"),
        Index(
            "ix_call_summaries_silent", "ended_at", postgresql_where=text("silent > 0")
        ),
    )

    attempt_id: Mapped[UUID] = mapped_column(
        ForeignKey(CallAttempt.id), primary_key=True
    )
    province_code: Mapped[str] = mapped_column(String(2), comment="of the station")
    station_id: Mapped[UUID] = mapped_column(ForeignKey(Facility.id))
    ended_at: Mapped[datetime]
    seconds: Mapped[int]
    mos: Mapped[float | None] = mapped_column(REAL, comment="median of the worse end")
    concealed: Mapped[float | None] = mapped_column(
        REAL, comment="share of speech made up at the worse end"
    )
    relayed: Mapped[bool | None]
    without_picture: Mapped[int] = mapped_column(
        comment="seconds in which the line carried no picture, at the worse end"
    )
    silent: Mapped[int] = mapped_column(
        SmallInteger, comment="ends of a call over 20 s that left no sample"
    )
