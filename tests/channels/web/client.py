"""A client of the API and of the socket, as a program or the widget is one."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

import socketio


@dataclass
class Client:
    """One conversation over HTTP. ``token`` None: no session yet."""

    base: str
    token: str | None = None
    sent: int = 0

    def call(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Message, Any]:
        """Status, headers and the JSON of one request below /api/v1; bytes are sent as they are."""
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        given = {"Content-Type": "application/json"} if data is not None else {}
        if self.token is not None:
            given["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(
            f"{self.base}/api/v1/{path}", data, {**given, **(headers or {})}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, response.headers, _parsed(response.read())
        except urllib.error.HTTPError as error:
            return error.code, error.headers, _parsed(error.read())

    def begin(self) -> Client:
        """The same client with a session of its own."""
        status, _, data = self.call("POST", "sessions")
        assert status == 201, data
        self.token = data["token"]
        return self

    def next_id(self) -> str:
        self.sent += 1
        return f"message-{self.sent:04}"

    def say(self, text: str, message_id: str | None = None) -> dict[str, Any]:
        """The reply to a message, which must be answered."""
        status, _, data = self.call("POST", "messages", {"id": message_id or self.next_id(), "text": text})
        assert status == 200, data
        reply: dict[str, Any] = data
        return reply

    def edit(self, **changes: Any) -> dict[str, Any]:
        """The reply to a change of the case, which must be taken."""
        listed = [{"slot": slot, "value": value} for slot, value in changes.items()]
        status, _, data = self.call("POST", "edits", {"id": self.next_id(), "changes": listed})
        assert status == 200, data
        reply: dict[str, Any] = data
        return reply

    def conversation(self) -> dict[str, Any]:
        status, _, data = self.call("GET", "conversation")
        assert status == 200, data
        shown: dict[str, Any] = data
        return shown


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode()


@dataclass
class Socket:
    """One connection of the widget; ``events`` are (name, data) in the order they came."""

    io: socketio.AsyncClient
    events: list[tuple[str, Any]] = field(default_factory=list)

    @classmethod
    async def open(cls, base: str, token: object, origin: str | None = None, transport: str = "websocket") -> Socket:
        """Connect. Raises socketio.exceptions.ConnectionError when it is refused."""
        socket = cls(socketio.AsyncClient(reconnection=False))
        for name in ("typing", "answers", "failure", "disconnect"):
            socket.io.on(name, socket._keep(name))
        await socket.io.connect(
            base,
            headers={"Origin": origin} if origin else {},
            auth={"token": token},
            transports=[transport],
            socketio_path="web/socket.io",
        )
        return socket

    def _keep(self, name: str) -> Any:
        async def keep(data: Any = None, *_more: Any) -> None:
            self.events.append((name, data))

        return keep

    async def say(self, message_id: str, text: str) -> Any:
        """Send a message; its acknowledgement."""
        return await self.io.call("message", {"id": message_id, "text": text}, timeout=20)

    async def wait(self, name: str, message_id: str | None = None, seconds: float = 20) -> Any:
        """The first event of a name (for a message), waited for."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for event, data in self.events:
                if event == name and (message_id is None or data["id"] == message_id):
                    return data
            await asyncio.sleep(0.02)
        raise AssertionError(f"{name} did not come; there came {[event for event, _ in self.events]}")

    async def close(self) -> None:
        # Without abort a polling client waits for its hanging request, up to 25 seconds.
        await self.io.eio.disconnect(abort=True)
