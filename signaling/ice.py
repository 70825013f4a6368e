"""Time-limited TURN credentials in the scheme that coturn calls use-auth-secret."""

import base64
import hashlib
import hmac
from dataclasses import dataclass

CREDENTIAL_SECONDS = 15 * 60


@dataclass(frozen=True, slots=True)
class Relay:
    """The TURN servers of one deployment and the secret shared with them."""

    urls: tuple[str, ...]
    secret: str


@dataclass(frozen=True, slots=True)
class IceServer:
    """One entry of RTCConfiguration.iceServers, in the browser's spelling."""

    urls: tuple[str, ...]
    username: str
    credential: str


def servers_for(
    relay: Relay | None, participant: str, now: float
) -> tuple[IceServer, ...]:
    """Lend the relay to one participant for a quarter of an hour."""
    if relay is None:
        return ()
    username = f"{int(now) + CREDENTIAL_SECONDS}:{participant}"
    # SHA-1 is what the TURN REST scheme prescribes; as an HMAC it is still sound.
    digest = hmac.new(relay.secret.encode(), username.encode(), hashlib.sha1).digest()
    return (IceServer(relay.urls, username, base64.b64encode(digest).decode()),)
