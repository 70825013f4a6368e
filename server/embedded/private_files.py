"""Directories, secrets and locks that only the account which made them may open."""

import contextlib
import fcntl
import os
import secrets
import stat
from pathlib import Path

from server.embedded.refusals import EngineRefusal

_SECRET_BYTES = 32


def private_directory(path: Path) -> Path:
    """Make the directory with mode 0700; an existing one loses every other bit.

    Parents that are missing are made the same way, those that exist are left alone.
    """
    if not path.parent.exists():
        private_directory(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)
    if stat.S_IMODE(path.stat().st_mode) != stat.S_IRWXU:
        path.chmod(stat.S_IRWXU)
    return path


def secret(path: Path) -> str:
    """Read the secret, or draw 256 random bits on the first call."""
    if not path.exists():
        write_once(path, secrets.token_urlsafe(_SECRET_BYTES).encode())
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise EngineRefusal(
            "secret_file_too_open",
            f"Người khác đọc được tệp bí mật {path}; hãy đặt lại quyền 600.",
        )
    value = path.read_text(encoding="utf-8").strip()
    if not value:
        raise EngineRefusal(
            "secret_file_empty",
            f"Tệp bí mật {path} rỗng; hãy khôi phục nội dung của nó.",
        )
    return value


def write_private(path: Path, text: str) -> None:
    """Replace the file in one step, mode 0600, so that a crash leaves old or new."""
    _draft(path, text.encode()).replace(path)


def write_once(path: Path, content: bytes) -> None:
    """Write the file whole, mode 0600; of several programs that do so the first wins."""
    draft = _draft(path, content)
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def _draft(path: Path, content: bytes) -> Path:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    return draft


class DirectoryLock:
    """One owner at a time for a data directory; the kernel frees it if it dies."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._path = directory.with_name(f"{directory.name}.lock")
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the lock at once or refuse, naming the process that has it."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 20).decode(errors="replace").strip() or "?"
            os.close(descriptor)
            raise EngineRefusal(
                "data_directory_in_use",
                f"Thư mục {self._directory} đang được một tramxa khác dùng "
                f"(tiến trình {holder}); hãy dừng nó trước khi chạy lại.",
            ) from None
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the directory back; the lock file stays, an unheld one means nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
