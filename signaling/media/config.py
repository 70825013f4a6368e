"""Settings of the bridge from the environment; without a media server there is no bridge."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from signaling.config import BadSetting, Nats, nats_from, origins_from, secret_from


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the bridge is told from outside."""

    url: str
    secret: str = field(repr=False)
    origin: str
    nats: Nats


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read every setting, or say which one is wrong."""
    url = environment.get("JANUS_URL", "").strip()
    if urlsplit(url).scheme not in {"ws", "wss"}:
        raise BadSetting(f"JANUS_URL must begin with ws:// or wss://, not {url!r}.")
    path = environment.get("JANUS_API_SECRET_FILE")
    if not path:
        raise BadSetting("JANUS_API_SECRET_FILE is not set.")
    return Settings(
        url=url,
        secret=secret_from("JANUS_API_SECRET_FILE", path),
        origin=min(origins_from(environment)),
        nats=nats_from(environment),
    )
