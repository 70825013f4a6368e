"""The settings of every program, read once from the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_PORT = 65_535


class BadSetting(Exception):
    """A setting is missing or wrong; the message says which and what to write."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a program needs to know about where it runs."""

    data_dir: Path
    host: str
    port: int
    public_url: str
    signaling_host: str
    signaling_port: int
    signaling_public_url: str
    database_url: str = field(repr=False)
    database_owner_url: str = field(repr=False)
    nats_url: str = field(repr=False)
    secrets_dir: Path
    turn_urls: tuple[str, ...]
    janus_url: str
    janus_api_secret_file: str
    line_checks_at_once: int
    line_check_address: str
    line_check_ports: tuple[int, int] | None
    trusted_proxies: frozenset[str]
    session_idle_minutes: int
    session_absolute_hours: int
    pool_size: int

    @property
    def documents_dir(self) -> Path:
        """The folder of uploaded files."""
        return self.data_dir / "documents"

    @property
    def assets_dir(self) -> Path:
        """The folder that the browser assets were built into."""
        return Path(__file__).parent.parent / "web_client" / "dist"


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; raises BadSetting on the first value that cannot be used."""
    read = _Reader(os.environ if environment is None else environment)
    data_dir = Path(read.text("TRAMXA_DATA_DIR", "var")).resolve()
    host = read.text("HOST", "127.0.0.1")
    port = read.number("PORT", 8080, 1, _MAX_PORT)
    signaling_port = read.number("SIGNALING_PORT", port + 1, 1, _MAX_PORT)
    return Settings(
        data_dir=data_dir,
        host=host,
        port=port,
        public_url=read.url(
            "PUBLIC_URL", f"http://127.0.0.1:{port}", ("http", "https")
        ),
        signaling_host=read.text("SIGNALING_HOST", "127.0.0.1"),
        signaling_port=signaling_port,
        signaling_public_url=read.url(
            "SIGNALING_PUBLIC_URL",
            f"ws://127.0.0.1:{signaling_port}/signaling",
            ("ws", "wss"),
        ),
        database_url=read.text("DATABASE_URL", ""),
        database_owner_url=read.text("DATABASE_OWNER_URL", ""),
        nats_url=read.text("NATS_URL", ""),
        secrets_dir=Path(read.text("SECRETS_DIR", str(data_dir / "secrets"))),
        turn_urls=read.several("TURN_URLS"),
        janus_url=read.url("JANUS_URL", "", ("ws", "wss")),
        # Only the bridge and `tramxa doctor` open it.
        janus_api_secret_file=read.environment.get("JANUS_API_SECRET_FILE", ""),
        line_checks_at_once=read.number("LINE_CHECKS_AT_ONCE", 4, 1, 100),
        line_check_address=read.text("LINE_CHECK_ADDRESS", ""),
        line_check_ports=read.ports("LINE_CHECK_PORTS"),
        trusted_proxies=frozenset(read.several("TRUSTED_PROXIES")),
        session_idle_minutes=read.number("SESSION_IDLE_MINUTES", 30, 5, 240),
        session_absolute_hours=read.number("SESSION_ABSOLUTE_HOURS", 12, 1, 24),
        pool_size=read.number("DATABASE_POOL_SIZE", 10, 2, 200),
    )


def child_environment(settings: Settings) -> dict[str, str]:
    """Return the environment of the programs that `tramxa run` starts."""
    passed_on = (
        "HOME",
        "JANUS_API_SECRET_FILE",
        "JANUS_URL",
        "LANG",
        "LINE_CHECKS_AT_ONCE",
        "LINE_CHECK_ADDRESS",
        "LINE_CHECK_PORTS",
        "PATH",
        "TRUSTED_PROXIES",
        "TURN_SECRET_FILE",
        "TURN_URLS",
    )
    return {name: os.environ[name] for name in passed_on if name in os.environ} | {
        "TRAMXA_DATA_DIR": str(settings.data_dir),
        "SECRETS_DIR": str(settings.secrets_dir),
        "HOST": settings.host,
        "PORT": str(settings.port),
        "PUBLIC_URL": settings.public_url,
        "DATABASE_URL": settings.database_url,
        "NATS_URL": settings.nats_url,
        "SIGNALING_HOST": settings.signaling_host,
        "SIGNALING_PORT": str(settings.signaling_port),
        "SIGNALING_PUBLIC_URL": settings.signaling_public_url,
        "SIGNALING_ORIGINS": settings.public_url,
        "TICKET_PUBLIC_KEY_FILE": str(settings.secrets_dir / "ticket_public_key.pem"),
        "SESSION_IDLE_MINUTES": str(settings.session_idle_minutes),
        "SESSION_ABSOLUTE_HOURS": str(settings.session_absolute_hours),
        "DATABASE_POOL_SIZE": str(settings.pool_size),
    }


@dataclass(frozen=True, slots=True)
class _Reader:
    environment: Mapping[str, str]

    def text(self, name: str, default: str) -> str:
        """Return NAME, or the content of the file that NAME_FILE points at."""
        path = self.environment.get(f"{name}_FILE")
        if path is None:
            return self.environment.get(name, default)
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise BadSetting(
                f"{name}_FILE points at {path}, which cannot be read: {error.strerror}."
            ) from error

    def several(self, name: str) -> tuple[str, ...]:
        """Return the parts of a list that commas separate."""
        return tuple(
            part.strip() for part in self.text(name, "").split(",") if part.strip()
        )

    def number(self, name: str, default: int, least: int, most: int) -> int:
        text = self.text(name, str(default))
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise BadSetting(
                f"{name} is “{text}”; write a whole number from {least} to {most}."
            )
        return int(text)

    def ports(self, name: str) -> tuple[int, int] | None:
        """Return both ends of “first-last”, or None for any port."""
        text = self.text(name, "")
        first, _, last = text.partition("-")
        if not text:
            return None
        if not (first.isdecimal() and last.isdecimal() and int(first) <= int(last)):
            raise BadSetting(f"{name} is “{text}”; write two ports as 42000-42099.")
        return int(first), int(last)

    def url(self, name: str, default: str, schemes: tuple[str, ...]) -> str:
        text = self.text(name, default).rstrip("/")
        if not text and not default:
            return ""
        parts = urlsplit(text)
        if parts.scheme not in schemes or not parts.netloc:
            wanted = " or ".join(f"{scheme}://…" for scheme in schemes)
            raise BadSetting(f"{name} is “{text}”; write an address as {wanted}.")
        return text
