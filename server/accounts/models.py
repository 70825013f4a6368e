"""People with an account, their sessions, and their failed attempts."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Identity, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.access.permissions import Role
from server.core.db import Base, HasId, enum_column
from server.facilities.models import Department, Facility


class Person(HasId, Base):
    """Someone who works with the platform: one account, one person, one role."""

    __tablename__ = "people"
    __table_args__ = (Index("ix_people_facility_id_role", "facility_id", "role"),)

    username: Mapped[str] = mapped_column(String(64), unique=True)
    full_name: Mapped[str] = mapped_column(String(120))
    name_fold: Mapped[str] = mapped_column(String(120))
    name_sort: Mapped[str] = mapped_column(String(400))
    title: Mapped[str] = mapped_column(String(40), default="")
    role: Mapped[Role] = enum_column(Role)
    facility_id: Mapped[UUID] = mapped_column(ForeignKey(Facility.id))
    phone: Mapped[str] = mapped_column(String(20), default="")
    licence_number: Mapped[str] = mapped_column(
        String(40), default="", comment="practice licence (GPHN/CCHN)"
    )
    password_hash: Mapped[str] = mapped_column(String(160))
    password_changed_at: Mapped[datetime]
    must_change_password: Mapped[bool]
    locale: Mapped[str | None] = mapped_column(
        String(5), comment="empty: none was ever chosen"
    )
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]

    facility: Mapped[Facility] = relationship(lazy="raise")

    @property
    def display_name(self) -> str:
        """The name with its professional title, as colleagues write it."""
        return f"{self.title} {self.full_name}".strip()


class PersonDepartment(Base):
    """A department that a hospital person belongs to."""

    __tablename__ = "person_departments"

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id), primary_key=True)
    department_id: Mapped[UUID] = mapped_column(
        ForeignKey(Department.id), primary_key=True, index=True
    )


class SignInSession(HasId, Base):
    """A browser that is signed in; its secret is stored as a digest."""

    __tablename__ = "sign_in_sessions"
    __table_args__ = (
        Index(
            "ix_sign_in_sessions_open_person_id",
            "person_id",
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    started_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(String(64))
    user_agent: Mapped[str] = mapped_column(String(200))


class SignInFailure(Base):
    """A failed attempt, counted for the name and for the address."""

    __tablename__ = "sign_in_failures"
    __table_args__ = (
        Index("ix_sign_in_failures_username_at", "username", "at"),
        Index("ix_sign_in_failures_address_at", "address", "at"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    username: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class RefreshToken(HasId, Base):
    """A single-use token of an API client; using one twice ends its whole family."""

    __tablename__ = "refresh_tokens"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    family_id: Mapped[UUID] = mapped_column(index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id), index=True)
    signed_in_at: Mapped[datetime] = mapped_column(comment="when the family began")
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
