"""Two beds for the same line: namespaces with a shaper, or proxies and a relay."""

import os
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from signaling.ice import Relay
from tests.bench.line.certificate import make_tls
from tests.bench.line.model import Condition
from tests.bench.line.namespaces import Namespace, namespace, shaped_line
from tests.bench.line.proxy import ProxiedLine, tcp_proxy, udp_proxy
from tests.bench.line.relay import running_relay
from tests.bench.line.shaper import NEAR

CHROMIUM = "/usr/bin/chromium"
_PORTS = ("pages", "signaling", "plain", "relay")


class RunningLine(Protocol):
    """What can be asked of a line while it carries a call."""

    async def become(self, condition: Condition) -> None: ...
    async def move(self) -> None: ...
    async def report(self) -> dict[str, dict[str, float]]: ...


@dataclass(frozen=True)
class Station:
    """How the station's browser is started so that it is behind the line."""

    line: RunningLine
    program: str
    arguments: tuple[str, ...] = ()
    relay: str | None = None  # the only way for its media, if there is but one


@dataclass(frozen=True)
class Bed:
    """Where the near side listens, and under which name both sides know it."""

    bind: str
    host: str
    ports: dict[str, int]
    folder: Path
    tls: ssl.SSLContext
    relay: Relay | None = None
    far: Namespace | None = None
    arguments: tuple[str, ...] = ()  # of both browsers

    def url(self, program: str, scheme: str = "https") -> str:
        return f"{scheme}://{self.host}:{self.ports[program]}"

    @asynccontextmanager
    async def station(self, condition: Condition, seed: int) -> AsyncIterator[Station]:
        """Lay a new line; the same seed loses the same packets of either kind of call."""
        async with AsyncExitStack() as stack:
            if self.far:
                yield await self._shaped(stack, self.far, condition, seed)
            else:
                yield await self._proxied(stack, condition, seed)

    async def _shaped(
        self, stack: AsyncExitStack, far: Namespace, condition: Condition, seed: int
    ) -> Station:
        here = Namespace(os.getpid())
        line = await stack.enter_async_context(shaped_line(here, far, condition, seed))
        program = self.folder / "chromium-of-the-station"
        program.write_text(f'#!/bin/sh\nexec {" ".join(far.command(CHROMIUM))} "$@"\n')
        program.chmod(0o700)
        return Station(line, str(program))

    async def _proxied(
        self, stack: AsyncExitStack, condition: Condition, seed: int
    ) -> Station:
        line = ProxiedLine(condition, seed)
        rules = []
        for name in ("pages", "signaling", "plain"):
            target = (self.host, self.ports[name])
            port = await stack.enter_async_context(tcp_proxy(line, target))
            rules.append(f"MAP {self.host}:{target[1]} {self.host}:{port}")
        target = (self.host, self.ports["relay"])
        relay = await stack.enter_async_context(udp_proxy(line, target))
        arguments = (f"--host-resolver-rules={','.join(rules)}",)
        return Station(line, CHROMIUM, arguments, f"{self.host}:{relay}")


def _free_ports() -> dict[str, int]:
    probes = [socket.socket() for _ in _PORTS]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return dict(zip(_PORTS, ports, strict=True))


@asynccontextmanager
async def shaped_bed(folder: Path) -> AsyncIterator[Bed]:
    """Use a namespace for the station; this process must already be in one of its own."""
    async with namespace() as far:
        tls = make_tls(folder, NEAR)
        yield Bed("0.0.0.0", NEAR, _free_ports(), folder, tls, far=far)  # noqa: S104


@asynccontextmanager
async def proxied_bed(folder: Path) -> AsyncIterator[Bed]:
    ports = _free_ports()
    async with running_relay(folder, ports["relay"]) as relay:
        tls = make_tls(folder, "127.0.0.1")
        alone = ("--allow-loopback-in-peer-connection",)  # there is no other network
        here = "127.0.0.1"
        yield Bed(here, here, ports, folder, tls, relay=relay, arguments=alone)
