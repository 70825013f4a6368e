"""Settings from the environment, read once; a bad value stops the program."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from signaling.ice import Relay
from signaling.tickets import NODE_NAME, load_public_key

SOCKET_PATH = "/signaling"
_TURN_URL = re.compile(r"turns?:[^\s?]+(\?transport=(udp|tcp))?")


class BadSetting(Exception):
    """A setting that cannot be used, named in a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long the node waits for what, in seconds, and how much it takes."""

    hello: float = 10.0
    ping: float = 10.0
    dead: float = 25.0
    write: float = 5.0
    keep_place: float = 90.0
    sweep: float = 1.0
    messages_a_second: float = 30.0
    burst: float = 60.0


@dataclass(frozen=True, slots=True)
class Nats:
    """Where the durable call events go."""

    url: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a node is told from outside."""

    host: str
    port: int
    public_url: str
    node: str
    origins: frozenset[str]
    ticket_key: Ed25519PublicKey
    nats: Nats
    relay: Relay | None = field(default=None, repr=False)
    limits: Limits = Limits()


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read every setting, or say which one is wrong."""
    host = environment.get("SIGNALING_HOST", "127.0.0.1")
    port = _port(environment.get("SIGNALING_PORT", "8081"))
    own_url = f"ws://{host}:{port}{SOCKET_PATH}"
    return Settings(
        host=host,
        port=port,
        public_url=_public_url(environment.get("SIGNALING_PUBLIC_URL", own_url)),
        node=_node(environment.get("SIGNALING_NODE", "node-1")),
        origins=origins_from(environment),
        ticket_key=_ticket_key(_required(environment, "TICKET_PUBLIC_KEY_FILE")),
        nats=nats_from(environment),
        relay=_relay(environment),
    )


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "").strip()
    if not value:
        raise BadSetting(f"{name} is not set.")
    return value


def _port(value: str) -> int:
    if not value.isdecimal() or not 0 <= int(value) <= 65535:  # noqa: PLR2004
        raise BadSetting(f"SIGNALING_PORT must be 0 to 65535, not {value!r}.")
    return int(value)


def _public_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"ws", "wss"} or not parts.hostname:
        raise BadSetting(
            f"SIGNALING_PUBLIC_URL must begin with ws:// or wss://, not {value!r}."
        )
    if parts.port == 0:
        raise BadSetting("SIGNALING_PORT 0 needs a SIGNALING_PUBLIC_URL.")
    return value


def _node(value: str) -> str:
    if not NODE_NAME.fullmatch(value):
        raise BadSetting(
            f"SIGNALING_NODE needs 1 to 64 of A-Z a-z 0-9 _ -, not {value!r}."
        )
    return value


def origins_from(environment: Mapping[str, str]) -> frozenset[str]:
    """Read from which origins pages may come."""
    value = _required(environment, "SIGNALING_ORIGINS")
    origins = frozenset(origin.strip() for origin in value.split(",") if origin.strip())
    for origin in origins:
        parts = urlsplit(origin)
        if origin != f"{parts.scheme}://{parts.netloc}" or parts.scheme not in {
            "http",
            "https",
        }:
            raise BadSetting(
                "SIGNALING_ORIGINS must list origins such as "
                f"https://kham.example.vn, without a path, not {origin!r}."
            )
    return origins


def _ticket_key(value: str) -> Ed25519PublicKey:
    try:
        return load_public_key(Path(value))
    except (OSError, ValueError) as error:
        raise BadSetting(f"TICKET_PUBLIC_KEY_FILE: {error}.") from error


def secret_from(name: str, path: str) -> str:
    """Read what a file holds; `name` is the setting that names it."""
    try:
        secret = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"{name}: {error}.") from error
    if not secret:
        raise BadSetting(f"{name}: {path} is empty.")
    return secret


def nats_from(environment: Mapping[str, str]) -> Nats:
    """Read where NATS is."""
    file = environment.get("NATS_URL_FILE")
    url = (
        secret_from("NATS_URL_FILE", file)
        if file
        else _required(environment, "NATS_URL")
    )
    if urlsplit(url).scheme not in {"nats", "tls"}:
        raise BadSetting(
            f"NATS_URL must begin with nats:// or tls://, not {urlsplit(url).scheme!r}."
        )
    path = environment.get("NATS_CREDENTIALS_FILE")
    if not path:
        return Nats(url)
    user, colon, password = secret_from("NATS_CREDENTIALS_FILE", path).partition(":")
    if not (user and colon and password):
        raise BadSetting("NATS_CREDENTIALS_FILE must hold user:password.")
    return Nats(url, user, password)


def _relay(environment: Mapping[str, str]) -> Relay | None:
    urls = tuple(
        url.strip()
        for url in environment.get("TURN_URLS", "").split(",")
        if url.strip()
    )
    path = environment.get("TURN_SECRET_FILE")
    if not urls and not path:
        return None
    if not (urls and path):
        raise BadSetting("TURN_URLS and TURN_SECRET_FILE go together; one is missing.")
    for url in urls:
        if not _TURN_URL.fullmatch(url):
            raise BadSetting(f"TURN_URLS must list turn: or turns: URLs, not {url!r}.")
    return Relay(urls, secret_from("TURN_SECRET_FILE", path))
