"""What each message does once its sender has a seat: message class → function."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from signaling.hub import Hub
from signaling.messages import (
    Ack,
    CloseCode,
    Hello,
    IceServers,
    Incoming,
    Leave,
    Ping,
    Pong,
    RefreshIce,
    Refused,
    Signal,
)
from signaling.seats import Seat


def handle(hub: Hub, seat: Seat, message: Incoming) -> None:
    """Do what a message asks, and acknowledge when that is due."""
    hub.metrics.messages[message.type].inc()
    hub.confirm(seat)
    try:
        _HANDLERS[type(message)](hub, seat, message)
    finally:
        if seat.inbox.acknowledgement_due:
            seat.tell(Ack(acknowledged(seat)))


def acknowledged(seat: Seat) -> int:
    """Return the number up to which everything has arrived, as now told."""
    seat.inbox.acknowledged = seat.inbox.last
    return seat.inbox.last


def _hello(_hub: Hub, _seat: Seat, _message: Hello) -> None:
    raise Refused("hello_repeated", "The session has begun already.")


def _signal(hub: Hub, seat: Seat, message: Signal) -> None:
    hub.relay(seat, message, time.monotonic())


def _refresh_ice(hub: Hub, seat: Seat, _message: RefreshIce) -> None:
    seat.tell(IceServers(hub.ice_servers(seat)))


def _leave(hub: Hub, seat: Seat, _message: Leave) -> None:
    hub.leave(seat, "hung_up", CloseCode.LEFT)


def _ack(_hub: Hub, seat: Seat, message: Ack) -> None:
    seat.outbox.acknowledge(message.seq)


def _ping(_hub: Hub, seat: Seat, message: Ping) -> None:
    seat.outbox.acknowledge(message.ack)
    seat.tell(Pong(acknowledged(seat)))


def _pong(_hub: Hub, seat: Seat, message: Pong) -> None:
    seat.outbox.acknowledge(message.ack)


# Any: each function takes its own class, and the key says which.
_HANDLERS: Mapping[type[Incoming], Callable[[Hub, Seat, Any], None]] = {
    Hello: _hello,
    Signal: _signal,
    RefreshIce: _refresh_ice,
    Leave: _leave,
    Ack: _ack,
    Ping: _ping,
    Pong: _pong,
}
