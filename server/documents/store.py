"""A folder of files named by their digest: the same bytes are kept once, and never change."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
from pathlib import Path

_PRIVATE = 0o700


def path_of(folder: Path, sha256: str) -> Path:
    """Return where the bytes of this digest lie; two levels keep each folder small."""
    return folder / sha256[:2] / sha256[2:4] / sha256


async def keep(folder: Path, data: bytes) -> str:
    """Write the bytes durably and return their SHA-256; the event loop stays free."""
    return await asyncio.to_thread(_keep, folder, data)


def _keep(folder: Path, data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()
    path = path_of(folder, digest)
    if path.exists():
        return digest
    for part in (folder, path.parent.parent, path.parent):
        # With `parents=True` those above would be open to everybody.
        part.mkdir(mode=_PRIVATE, exist_ok=True)
    # A temporary file is readable by its owner only; it appears under its name when whole.
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise
    _sync_folder(path.parent)
    return digest


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
