"""A relay of aiohttp, uvloop and orjson without any of our rules."""

import asyncio
import sys

import orjson
import uvloop
from aiohttp import WSMsgType, web

SOCKETS: dict[str, web.WebSocketResponse] = {}


async def relay(request: web.Request) -> web.WebSocketResponse:
    name = request.query["id"]
    socket = web.WebSocketResponse(compress=False, decode_text=False)
    await socket.prepare(request)
    SOCKETS[name] = socket
    async for message in socket:
        asked = orjson.loads(message.data)
        frame = orjson.dumps({"sender": name, "payload": asked["payload"]})
        await SOCKETS[asked["to"]].send_frame(frame, WSMsgType.TEXT)
    return socket


async def serve(port: int) -> None:
    app = web.Application()
    app.add_routes([web.get("/", relay)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=4096).start()
    print("ready", flush=True)  # noqa: T201
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
