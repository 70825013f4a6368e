"""Passwords, secrets at rest, and keys kept in files."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.embedded.private_files import write_once

if TYPE_CHECKING:
    from pathlib import Path

# OWASP's minimum for argon2id: 19 MiB, two passes, one lane (about 50 ms here).
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Two threads bound the memory of a sign-in storm to 38 MiB.
_pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
# An unknown person costs as much time as a wrong password.
_ABSENT = _hasher.hash(secrets.token_urlsafe(16))


async def hash_password(password: str) -> str:
    """Return an argon2id hash; the event loop stays free meanwhile."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_pool, _hasher.hash, password)


async def verify_password(password_hash: str | None, password: str) -> bool:
    """Tell whether the password fits; None stands for a person who does not exist."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_pool, _verify, password_hash, password)


def _verify(password_hash: str | None, password: str) -> bool:
    try:
        _hasher.verify(password_hash or _ABSENT, password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def fingerprint(token: str) -> bytes:
    """Return the SHA-256 under which a bearer secret is stored."""
    return hashlib.sha256(_bytes(token)).digest()


def seal(key: bytes, text: str) -> str:
    """Return a keyed digest of the text, to be compared with `matches`."""
    return hmac.new(key, _bytes(text), hashlib.sha256).hexdigest()


def matches(expected: str, given: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(_bytes(expected), _bytes(given))


def _bytes(text: str) -> bytes:
    """Encode what a header held, whatever bytes it was made of."""
    return text.encode(errors="surrogatepass")


def key_from_file(path: Path) -> bytes:
    """Return the 32-byte key in the file, made on first use and readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_once(path, secrets.token_bytes(32))
    return path.read_bytes()
