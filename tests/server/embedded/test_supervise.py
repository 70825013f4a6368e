import asyncio
import os
import signal


async def _numbers(tools, supervisor) -> dict[str, int]:
    lines = [(await tools.next_line(supervisor)).split() for _ in range(2)]
    return {name: int(number) for name, number in lines}


async def test_ctrl_c_stops_the_programs_in_the_opposite_order(tools):
    async with tools.script("run_programs.py") as supervisor:
        await _numbers(tools, supervisor)
        supervisor.send_signal(signal.SIGINT)
        output, _ = await supervisor.communicate()
    said = [line for line in output.decode().splitlines() if line.endswith("stopped")]
    assert said == ["second stopped", "first stopped"]
    assert supervisor.returncode == 0


async def test_a_program_that_dies_is_started_again(tools):
    async with tools.script("run_programs.py") as supervisor:
        numbers = await _numbers(tools, supervisor)
        os.kill(numbers["first"], signal.SIGKILL)
        line = await tools.next_line(supervisor)
        while not line.startswith("first "):  # log lines come between
            line = await tools.next_line(supervisor)
    assert int(line.split()[1]) != numbers["first"]


async def test_kill_9_of_the_supervisor_leaves_no_program_behind(tools):
    async with tools.script("run_programs.py") as supervisor:
        numbers = await _numbers(tools, supervisor)
        supervisor.kill()
        for number in numbers.values():
            await tools.gone(number)


async def test_a_stop_during_the_start_of_an_engine_leaves_nothing(machine, tools):
    async with tools.script("run_engines.py", machine.var) as supervisor:
        await _until_exists(machine.var / "postgres.lock")
        supervisor.send_signal(signal.SIGTERM)
        await supervisor.communicate()
    assert supervisor.returncode == 0
    async with machine.postgres() as address, tools.connect(address.app_url) as db:
        assert await db.fetchval("select 1") == 1


async def _until_exists(path) -> None:
    async with asyncio.timeout(30):
        while not path.exists():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
