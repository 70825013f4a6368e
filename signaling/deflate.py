"""Messages over a kilobyte travel deflated: a weak line carries them in a third of the time."""

import zlib

from signaling.messages import MAX_MESSAGE_BYTES, CloseCode

DEFLATE_OVER = 1024
_RAW = -zlib.MAX_WBITS


class Unreadable(Exception):
    """A binary frame that is no deflated message; `code` ends the socket."""

    def __init__(self, code: CloseCode) -> None:
        super().__init__(code.name)
        self.code = code


def deflate(frame: bytes) -> bytes:
    """Compress one message by itself: what was lost before does not matter to it."""
    return zlib.compress(frame, wbits=_RAW)


def inflate(frame: bytes) -> bytes:
    """Return the message; never makes more than one byte over the limit of it."""
    stream = zlib.decompressobj(_RAW)
    try:
        message = stream.decompress(frame, MAX_MESSAGE_BYTES + 1)
    except zlib.error as error:
        raise Unreadable(CloseCode.BINARY) from error
    if len(message) > MAX_MESSAGE_BYTES:
        raise Unreadable(CloseCode.TOO_BIG)
    if not stream.eof or stream.unused_data:
        raise Unreadable(CloseCode.BINARY)
    return message
