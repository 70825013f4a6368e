"""Identifiers that sort by the time they were made."""

from __future__ import annotations

import secrets
import time
from uuid import UUID

_VARIANT_RFC = 0b10
_VERSION = 7


def new_id() -> UUID:
    """Return a UUIDv7 (RFC 9562 section 5.7): 48 bits of milliseconds, 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random_a = secrets.randbits(12)
    random_b = secrets.randbits(62)
    value = milliseconds << 80 | _VERSION << 76 | random_a << 64
    return UUID(int=value | _VARIANT_RFC << 62 | random_b)


def new_token() -> str:
    """Return 256 random bits for use as a bearer secret, safe in a URL or a cookie."""
    return secrets.token_urlsafe(32)
