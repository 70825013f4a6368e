"""As much of TURN (RFC 8656) as it takes to ask a relay for what it must refuse."""

import hashlib
import hmac
import ipaddress
import secrets
import socket
import struct
from typing import Self

from signaling.ice import IceServer

COOKIE = 0x2112A442
ALLOCATE, CREATE_PERMISSION, CHANNEL_BIND = 0x003, 0x008, 0x009
USERNAME, INTEGRITY, ERROR_CODE, CHANNEL_NUMBER = 0x006, 0x008, 0x009, 0x00C
PEER, REALM, NONCE, FAMILY, TRANSPORT = 0x012, 0x014, 0x015, 0x017, 0x019
FAMILIES = {4: b"\x01\0\0\0", 6: b"\x02\0\0\0"}
UDP = b"\x11\0\0\0"
ACCEPTED = 0
PEER_PORT = 3479


class Caller:
    """One socket of somebody who holds, or claims to hold, credentials for the relay."""

    def __init__(self, address: str, port: int, lent: IceServer) -> None:
        self._lent = lent
        self._realm = self._nonce = b""
        self._transaction = secrets.token_bytes(12)
        self._channel = 0x4000
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(5)
        self._socket.connect((address, port))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._socket.close()

    def allocate(self, version: int = 4) -> int:
        """Ask for an address; return 0 or the error's number, as the others do."""
        return self._ask(ALLOCATE, (TRANSPORT, UDP), (FAMILY, FAMILIES[version]))

    def permit(self, peer: str) -> int:
        return self._ask(CREATE_PERMISSION, (PEER, self._hide(peer)))

    def bind(self, peer: str) -> int:
        number = struct.pack("!H2x", self._channel)
        self._channel += 1
        return self._ask(
            CHANNEL_BIND, (CHANNEL_NUMBER, number), (PEER, self._hide(peer))
        )

    def send(self, content: bytes) -> None:
        """Send to the peer that was bound last."""
        head = struct.pack("!HH", self._channel - 1, len(content))
        self._socket.send(head + content)

    def _ask(self, method: int, *attributes: tuple[int, bytes]) -> int:
        # The first answer is a challenge, which brings realm and nonce.
        for _ in range(2):
            # One transaction for both: nothing here is sent twice or late.
            error, self._realm, self._nonce = self._exchange(method, attributes)
            if error not in {401, 438} or not self._nonce:
                break
        return error

    def _exchange(
        self, method: int, attributes: tuple[tuple[int, bytes], ...]
    ) -> tuple[int, bytes, bytes]:
        body = b"".join(_attribute(kind, value) for kind, value in attributes)
        if self._nonce:
            body += _attribute(USERNAME, self._lent.username.encode())
            body += _attribute(REALM, self._realm) + _attribute(NONCE, self._nonce)
            signed = self._header(method, len(body) + 24) + body
            body += _attribute(INTEGRITY, hmac.digest(self._key, signed, "sha1"))
        self._socket.send(self._header(method, len(body)) + body)
        return self._read(self._socket.recv(2048))

    def _read(self, answer: bytes) -> tuple[int, bytes, bytes]:
        assert answer[8:20] == self._transaction
        found, rest = {}, answer[20:]
        while rest:
            kind, length = struct.unpack_from("!HH", rest)
            found[kind] = rest[4 : 4 + length]
            rest = rest[4 + length + -length % 4 :]
        code = found.get(ERROR_CODE)
        error = code[2] * 100 + code[3] if code else ACCEPTED
        return error, found.get(REALM, self._realm), found.get(NONCE, self._nonce)

    @property
    def _key(self) -> bytes:
        name, word = self._lent.username.encode(), self._lent.credential.encode()
        return hashlib.md5(b":".join([name, self._realm, word])).digest()  # noqa: S324

    def _header(self, method: int, length: int) -> bytes:
        return struct.pack("!HHI", method, length, COOKIE) + self._transaction

    def _hide(self, peer: str) -> bytes:
        """Mask an address, so that no helpful router rewrites it."""
        address = ipaddress.ip_address(peer)
        mask = struct.pack("!I", COOKIE) + self._transaction
        hidden = bytes(a ^ b for a, b in zip(address.packed, mask, strict=False))
        family = {4: 1, 6: 2}[address.version]
        return struct.pack("!BBH", 0, family, PEER_PORT ^ (COOKIE >> 16)) + hidden


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)
