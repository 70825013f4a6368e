"""The signed pass that admits one browser to one room, once, within a minute."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

LIFE = timedelta(seconds=60)
CLOCK_SKEW = timedelta(seconds=5)
TYPE = "tramxa-call+jwt"
ISSUER = "tramxa-server"
AUDIENCE = "tramxa-signaling"
REQUIRED = ["iss", "aud", "sub", "room", "role", "node", "iat", "exp", "jti"]

# Ids also become NATS subject tokens, where a dot or a star would mean something.
OPAQUE_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")
NODE_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Role(StrEnum):
    """In which capacity somebody sits in a room; it grants nothing."""

    STATION = "station"
    SPECIALIST = "specialist"
    COORDINATOR = "coordinator"
    INTERPRETER = "interpreter"
    GUEST = "guest"
    # Not a person: one of the two seats of the bridge to the media server.
    MEDIA = "media"


@dataclass(frozen=True, slots=True)
class Ticket:
    """Who may enter which room on which node, in ids that mean nothing elsewhere."""

    room: str
    participant: str
    role: Role
    node: str

    def __post_init__(self) -> None:
        if not (
            OPAQUE_ID.fullmatch(self.room) and OPAQUE_ID.fullmatch(self.participant)
        ):
            raise ValueError(
                "Room and participant ids need 16 to 64 of A-Z a-z 0-9 _ -"
            )
        if not NODE_NAME.fullmatch(self.node):
            raise ValueError("A node name needs 1 to 64 of A-Z a-z 0-9 _ -")


@dataclass(frozen=True, slots=True)
class Verified:
    """A ticket that proved genuine, with what single use needs to know."""

    ticket: Ticket
    jti: str
    issued_at: datetime
    expires_at: datetime


class TicketRefused(Exception):
    """The pass does not admit its bearer; `code` says why."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def issue(key: Ed25519PrivateKey, claims: Ticket, now: datetime) -> str:
    """Sign a ticket that is good for one entry within `LIFE`."""
    issued = now.timestamp()
    payload: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": claims.participant,
        "room": claims.room,
        "role": claims.role.value,
        "node": claims.node,
        # Fractions matter: a node refuses tickets older than its own start.
        "iat": issued,
        "exp": issued + LIFE.total_seconds(),
        "jti": secrets.token_urlsafe(18),
    }
    return jwt.encode(payload, key, algorithm="EdDSA", headers={"typ": TYPE})


def verify(token: str, key: Ed25519PublicKey, now: datetime) -> Verified:
    """Check signature, type, addressee and time; single use is the node's memory."""
    try:
        decoded = jwt.decode_complete(
            token,
            key,
            algorithms=["EdDSA"],
            audience=AUDIENCE,
            issuer=ISSUER,
            # Time is judged below, against the clock that the caller gives.
            options={"require": REQUIRED, "verify_exp": False, "verify_iat": False},
        )
        verified = _read(decoded["payload"], now)
    except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError) as error:
        raise TicketRefused("ticket_invalid", "The ticket is not genuine.") from error
    if decoded["header"].get("typ") != TYPE:
        raise TicketRefused("ticket_invalid", "The ticket is of another type.")
    if verified.issued_at > now + CLOCK_SKEW:
        raise TicketRefused("ticket_invalid", "The ticket comes from the future.")
    if verified.expires_at - verified.issued_at > LIFE + timedelta(milliseconds=1):
        raise TicketRefused("ticket_invalid", "The ticket lives too long.")
    if verified.expires_at <= now:
        raise TicketRefused("ticket_expired", "The ticket has expired.")
    return verified


def _read(payload: dict[str, Any], now: datetime) -> Verified:
    return Verified(
        Ticket(
            room=payload["room"],
            participant=payload["sub"],
            role=Role(payload["role"]),
            node=payload["node"],
        ),
        jti=payload["jti"],
        issued_at=datetime.fromtimestamp(payload["iat"], now.tzinfo),
        expires_at=datetime.fromtimestamp(payload["exp"], now.tzinfo),
    )


def new_key_pair_pem() -> tuple[bytes, bytes]:
    """Make a private key for the server's file and a public one for the nodes'."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private, public


def load_private_key(path: Path) -> Ed25519PrivateKey:
    """Read the issuing key; any other kind of key is a configuration error."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ValueError(f"{path} holds no readable private key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} holds a private key, but not an Ed25519 one")  # noqa: TRY004
    return key


def load_public_key(path: Path) -> Ed25519PublicKey:
    """Read the checking key; any other kind of key is a configuration error."""
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError(f"{path} holds no readable public key") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError(f"{path} holds a public key, but not an Ed25519 one")  # noqa: TRY004
    return key
