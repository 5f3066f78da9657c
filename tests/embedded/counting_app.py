"""An application that answers with the number of bytes it was given."""

from typing import Any


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await {"http": answer, "websocket": echo}[scope["type"]](receive, send)


async def answer(receive: Any, send: Any) -> None:
    total, more = 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return
        total += len(message["body"])
        more = message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(total).encode()})


async def echo(receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": str(len(message["bytes"]))})
