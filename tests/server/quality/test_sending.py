"""A browser sends what it measured: of its own call, while it runs, each sample once."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from server.core import clock
from server.quality.models import CallSample
from tests.server.quality.arrange import BAD, CUT, GOOD, call_of, ended, samples


async def kept(stage, call) -> list[CallSample]:
    async with stage.as_platform() as db:
        rows = await db.scalars(
            select(CallSample)
            .where(CallSample.attempt_id == call.id)
            .order_by(CallSample.at)
        )
        return list(rows)


async def test_both_ends_leave_their_samples_with_the_call(visitors, stage):
    call = await call_of(visitors, stage, ago=30)
    binh, minh = await visitors("binh"), await visitors("minh")
    sent = await binh.api("POST", call.path, samples([0, 5, 10], {5: BAD}))
    assert sent.status == 204, binh.text
    assert (await minh.api("POST", call.path, samples([2, 7]))).status == 204

    found = await (await minh.api("GET", call.path)).json()
    people = [one["person_id"] for one in found["samples"]]
    mine = str((await stage.actor("binh")).id)
    assert len(people) == 5
    assert people.count(mine) == 3
    scores = [one["mos"] for one in found["samples"] if one["person_id"] == mine]
    assert scores[0] > 4.2
    assert scores[1] < 2.6


async def test_a_wrong_clock_in_the_browser_does_not_move_a_sample(visitors, stage):
    call = await call_of(visitors, stage, ago=60)
    binh = await visitors("binh")
    await binh.api("POST", call.path, samples([0, 20]))
    first, last = await kept(stage, call)
    assert 0 <= (clock.now() - last.at).total_seconds() < 10
    assert (last.at - first.at).total_seconds() == 20


async def test_what_is_sent_again_is_there_once(visitors, stage):
    call = await call_of(visitors, stage, ago=60)
    binh = await visitors("binh")
    await binh.api("POST", call.path, samples([0, 5]))
    again = await binh.api("POST", call.path, samples([0, 5, 10]))
    assert again.status == 204
    assert len(await kept(stage, call)) == 3


async def test_where_nothing_came_the_score_is_the_worst(visitors, stage):
    call = await call_of(visitors, stage, ago=60)
    binh = await visitors("binh")
    deaf = GOOD | {"concealed": None, "rtt": None, "jitter": None}
    await binh.api("POST", call.path, samples([0, 5], {0: CUT, 5: deaf}))
    assert [one.mos for one in await kept(stage, call)] == [None, 1.0]


@pytest.mark.parametrize("who", ["hoa", "khoa", "lan", "thu", "quan"])
async def test_for_strangers_there_is_no_such_call(visitors, stage, who):
    call = await call_of(visitors, stage)
    stranger = await visitors(who)
    assert (await stranger.api("POST", call.path, samples([0]))).status == 404
    assert (await stranger.api("GET", call.path)).status == 404
    assert await kept(stage, call) == []


async def test_somebody_of_the_case_who_is_not_in_the_call_sends_nothing(
    visitors, stage
):
    call = await call_of(visitors, stage, inside=["binh"])
    refused = await (await visitors("minh")).api("POST", call.path, samples([0]))
    assert refused.status == 403
    assert (await refused.json())["code"] == "not_in_call"


async def test_samples_of_a_call_that_rings_are_refused(visitors, stage):
    binh = await visitors("binh")
    call = await call_of(visitors, stage)
    await ended(stage, call)
    path = f"/consultations/{call.meeting}/calls"
    ringing = await (await binh.api("POST", path, {"channel": "video"})).json()
    refused = await binh.api("POST", f"/calls/{ringing['id']}/samples", samples([0]))
    assert refused.status == 409
    assert (await refused.json())["code"] == "call_not_running"


async def test_the_last_samples_may_come_two_minutes_late_and_no_later(visitors, stage):
    binh = await visitors("binh")
    call = await call_of(visitors, stage, ago=600)
    await ended(stage, call, ago=110)
    assert (await binh.api("POST", call.path, samples([120]))).status == 204
    await ended(stage, call, ago=130)
    late = await binh.api("POST", call.path, samples([135]))
    assert late.status == 409
    assert (await late.json())["code"] == "call_not_running"


async def test_a_sample_from_before_the_call_is_refused(visitors, stage):
    call = await call_of(visitors, stage, ago=60)
    binh = await visitors("binh")
    refused = await binh.api("POST", call.path, samples([0, 300]))
    assert refused.status == 422
    assert (await refused.json())["code"] == "sample_outside_call"
    assert await kept(stage, call) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"rtt": [-1]},
        {"rtt": ["80"]},
        {"loss": [1.2]},
        {"received": [None]},
        {"rung": ["8k"]},
        {"reason": ["moon"]},
        {"frames": []},
        {"sent": [1, 2]},
        {"number": [2**60]},
        {"clock": 5},
        {"patient": ["x"]},
    ],
    ids=str,
)
async def test_nonsense_is_refused_with_a_code(visitors, stage, wrong):
    call = await call_of(visitors, stage)
    binh = await visitors("binh")
    refused = await binh.api("POST", call.path, samples([0]) | wrong)
    assert refused.status == 422
    assert (await refused.json())["code"] == "invalid"


async def test_more_than_an_hour_at_once_is_refused(visitors, stage):
    call = await call_of(visitors, stage)
    binh = await visitors("binh")
    much = samples(range(721))
    assert (await binh.api("POST", call.path, much)).status == 422


async def test_the_database_itself_keeps_samples_of_others_out(visitors, stage):
    """The second net: the application's checks are out of the way."""
    call = await call_of(visitors, stage)
    other = await call_of(visitors, stage, inside=["binh"])
    insert = text(
        "INSERT INTO call_samples (attempt_id, person_id, number, at, seconds, received,"
        " sent) VALUES (:call, :person, 1, now(), 5, 1, 1)"
    )
    tries = [("lan", "lan", call), ("binh", "minh", call), ("minh", "minh", other)]
    for acting, named, where in tries:
        person = (await stage.actor(named)).id
        with pytest.raises(ProgrammingError, match="row-level security"):
            async with stage.acting(acting) as (db, _):
                await db.execute(insert, {"call": where.id, "person": person})
    binh = await visitors("binh")
    await binh.api("POST", call.path, samples([0]))
    count = text("SELECT count(*) FROM call_samples WHERE attempt_id = :call")
    for name, seen in {"binh": 1, "minh": 1, "hoa": 0, "lan": 0, "quan": 0}.items():
        async with stage.acting(name) as (db, _):
            assert await db.scalar(count, {"call": call.id}) == seen
