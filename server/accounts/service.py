"""What administrators do with accounts, and people with their own password."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from server.access.actor import Actor, Scope
from server.access.permissions import Role
from server.accounts import queries, sessions
from server.accounts.models import Person, PersonDepartment
from server.audit import trail
from server.core import clock, crypto
from server.core.errors import FieldError, Invalid
from server.core.messages import N_
from server.core.vietnamese import fold, name_sort_key, nfc
from server.facilities.models import Department, Facility, FacilityKind

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

ADMINISTRATORS = frozenset({Role.PROVINCIAL_ADMIN, Role.SYSTEM_ADMIN})
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
# Where each role works.
PLACES: dict[Role, frozenset[FacilityKind]] = {
    Role.STATION_DOCTOR: frozenset(
        {FacilityKind.STATION, FacilityKind.SATELLITE_POINT}
    ),
    Role.SPECIALIST: frozenset({FacilityKind.HOSPITAL}),
    Role.COORDINATOR: frozenset(
        {FacilityKind.HOSPITAL, FacilityKind.HEALTH_DEPARTMENT}
    ),
    Role.PROVINCIAL_ADMIN: frozenset({FacilityKind.HEALTH_DEPARTMENT}),
    Role.SYSTEM_ADMIN: frozenset(FacilityKind),
}


@dataclass(frozen=True, slots=True)
class NewAccount:
    """Who shall get an account; already checked for form, not for sense."""

    full_name: str = field(repr=False)
    username: str
    role: Role
    facility_id: UUID
    title: str = ""
    department_ids: tuple[UUID, ...] = ()
    phone: str = field(default="", repr=False)
    licence_number: str = field(default="", repr=False)


async def create(db: AsyncSession, actor: Actor, new: NewAccount) -> tuple[Person, str]:
    """Add a person and return the password to hand over; it must be changed at once."""
    facility = await _facility_for(db, actor, new)
    if await queries.by_username(db, new.username) is not None:
        raise Invalid(
            FieldError(
                "username", "username_taken", N_("Tên đăng nhập này đã có người dùng.")
            )
        )
    password = new_handed_over_password()
    person = await add(db, new, await crypto.hash_password(password))
    await _join_departments(db, person, facility, new.department_ids)
    trail.record(db, "person:create", object_id=person.id, role_given=new.role.value)
    return person, password


async def add(db: AsyncSession, new: NewAccount, password_hash: str) -> Person:
    """Add the row of a person; used where nobody is signed in: first set-up, demo."""
    moment = clock.now()
    name = nfc(new.full_name)
    person = Person(
        username=new.username,
        full_name=name,
        name_fold=fold(name),
        name_sort=name_sort_key(name),
        title=new.title,
        role=new.role,
        facility_id=new.facility_id,
        phone=new.phone,
        licence_number=new.licence_number,
        password_hash=password_hash,
        password_changed_at=moment,
        must_change_password=True,
        created_at=moment,
    )
    db.add(person)
    await db.flush()
    return person


async def disable(db: AsyncSession, actor: Actor, person_id: UUID) -> None:
    """Close an account and end its sessions; nobody can close their own."""
    person = await _manageable(db, actor, person_id)
    if person.id == actor.id:
        raise Invalid(
            FieldError(
                "person",
                "own_account",
                N_("Bạn không thể khóa tài khoản của chính mình."),
            )
        )
    if person.disabled_at is None:
        person.disabled_at = clock.now()
        await sessions.end_all(db, person.id)
        trail.record(db, "person:disable", object_id=person.id)


async def enable(db: AsyncSession, actor: Actor, person_id: UUID) -> None:
    """Open a closed account again; the password stays."""
    person = await _manageable(db, actor, person_id)
    person.disabled_at = None
    trail.record(db, "person:enable", object_id=person.id)


async def reset_password(db: AsyncSession, actor: Actor, person_id: UUID) -> str:
    """Return a new password to hand over; every session of the person ends."""
    person = await _manageable(db, actor, person_id)
    password = new_handed_over_password()
    person.password_hash = await crypto.hash_password(password)
    person.password_changed_at = clock.now()
    person.must_change_password = True
    await sessions.end_all(db, person.id)
    trail.record(db, "person:reset_password", object_id=person.id)
    return password


async def change_password(
    db: AsyncSession, actor: Actor, current: str, new: str
) -> None:
    """Set a password of one's own; every other session and API token of the person ends.

    Raises TooMany: a session that was found open must not serve to guess the password.
    """
    person = (await db.scalars(select(Person).where(Person.id == actor.id))).one()
    try:
        await sessions.check_credentials(db, person.username, current)
    except sessions.WrongCredentials as error:
        raise Invalid(
            FieldError("current", "wrong_password", N_("Mật khẩu hiện tại không đúng."))
        ) from error
    if current == new:
        raise Invalid(
            FieldError(
                "new", "same_password", N_("Mật khẩu mới phải khác mật khẩu hiện tại.")
            )
        )
    person.password_hash = await crypto.hash_password(new)
    person.password_changed_at = clock.now()
    person.must_change_password = False
    await sessions.end_all(db, person.id, but=actor.session_id)
    trail.record(db, "person:change_password", object_id=person.id)


async def choose_language(db: AsyncSession, actor: Actor, locale: str) -> None:
    """Keep the language that a person wants to be met in, on any machine."""
    await db.execute(update(Person).where(Person.id == actor.id).values(locale=locale))
    trail.record(
        db, "person:choose_language", object_id=actor.id, actor=actor, locale=locale
    )


async def _manageable(db: AsyncSession, actor: Actor, person_id: UUID) -> Person:
    person = await queries.get(db, actor, person_id)
    if person.role in ADMINISTRATORS and actor.scope is not Scope.COUNTRY:
        raise Invalid(
            FieldError(
                "person",
                "administrator_account",
                N_("Chỉ quản trị hệ thống mới sửa được tài khoản quản trị."),
            )
        )
    return person


async def _facility_for(db: AsyncSession, actor: Actor, new: NewAccount) -> Facility:
    if new.role in ADMINISTRATORS and actor.scope is not Scope.COUNTRY:
        raise Invalid(
            FieldError(
                "role",
                "role_not_yours",
                N_("Chỉ quản trị hệ thống mới tạo được vai trò này."),
            )
        )
    facility = await db.get(Facility, new.facility_id)
    inside = facility is not None and (
        actor.scope is Scope.COUNTRY or facility.province_code == actor.province_code
    )
    if facility is None or not inside:
        raise Invalid(
            FieldError(
                "facility_id",
                "facility_unknown",
                N_("Hãy chọn một cơ sở trong danh sách."),
            )
        )
    if facility.kind not in PLACES[new.role]:
        raise Invalid(
            FieldError(
                "facility_id",
                "role_not_here",
                N_("Vai trò này không làm việc ở loại cơ sở đã chọn. Hãy chọn lại."),
            )
        )
    return facility


async def _join_departments(
    db: AsyncSession,
    person: Person,
    facility: Facility,
    department_ids: tuple[UUID, ...],
) -> None:
    known = set(
        await db.scalars(
            select(Department.id).where(Department.facility_id == facility.id)
        )
    )
    if not known.issuperset(department_ids) or (
        person.role is Role.SPECIALIST and not department_ids
    ):
        raise Invalid(
            FieldError(
                "department_ids",
                "department_needed",
                N_("Hãy chọn ít nhất một khoa của bệnh viện này."),
            )
        )
    db.add_all(
        PersonDepartment(person_id=person.id, department_id=one)
        for one in dict.fromkeys(department_ids)
    )


def new_handed_over_password() -> str:
    """Return four groups of four, easy to read out over a telephone."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
    return "-".join(groups)
