"""Who runs an engine, and how that account reaches directories closed to it."""

import os
import pwd
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from server.embedded.refusals import EngineRefusal

_ROOT = 0
_SERVICE_ACCOUNTS = ("tramxa", "postgres", "nobody")
_MOUNT_POINTS = (Path("/mnt"), Path("/media"), Path("/srv"), Path("/opt"))

# Runs in a mount namespace of its own, so the host sees none of these mounts.
_MOUNT_SCRIPT = """
set -e
mount -t tmpfs -o mode=0755,size=64k,nosuid,nodev tmpfs "$1"
shift
while [ "$1" != -- ]; do
  mkdir "$2"
  mount --bind "$1" "$2"
  shift 2
done
shift
exec "$@"
"""


@dataclass(frozen=True, slots=True)
class Account:
    """An existing account of the machine that an engine runs under."""

    name: str
    uid: int
    gid: int

    def may_enter(self, directory: Path) -> bool:
        """Ask the kernel, because mode bits alone do not know about ACLs."""
        probe = subprocess.run(  # noqa: S603 (fixed program, no shell)
            ("/usr/bin/test", "-x", str(directory)),
            check=False,
            user=self.uid,
            group=self.gid,
            extra_groups=(),
        )
        return probe.returncode == 0


@dataclass(frozen=True, slots=True)
class Confinement:
    """The account of an engine and where it sees the directories hidden from it."""

    account: Account | None = None
    mounts: Mapping[Path, Path] = field(default_factory=dict)

    def seen(self, path: Path) -> Path:
        """Translate one of our paths into the engine's view of the file system."""
        for hidden, mounted in self.mounts.items():
            if path.is_relative_to(hidden):
                return mounted / path.relative_to(hidden)
        return path

    def give(self, path: Path) -> Path:
        """Make the account the owner of what root has just made for it."""
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)
        return path

    def wrap(self, argv: Sequence[str], death_signal: signal.Signals) -> list[str]:
        """Build the command line; the kernel sends the signal should we be killed.

        ``setpriv`` comes last because a change of account clears PR_SET_PDEATHSIG.
        """
        command = ["setpriv", "--pdeathsig", death_signal.name.removeprefix("SIG")]
        if self.account:
            command += ["--reuid", str(self.account.uid), "--clear-groups"]
            command += ["--regid", str(self.account.gid), "--no-new-privs"]
        command += ["--", *argv]
        if not self.mounts:
            return command
        pairs = [str(path) for pair in self.mounts.items() for path in pair]
        point = next(iter(self.mounts.values())).parent
        namespace = ["unshare", "--mount", "--propagation", "private"]
        script = ["sh", "-c", _MOUNT_SCRIPT, "sh", str(point), *pairs, "--"]
        return [*namespace, *script, *command]


def service_account(data_dir: Path) -> Account | None:
    """Choose the account for engines when we are root; None keeps our own.

    Whoever owns the data already goes on owning it, so that `sudo` once does no harm.
    """
    if os.geteuid() != _ROOT:
        return None
    if data_dir.exists() and (status := data_dir.stat()).st_uid != _ROOT:
        return Account(f"uid {status.st_uid}", status.st_uid, status.st_gid)
    for name in _SERVICE_ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise EngineRefusal(
        "no_service_account",
        "Không chạy máy chủ dữ liệu bằng root; hãy tạo tài khoản một lần: "
        "adduser --system --group tramxa",
    )


def confine(account: Account | None, directories: Sequence[Path]) -> Confinement:
    """Find a way for the account to reach the directories, or refuse."""
    if account is None:
        return Confinement()
    hidden = [path for path in directories if not account.may_enter(path)]
    if not hidden:
        return Confinement(account)
    point = next(
        point
        for point in _MOUNT_POINTS
        if point.is_dir() and not any(path.is_relative_to(point) for path in hidden)
    )
    mounts = {path: point / str(number) for number, path in enumerate(hidden)}
    confinement = Confinement(account, mounts)
    probe = subprocess.run(  # noqa: S603 (our own arguments, no shell expansion)
        confinement.wrap(("true",), signal.SIGTERM), check=False, capture_output=True
    )
    if probe.returncode != 0:
        raise EngineRefusal(
            "directory_unreachable",
            f"Tài khoản {account.name} không vào được {hidden[0]} và máy này không cho "
            "root gắn thư mục riêng; hãy chạy bằng người dùng thường.",
        )
    return confinement
