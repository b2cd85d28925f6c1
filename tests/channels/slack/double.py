"""A stand-in for Slack: its Web API, response URLs and Socket Mode, as strict as the real one, as unreliable as told.

It listens on this machine in a thread of its own, so that the real slack_sdk client speaks real HTTP with it.
"""

from __future__ import annotations

import asyncio
import collections
import itertools
import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import WSMsgType, web

from tests.channels.slack.strict import IN_HOME, problems

TOKEN, SECRET, APP_TOKEN = "xoxb-test-bot-token", "0123456789abcdef0123456789abcdef", "xapp-test-app-token"
TEAM, BOT = "T0TEAM", "U0BOT"


class SlackDouble:
    """Set `faults` (status, headers, body) to make the next calls of chat.postMessage fail; `delay` to make it slow."""

    def __init__(self) -> None:
        self.posted: list[dict[str, Any]] = []
        self.responded: list[dict[str, Any]] = []
        self.ever: list[str] = []
        """Where every message and response went, since the beginning."""
        self.published: list[dict[str, Any]] = []
        self.calls: collections.Counter[str] = collections.Counter()
        self.other: list[tuple[str, dict[str, Any]]] = []
        self.refused: list[tuple[str, list[str]]] = []
        self.faults: collections.deque[tuple[int, Mapping[str, str], str]] = collections.deque()
        self.lost_answers = 0
        """How many of the next messages are taken without the sender hearing of it."""
        self.delay = 0.0
        self.tables = True
        self.token = TOKEN
        self.acknowledged: list[str] = []
        self.socket_connections = 0
        self._sockets: list[web.WebSocketResponse] = []
        self._number = itertools.count(1)
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    # --- life

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._open())
        self._ready.set()
        self._loop.run_forever()

    async def _open(self) -> None:
        app = web.Application(client_max_size=2**20)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/respond/{token}", self._respond)
        app.router.add_get("/socket", self._socket)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port: int = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        self.base = f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Stop listening."""
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    # --- for tests

    def forget(self) -> None:
        """Begin anew: nothing was sent, nothing fails."""
        self.posted, self.responded, self.published, self.refused, self.other = [], [], [], [], []
        self.calls.clear()
        self.faults.clear()
        self.delay, self.tables, self.lost_answers = 0.0, True, 0

    def wait(self, enough: Callable[[], Any], seconds: float = 30.0) -> None:
        """Wait until something is so. Raises AssertionError when it does not come to be."""
        until = time.monotonic() + seconds
        while not enough():
            assert time.monotonic() < until, f"not within {seconds} s; refused: {self.refused[:3]}"
            time.sleep(0.02)

    def texts(self) -> list[str]:
        """The top-level texts of the messages so far."""
        return [message["text"] for message in self.posted]

    def push(self, envelope: dict[str, Any]) -> None:
        """Send something over the newest socket."""
        sending = self._sockets[-1].send_str(json.dumps(envelope))
        asyncio.run_coroutine_threadsafe(sending, self._loop).result(10)

    def hang_up(self) -> None:
        """End the newest socket, as Slack does now and then."""
        asyncio.run_coroutine_threadsafe(self._sockets[-1].close(), self._loop).result(10)

    # --- Slack's side

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.calls[method] += 1
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        wanted = APP_TOKEN if method == "apps.connections.open" else self.token
        if token != wanted:
            return web.json_response({"ok": False, "error": "invalid_auth"})
        kind = request.content_type
        args: dict[str, Any] = await request.json() if kind == "application/json" else dict(await request.post())
        args.update(request.query)
        if method == "chat.postMessage" and self.faults:
            status, headers, body = self.faults.popleft()
            return web.Response(status=status, headers=headers, text=body, content_type="application/json")
        handlers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "auth.test": lambda _: {"ok": True, "user_id": BOT, "team_id": TEAM},
            "chat.postMessage": self._post,
            "conversations.history": self._history,
            "conversations.replies": self._history,
            "views.publish": self._publish,
            "assistant.threads.setStatus": lambda a: self._noted(method, a, {"channel_id", "thread_ts", "status"}),
            "assistant.threads.setSuggestedPrompts": lambda a: self._prompts(method, a),
            "apps.connections.open": lambda _: {"ok": True, "url": f"ws://127.0.0.1:{self.port}/socket"},
        }
        if method not in handlers:
            return web.json_response({"ok": False, "error": "unknown_method"})
        if method == "chat.postMessage" and self.delay:
            await asyncio.sleep(self.delay)
        answer = handlers[method](args)
        if method == "chat.postMessage" and answer["ok"] and self.lost_answers:
            self.lost_answers -= 1
            request.transport.close()  # type: ignore[union-attr]
        return web.json_response(answer)

    def _refuse(self, method: str, error: str, why: list[str]) -> dict[str, Any]:
        self.refused.append((method, why))
        return {"ok": False, "error": error, "response_metadata": {"messages": why}}

    def _message_problems(self, args: Mapping[str, Any]) -> tuple[str, list[str]] | None:
        if not args.get("text") or len(args["text"]) > 40_000:
            return "no_text", ["text"]
        found = problems(args["blocks"], tables=self.tables) if "blocks" in args else []
        if found:
            return ("msg_blocks_too_long" if "msg_blocks_too_long" in found else "invalid_blocks"), found
        if args.get("unfurl_links") is not False or args.get("unfurl_media") is not False:
            return "unfurling", ["links are unfurled"]
        return None

    def _post(self, args: dict[str, Any]) -> dict[str, Any]:
        known = {"channel", "text", "blocks", "thread_ts", "unfurl_links", "unfurl_media", "metadata"}
        if set(args) - known or not args.get("channel"):
            return self._refuse("chat.postMessage", "invalid_arguments", sorted(set(args) - known))
        wrong = self._message_problems(args)
        if wrong:
            return self._refuse("chat.postMessage", *wrong)
        with self._lock:
            ts = f"{int(time.time())}.{next(self._number):06d}"
            self.posted.append({**args, "ts": ts, "at": time.time()})
            self.ever.append(args["channel"])
        return {"ok": True, "channel": args["channel"], "ts": ts}

    def _history(self, args: dict[str, Any]) -> dict[str, Any]:
        here = [
            m
            for m in self.posted
            if m["channel"] == args["channel"] and ("ts" not in args or m.get("thread_ts") == args["ts"])
        ]
        return {"ok": True, "messages": [{"ts": m["ts"], "metadata": m.get("metadata")} for m in here]}

    def _publish(self, args: dict[str, Any]) -> dict[str, Any]:
        wrong = problems(args["view"]["blocks"], IN_HOME) if args["view"]["type"] == "home" else ["no home"]
        if wrong or not args.get("user_id"):
            return self._refuse("views.publish", "invalid_arguments", wrong)
        self.published.append(args)
        return {"ok": True}

    def _noted(self, method: str, args: dict[str, Any], needed: set[str]) -> dict[str, Any]:
        if not needed <= set(args):
            return self._refuse(method, "invalid_arguments", sorted(needed - set(args)))
        self.other.append((method, args))
        return {"ok": True}

    def _prompts(self, method: str, args: dict[str, Any]) -> dict[str, Any]:
        prompts = args.get("prompts") or []
        if not 1 <= len(prompts) <= 4 or any(set(p) != {"title", "message"} for p in prompts):
            return self._refuse(method, "invalid_arguments", ["prompts"])
        return self._noted(method, args, {"channel_id", "thread_ts"})

    async def _respond(self, request: web.Request) -> web.Response:
        args = await request.json()
        wrong = self._message_problems(args)
        if wrong:
            self.refused.append(("response_url", wrong[1]))
            return web.Response(status=400, text=wrong[0])
        self.responded.append(args)
        self.ever.append("response_url")
        return web.Response(text="ok")

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(json.dumps({"type": "hello", "num_connections": 1}))
        self._sockets.append(socket)
        self.socket_connections += 1
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                data = json.loads(message.data)
                if "envelope_id" in data:
                    self.acknowledged.append(data["envelope_id"])
        return socket
