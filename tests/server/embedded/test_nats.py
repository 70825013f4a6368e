import asyncio
import os
import signal
from pathlib import Path

import nats
import nats.errors
import pytest

from server.embedded.refusals import EngineRefusal


@pytest.fixture
async def bus(machine):
    engine = machine.nats()
    async with engine as address:
        yield engine, address


async def test_a_stored_message_survives_kill_9_of_the_server(bus, tools):
    engine, address = bus
    client = await nats.connect(address.url, max_reconnect_attempts=-1)
    stream = client.jetstream(timeout=30)
    await stream.add_stream(name="calls", subjects=["calls.>"])
    await stream.publish("calls.ended", b"once")
    killed = engine.pid
    os.kill(killed, signal.SIGKILL)
    await tools.gone(killed)
    await client.close()
    again = await _connect_patiently(address.url)
    message = await again.jetstream().get_msg("calls", seq=1)
    await again.close()
    assert message.data == b"once"


async def test_the_port_of_last_time_is_used_again(machine):
    async with machine.nats() as first:
        pass
    async with machine.nats() as second:
        assert second.url == first.url


async def test_a_port_that_was_taken_meanwhile_is_replaced(machine):
    async with machine.nats() as first:
        pass
    stranger = await asyncio.start_server(lambda *_: None, "127.0.0.1", first.port)
    async with stranger, machine.nats() as second:
        assert second.port != first.port


async def test_a_wrong_password_is_refused(bus):
    _, address = bus
    client = nats.NATS()
    url = address.url.replace(address.password, "wrong")
    try:
        with pytest.raises(nats.errors.Error, match=r"(?i)authorization"):
            await client.connect(url, allow_reconnect=False)
    finally:
        await client.close()


async def test_only_loopback_listens_and_only_the_owner_reads(machine, bus):
    engine, address = bus
    # NATS makes its block files readable; the 0700 directory above closes them.
    secret_files = (machine.var / "secrets").iterdir()
    config = machine.var / "nats" / "nats-server.conf"
    for path in (machine.var, machine.var / "nats", config, *secret_files):
        assert path.stat().st_mode & 0o077 == 0, path
    listening = _listening(engine.pid)
    assert f"0100007F:{address.port:04X}" in listening
    assert f"00000000:{address.port:04X}" not in listening


@pytest.mark.usefixtures("bus")
async def test_a_second_instance_on_the_same_store_is_refused(machine):
    with pytest.raises(EngineRefusal) as refused:
        await machine.nats().start()
    assert refused.value.code == "data_directory_in_use"


def _listening(pid: int) -> list[str]:
    assert Path(f"/proc/{pid}").stat().st_uid != 0
    table = Path(f"/proc/{pid}/net/tcp").read_text(encoding="ascii")
    rows = [row.split() for row in table.splitlines()]
    return [row[1] for row in rows if row[3] == "0A"]


async def _connect_patiently(url: str):
    async with asyncio.timeout(30):
        while True:
            client = nats.NATS()
            try:
                await client.connect(url, allow_reconnect=False)
            except (OSError, nats.errors.Error):
                await client.close()
                await asyncio.sleep(0.05)
            else:
                return client
