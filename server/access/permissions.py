"""Every permission there is, and the one table that says which role carries it."""

from __future__ import annotations

from enum import StrEnum

from server.core.messages import N_


class Permission(StrEnum):
    """A right named `resource:action`; kept in alphabetical order."""

    ACCOUNTS_MANAGE = "accounts:manage"
    APPOINTMENTS_BOOK = "appointments:book"
    APPOINTMENTS_READ = "appointments:read"
    AUDIT_READ = "audit:read"
    AVAILABILITY_MANAGE = "availability:manage"
    CALLS_FOLLOW = "calls:follow"
    CALLS_TAKE = "calls:take"
    CONSENTS_RECORD = "consents:record"
    CONSULTATIONS_READ = "consultations:read"
    DOCUMENTS_ADD = "documents:add"
    DOCUMENTS_READ = "documents:read"
    FACILITIES_MANAGE = "facilities:manage"
    LINES_SCHEDULE = "lines:schedule"
    PATIENTS_READ = "patients:read"
    PATIENTS_REGISTER = "patients:register"
    RECORDS_ACCEPT = "records:accept"
    RECORDS_READ = "records:read"
    RECORDS_SIGN = "records:sign"
    REFERRALS_ANSWER = "referrals:answer"
    REFERRALS_READ = "referrals:read"
    REFERRALS_REQUEST = "referrals:request"
    REFERRALS_TRIAGE = "referrals:triage"
    REPORTS_READ = "reports:read"


class Access(StrEnum):
    """What a route may ask instead of a permission."""

    ANYONE = "anyone"
    SIGNED_IN = "signed_in"


class Role(StrEnum):
    """The one job for which a person has an account."""

    STATION_DOCTOR = "station_doctor"
    SPECIALIST = "specialist"
    COORDINATOR = "coordinator"
    PROVINCIAL_ADMIN = "provincial_admin"
    SYSTEM_ADMIN = "system_admin"

    @property
    def label(self) -> str:
        """The name of the role, a msgid."""
        return _LABELS[self]


_LABELS = {
    Role.STATION_DOCTOR: N_("Bác sĩ trạm y tế"),
    Role.SPECIALIST: N_("Bác sĩ chuyên khoa"),
    Role.COORDINATOR: N_("Điều phối viên"),
    Role.PROVINCIAL_ADMIN: N_("Quản trị Sở Y tế"),
    Role.SYSTEM_ADMIN: N_("Quản trị hệ thống"),
}

_CASE_READING = frozenset(
    {
        Permission.CONSULTATIONS_READ,
        Permission.DOCUMENTS_READ,
        Permission.PATIENTS_READ,
        Permission.RECORDS_READ,
        Permission.REFERRALS_READ,
    }
)

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.STATION_DOCTOR: _CASE_READING
    | {
        Permission.APPOINTMENTS_BOOK,
        Permission.APPOINTMENTS_READ,
        Permission.CALLS_FOLLOW,
        Permission.CALLS_TAKE,
        Permission.CONSENTS_RECORD,
        Permission.DOCUMENTS_ADD,
        Permission.LINES_SCHEDULE,
        Permission.PATIENTS_REGISTER,
        Permission.RECORDS_ACCEPT,
        Permission.REFERRALS_REQUEST,
    },
    Role.SPECIALIST: _CASE_READING
    | {
        Permission.APPOINTMENTS_READ,
        Permission.AVAILABILITY_MANAGE,
        Permission.CALLS_FOLLOW,
        Permission.CALLS_TAKE,
        Permission.DOCUMENTS_ADD,
        Permission.RECORDS_SIGN,
        Permission.REFERRALS_ANSWER,
    },
    Role.COORDINATOR: frozenset(
        {
            Permission.APPOINTMENTS_BOOK,
            Permission.APPOINTMENTS_READ,
            Permission.CALLS_FOLLOW,
            Permission.REFERRALS_READ,
            Permission.REFERRALS_TRIAGE,
        }
    ),
    Role.PROVINCIAL_ADMIN: frozenset(
        {
            Permission.ACCOUNTS_MANAGE,
            Permission.FACILITIES_MANAGE,
            Permission.REPORTS_READ,
        }
    ),
    Role.SYSTEM_ADMIN: frozenset(
        {
            Permission.ACCOUNTS_MANAGE,
            Permission.AUDIT_READ,
            Permission.FACILITIES_MANAGE,
        }
    ),
}
