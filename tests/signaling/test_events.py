import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager

import orjson
import pytest
from nats.js.errors import KeyNotFoundError

from signaling.app import LINK
from signaling.nodes import BUCKET, REVOKE_SUBJECT
from signaling.tickets import new_key_pair_pem
from tests.signaling.conftest import ORIGIN, PATIENCE, opaque, until


@asynccontextmanager
async def history(stream, room):
    subscription = await stream.subscribe(
        f"calls.{room}.*", stream="CALLS", ordered_consumer=True
    )

    async def next_event():
        message = await subscription.next_msg(timeout=PATIENCE)
        event = orjson.loads(message.data)
        assert message.subject == f"calls.{room}.{event['kind']}"
        assert message.headers["Nats-Msg-Id"] == event["id"]
        return event

    yield next_event
    await subscription.unsubscribe()


async def test_a_call_leaves_its_history_in_the_stream(node, stream):
    room = opaque()
    async with history(stream, room) as next_event:
        binh, minh = await node.join(room), await node.join(room)
        joined = await next_event()
        assert joined["participant"] == binh.participant
        assert (joined["kind"], joined["role"]) == ("joined", "station")
        assert joined["node"] == node.settings.node
        assert joined["at"].endswith("+00:00")
        assert (await next_event())["participant"] == minh.participant
        await minh.say({"type": "leave"})
        left = await next_event()
        assert (left["kind"], left["reason"]) == ("left", "hung_up")
        await binh.say({"type": "leave"})
        assert (await next_event())["kind"] == "left"
        ended = await next_event()
        assert (ended["kind"], ended["reason"]) == ("ended", "hung_up")


async def test_a_node_is_found_in_the_bucket_until_it_stops(start_node, stream):
    node = await start_node()
    entries = await stream.key_value(BUCKET)
    entry = orjson.loads((await entries.get(node.settings.node)).value)
    assert entry == {"name": node.settings.node, "url": "ws://kham.test/signaling"}
    await node.stop()
    with pytest.raises(KeyNotFoundError):
        await entries.get(node.settings.node)


async def test_stopping_closes_every_socket_with_1012_and_ends_no_call(
    start_node, stream
):
    node = await start_node()
    room = opaque()
    async with history(stream, room) as next_event:
        pages = [await node.join(room) for _ in range(3)]
        unseated = await node.open()
        stopping = asyncio.create_task(node.stop())
        codes = [await page.closed() for page in [*pages, unseated]]
        assert codes == [1012] * 4
        await stopping
        events = [await next_event() for _ in range(6)]
        assert [event["kind"] for event in events] == ["joined"] * 3 + ["left"] * 3
        assert {event["reason"] for event in events[3:]} == {"restart"}
        last = await stream.get_last_msg("CALLS", f"calls.{room}.*")
        assert last.subject.endswith(".left")


async def test_a_revoked_participant_is_put_out_with_4403(node, stream):
    room = opaque()
    binh, minh = await node.join(room), await node.join(room)
    order = orjson.dumps({"participant": minh.participant})
    for data in (b"nonsense", b"[]", b"{}", order):
        await stream._nc.publish(REVOKE_SUBJECT, data)
    assert await minh.closed() == 4403
    left = await binh.next("peer_left")
    assert (left["peer"], left["reason"]) == (minh.participant, "revoked")
    again = await node.open()
    token = minh.welcome["resume"]
    await again.say({"type": "hello", "resume": token, "last_seq": 0})
    assert (await again.next("error"))["code"] == "resume_unknown"
    kept_back = await node.open()
    ticket = node.ticket(room, minh.participant)
    await kept_back.say({"type": "hello", "ticket": ticket, "instance": opaque()})
    assert (await kept_back.next("error"))["code"] == "ticket_revoked"


async def test_events_wait_until_the_stream_is_there_again(node, stream):
    await stream.delete_stream("CALLS")
    room = opaque()
    page = await node.join(room)
    await page.say({"type": "leave"})
    assert await page.closed() == 1000
    assert await node.metric("signaling_events_waiting") > 0
    await until(node.app[LINK]._flushed.is_set)
    async with history(stream, room) as next_event:
        kinds = [(await next_event())["kind"] for _ in range(3)]
    assert kinds == ["joined", "left", "ended"]


async def test_probes_and_metrics_name_nobody(node):
    page = await node.join(opaque())
    async with node.client.get(node.base + "/healthz") as answer:
        assert answer.status == 200
    async with node.client.get(node.base + "/metrics") as answer:
        text = await answer.text()
    assert "signaling_sockets 1.0" in text
    assert page.participant not in text
    assert page.room not in text


@pytest.fixture
def environment(nats_settings, tmp_path):
    (tmp_path / "key.pem").write_bytes(new_key_pair_pem()[1])
    credentials = f"{nats_settings.user}:{nats_settings.password}"
    (tmp_path / "nats").write_text(credentials)
    return os.environ | {
        "SIGNALING_PORT": "0",
        "SIGNALING_PUBLIC_URL": "ws://kham.test/signaling",
        "SIGNALING_ORIGINS": ORIGIN,
        "TICKET_PUBLIC_KEY_FILE": str(tmp_path / "key.pem"),
        "NATS_URL": nats_settings.url,
        "NATS_CREDENTIALS_FILE": str(tmp_path / "nats"),
    }


async def test_the_program_says_that_it_is_ready_and_stops_on_sigterm(environment):
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "signaling"),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
    )
    assert program.stdout is not None
    async with asyncio.timeout(PATIENCE):
        lines = [orjson.loads(await program.stdout.readline()) for _ in range(2)]
        assert {line["event"] for line in lines} == {"ready", "registered"}
        program.send_signal(signal.SIGTERM)
        assert await program.wait() == 0


async def test_the_program_ends_with_a_sentence_on_a_bad_setting(environment):
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "signaling"),
        env=environment | {"SIGNALING_ORIGINS": "*"},
        stderr=asyncio.subprocess.PIPE,
    )
    _, stderr = await asyncio.wait_for(program.communicate(), PATIENCE)
    assert program.returncode == 2
    assert stderr.startswith(b"signaling: SIGNALING_ORIGINS must list origins")
