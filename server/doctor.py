"""`tramxa doctor`: looks at this machine and says what to do, one line for each thing."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import asyncpg
import nats

from server.core import clock
from server.embedded.postgres_files import find_programs
from server.embedded.refusals import EngineRefusal
from signaling.media.janus import Janus, JanusError

if TYPE_CHECKING:
    from server.config import Settings

_LEAST_FREE_BYTES = 5 * 1024**3
_MOST_CLOCK_DRIFT = timedelta(seconds=2)
_OLDEST_POSTGRES = 15
_TIMEOUT = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it is well, what was seen, and what to do if not."""

    subject: str
    seen: str
    to_do: str = ""
    healthy: bool = field(default=True, kw_only=True)


async def examine(settings: Settings) -> int:
    """Print every finding; returns 1 when something needs doing, else 0."""
    findings = [
        *_machine(settings),
        *_secrets(settings),
        *await _each(settings, _database, _bus, _signaling, _relay, _media),
    ]
    for one in findings:
        mark = "✓" if one.healthy else "✗"
        sys.stdout.write(f"{mark} {one.subject}: {one.seen}\n")
        if not one.healthy:
            sys.stdout.write(f"    → {one.to_do}\n")
    return 0 if all(one.healthy for one in findings) else 1


def _machine(settings: Settings) -> Iterator[Finding]:
    yield Finding("Python", sys.version.split()[0])
    folder = settings.data_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    yield Finding(
        "Ổ đĩa",
        f"còn trống {free / 1024**3:.1f} GB",
        "Giải phóng chỗ trống: hệ thống cần ít nhất 5 GB.",
        healthy=free > _LEAST_FREE_BYTES,
    )
    built = (settings.assets_dir / "manifest.json").exists()
    yield Finding(
        "Giao diện",
        "đã dựng" if built else "chưa dựng",
        "Chạy: bin/setup",
        healthy=built,
    )


def _secrets(settings: Settings) -> Iterator[Finding]:
    folder = settings.secrets_dir
    if not folder.exists():
        yield Finding("Khóa bí mật", "sẽ được tạo khi chạy lần đầu")
        return
    loose = [
        path.name for path in (folder, *folder.iterdir()) if path.stat().st_mode & 0o077
    ]
    public = {"ticket_public_key.pem"}
    yield Finding(
        "Khóa bí mật",
        "chỉ chủ đọc được" if not loose else f"người khác đọc được: {', '.join(loose)}",
        f"Chạy: chmod -R go-rwx {folder}",
        healthy=not set(loose) - public,
    )


async def _each(
    settings: Settings, *looks: Callable[[Settings], Awaitable[Finding]]
) -> list[Finding]:
    return list(await asyncio.gather(*(look(settings) for look in looks)))


async def _database(settings: Settings) -> Finding:
    if not settings.database_url:
        try:
            programs = find_programs()
        except EngineRefusal as refusal:
            return Finding("PostgreSQL", "không tìm thấy", str(refusal), healthy=False)
        return Finding("PostgreSQL", f"bản đi kèm tại {programs.bin}")
    try:
        async with asyncio.timeout(_TIMEOUT):
            db = await asyncpg.connect(settings.database_url)
            version = db.get_server_version()
            drift = abs(await db.fetchval("select clock_timestamp()") - clock.now())
            await db.close()
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        return Finding(
            "PostgreSQL",
            f"không kết nối được ({type(error).__name__})",
            "Xem lại DATABASE_URL và máy chủ PostgreSQL.",
            healthy=False,
        )
    healthy = version.major >= _OLDEST_POSTGRES and drift < _MOST_CLOCK_DRIFT
    return Finding(
        "PostgreSQL",
        f"{version.major}.{version.minor}, lệch giờ {drift.total_seconds():.1f} giây",
        "Cần PostgreSQL 15 trở lên và đồng bộ giờ hai máy (chrony).",
        healthy=healthy,
    )


async def _bus(settings: Settings) -> Finding:
    if not settings.nats_url:
        return Finding("NATS", "bản đi kèm sẽ chạy cùng `tramxa run`")
    try:
        client = await nats.connect(
            settings.nats_url, allow_reconnect=False, connect_timeout=_TIMEOUT
        )
        await client.jetstream().account_info()
        version = client.connected_server_version
        await client.close()
    except (OSError, TimeoutError, nats.errors.Error) as error:
        return Finding(
            "NATS",
            f"không dùng được ({type(error).__name__})",
            "Xem lại NATS_URL và bật JetStream.",
            healthy=False,
        )
    return Finding("NATS", f"{version.major}.{version.minor} có JetStream")


async def _signaling(settings: Settings) -> Finding:
    host, port = settings.signaling_host, settings.signaling_port
    reached = await _reaches(host, port)
    return Finding(
        "Báo hiệu cuộc gọi",
        f"cổng {port} " + ("đang nghe" if reached else "chưa chạy"),
    )


async def _relay(settings: Settings) -> Finding:
    if not settings.turn_urls:
        return Finding(
            "TURN",
            "chưa cấu hình: cuộc gọi qua mạng di động thường không kết nối được",
            "Cài coturn theo deploy/turnserver.conf rồi đặt TURN_URLS và TURN_SECRET_FILE.",
            healthy=False,
        )
    silent = [url for url in settings.turn_urls if not await _answers(url)]
    return Finding(
        "TURN",
        f"{len(settings.turn_urls)} địa chỉ"
        + (f", không tới được {silent}" if silent else ""),
        "Mở cổng của coturn trên tường lửa (3478, 443 TCP và UDP); với turns: xem cả"
        " chứng chỉ: còn hạn, đúng tên, được trình duyệt tin.",
        healthy=not silent,
    )


async def _media(settings: Settings) -> Finding:
    if not settings.janus_url:
        return Finding("Máy chủ hình tiếng", "không dùng: cuộc gọi ba người nối thẳng")
    seen = await _janus(settings.janus_url, settings.janus_api_secret_file)
    return Finding(
        "Máy chủ hình tiếng",
        seen or "Janus nhận mật khẩu và có phòng hình",
        "Chép deploy/janus vào /etc/janus, khởi động lại Janus; api_secret phải trùng với"
        " JANUS_API_SECRET_FILE. Khi chưa sửa, cuộc gọi ba người vẫn nối thẳng.",
        healthy=not seen,
    )


async def _janus(url: str, secret_file: str) -> str:
    """Do what the bridge does first; returns what is wrong, or nothing."""
    try:
        read = Path(secret_file).read_text
        secret = (await asyncio.to_thread(read, encoding="utf-8")).strip()
    except (OSError, UnicodeDecodeError) as error:
        return f"không đọc được JANUS_API_SECRET_FILE ({type(error).__name__})"
    try:
        async with (
            asyncio.timeout(_TIMEOUT),
            aiohttp.ClientSession() as http,
            Janus.connect(http, url, secret) as janus,
        ):
            await janus.begin()
            await janus.attach("doctor", lambda _: None)
    except JanusError as error:
        return f"từ chối ({error})"
    except (OSError, TimeoutError, aiohttp.ClientError) as error:
        return f"không tới được ({type(error).__name__})"
    return ""


async def _answers(url: str) -> bool:
    """Try TCP, on which coturn listens at every port that it serves, and TLS as browsers do."""
    covered = url.startswith("turns:")
    host, _, rest = url.partition(":")[2].partition("?")[0].rpartition(":")
    port = int(rest) if host else 5349 if covered else 3478
    return await _reaches(host or rest, port, tls=covered)


async def _reaches(host: str, port: int, *, tls: bool = False) -> bool:
    try:
        async with asyncio.timeout(_TIMEOUT):
            _, writer = await asyncio.open_connection(host, port, ssl=tls or None)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
