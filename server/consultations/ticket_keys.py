"""The key pair of call tickets: the private half stays with the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.embedded.private_files import write_once
from signaling.tickets import load_private_key, new_key_pair_pem

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PRIVATE = "ticket_private_key.pem"
PUBLIC = "ticket_public_key.pem"


def ensure_ticket_keys(secrets_dir: Path) -> Ed25519PrivateKey:
    """Return the private key; both halves are made on first use."""
    path = secrets_dir / PRIVATE
    if not path.exists():
        secrets_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        private, public = new_key_pair_pem()
        write_once(secrets_dir / PUBLIC, public)
        write_once(path, private)
    return load_private_key(path)
