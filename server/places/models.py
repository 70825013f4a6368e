"""Provinces and communes by the codes of Decision 19/2025/QĐ-TTg."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from server.core.db import Base, enum_column


class ProvinceKind(StrEnum):
    """What a province is called in its own name."""

    CITY = "thành phố"
    PROVINCE = "tỉnh"


class CommuneKind(StrEnum):
    """What a commune is called in its own name."""

    RURAL = "xã"
    WARD = "phường"
    SPECIAL_ZONE = "đặc khu"


class Province(Base):
    """One of the 34 provinces and centrally-run cities."""

    __tablename__ = "provinces"

    code: Mapped[str] = mapped_column(String(2), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[ProvinceKind] = enum_column(ProvinceKind)

    @property
    def full_name(self) -> str:
        """The name with what it is, as an address writes it."""
        return f"{self.kind.value.capitalize()} {self.name}"


class Commune(Base):
    """One of the 3,321 communes, wards and special zones."""

    __tablename__ = "communes"

    code: Mapped[str] = mapped_column(String(5), primary_key=True)
    province_code: Mapped[str] = mapped_column(ForeignKey(Province.code), index=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[CommuneKind] = enum_column(CommuneKind)
    name_fold: Mapped[str] = mapped_column(String(80))

    @property
    def full_name(self) -> str:
        """The name with what it is, as an address writes it."""
        return f"{self.kind.value.capitalize()} {self.name}"
