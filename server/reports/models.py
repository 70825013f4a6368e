"""Running totals, kept by triggers in the transaction of what they count; no patient data."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.core.db import Base, enum_column


class Grain(StrEnum):
    """The period that a total covers."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Dimension(StrEnum):
    """What a total is about."""

    PROVINCE = "province"
    STATION = "station"
    HOSPITAL = "hospital"
    SPECIALTY = "specialty"


class ReportCount(Base):
    """How many requests of one subject reached each point in one period."""

    __tablename__ = "report_counts"
    __table_args__ = (
        # A hospital is counted for its own province wherever the stations are.
        Index("ix_report_counts_subject_grain_starts", "subject", "grain", "starts"),
    )

    province_code: Mapped[str] = mapped_column(String(2), primary_key=True)
    grain: Mapped[Grain] = enum_column(Grain, primary_key=True)
    dimension: Mapped[Dimension] = enum_column(Dimension, primary_key=True)
    starts: Mapped[date] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(
        String(40), primary_key=True, comment="id or code within the dimension"
    )
    requests: Mapped[int] = mapped_column(default=0)
    accepted: Mapped[int] = mapped_column(default=0)
    declined: Mapped[int] = mapped_column(default=0)
    completed: Mapped[int] = mapped_column(
        default=0, comment="with a signed conclusion"
    )
    median_wait: Mapped[int | None] = mapped_column(
        comment="minutes; the lower median of report_waits"
    )


class ReportWait(Base):
    """How many requests waited so long from submission to acceptance.

    Only the triggers read it: each acceptance leaves the median in ReportCount.
    """

    __tablename__ = "report_waits"

    province_code: Mapped[str] = mapped_column(String(2), primary_key=True)
    grain: Mapped[Grain] = enum_column(Grain, primary_key=True)
    dimension: Mapped[Dimension] = enum_column(Dimension, primary_key=True)
    starts: Mapped[date] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(40), primary_key=True)
    minutes: Mapped[int] = mapped_column(
        primary_key=True,
        autoincrement=False,
        comment="exact below 2 h, then by 5 min up to a day, then by hours",
    )
    cases: Mapped[int] = mapped_column(default=0)
