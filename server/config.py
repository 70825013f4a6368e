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
    turn_secret: str = field(repr=False)
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
        public_url=read.url("PUBLIC_URL", f"http://127.0.0.1:{port}", ("http", "https")),
        signaling_host=read.text("SIGNALING_HOST", "127.0.0.1"),
        signaling_port=signaling_port,
        signaling_public_url=read.url(
            "SIGNALING_PUBLIC_URL", f"ws://127.0.0.1:{signaling_port}", ("ws", "wss")
        ),
        database_url=read.text("DATABASE_URL", ""),
        database_owner_url=read.text("DATABASE_OWNER_URL", ""),
        nats_url=read.text("NATS_URL", ""),
        secrets_dir=Path(read.text("SECRETS_DIR", str(data_dir / "secrets"))),
        turn_urls=tuple(read.text("TURN_URLS", "").split()),
        turn_secret=read.text("TURN_SECRET", ""),
        trusted_proxies=frozenset(read.text("TRUSTED_PROXIES", "").split()),
        session_idle_minutes=read.number("SESSION_IDLE_MINUTES", 30, 5, 240),
        session_absolute_hours=read.number("SESSION_ABSOLUTE_HOURS", 12, 1, 24),
        pool_size=read.number("DATABASE_POOL_SIZE", 10, 2, 200),
    )


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

    def number(self, name: str, default: int, least: int, most: int) -> int:
        text = self.text(name, str(default))
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise BadSetting(
                f"{name} is “{text}”; write a whole number from {least} to {most}."
            )
        return int(text)

    def url(self, name: str, default: str, schemes: tuple[str, ...]) -> str:
        text = self.text(name, default).rstrip("/")
        parts = urlsplit(text)
        if parts.scheme not in schemes or not parts.netloc:
            wanted = " or ".join(f"{scheme}://…" for scheme in schemes)
            raise BadSetting(f"{name} is “{text}”; write an address as {wanted}.")
        return text
