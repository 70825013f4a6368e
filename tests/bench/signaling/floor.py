"""The least that Python can do: picows and orjson, one dictionary, nothing else."""

import sys

import orjson
import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_create_server

SOCKETS: dict[str, WSTransport] = {}


class Relay(WSListener):
    def __init__(self, name: str) -> None:
        self.name = name

    def on_ws_connected(self, transport: WSTransport) -> None:
        SOCKETS[self.name] = transport

    def on_ws_frame(self, _transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type is WSMsgType.CLOSE:
            return
        asked = orjson.loads(frame.get_payload_as_memoryview())
        answer = orjson.dumps({"sender": self.name, "payload": asked["payload"]})
        SOCKETS[asked["to"]].send(WSMsgType.TEXT, answer)


async def serve(port: int) -> None:
    server = await ws_create_server(
        lambda request: Relay(request.path.partition(b"id=")[2].decode()),
        "127.0.0.1",
        port,
        backlog=4096,
    )
    print("ready", flush=True)  # noqa: T201
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
