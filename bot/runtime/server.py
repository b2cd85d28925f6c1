"""The server: one process that holds the model, the actions and the channels."""

from __future__ import annotations

import asyncio
import gc
from asyncio import AbstractEventLoop
from functools import partial
from pathlib import Path

import rasa.core.channels.channel
import rasa.core.run
from rasa.core.utils import AvailableEndpoints
from sanic import Sanic

from bot.runtime import channels, patches
from bot.runtime.in_process import InProcessActions
from bot.runtime.paths import ROOT

LARGEST_BODY = 64 * 1024
"""Bytes of a request; a message of 4,000 characters in any script fits several times over."""
RESPONSE_TIMEOUT = 60
"""Seconds until a request that is still at work is given up."""


def make_app(model: Path, credentials: Path, endpoints: Path, actions: str = "actions") -> Sanic:
    """The server with its routes, ready to run. The model is loaded before it listens: once it answers, it is ready."""
    patches.apply()
    available = AvailableEndpoints.read_endpoints(str(endpoints))
    available.action = InProcessActions(actions)
    app = Sanic("assistant", configure_logging=False)
    app.config.REQUEST_MAX_SIZE = LARGEST_BODY
    app.config.WEBSOCKET_MAX_SIZE = LARGEST_BODY
    app.config.RESPONSE_TIMEOUT = RESPONSE_TIMEOUT
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.config.USE_UVLOOP = False
    app.config.ACCESS_LOG = False
    opened = channels.make_channels(credentials)
    rasa.core.channels.channel.register(opened, app, route="/webhooks/")
    app.register_listener(
        partial(rasa.core.run.load_agent_on_start, str(model), available, None), "before_server_start"
    )
    app.register_listener(_settle, "before_server_start")
    channels.add_to(app, opened, available)
    app.register_listener(_end_what_is_left, "after_server_stop")  # the last: Sanic runs these in reverse
    app.register_listener(rasa.core.run.close_resources, "after_server_stop")
    return app


async def _settle(app: Sanic, _loop: AbstractEventLoop) -> None:
    """A model that did not load must not serve; and what was loaded stays, so the collector need not look at it."""
    agent = getattr(app.ctx, "agent", None)
    if agent is None or not agent.is_ready():
        raise RuntimeError("The model could not be loaded.")
    gc.collect()
    gc.freeze()


async def _end_what_is_left(_app: Sanic, _loop: AbstractEventLoop) -> None:
    """Pings that Engine.IO still has planned for open pages, and the like: nobody is there for them any more."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def serve(
    model: Path,
    host: str = "127.0.0.1",
    port: int = 5005,
    credentials: Path = ROOT / "credentials.yml",
    endpoints: Path = ROOT / "endpoints.yml",
    actions: str = "actions",
) -> None:
    """Serve until interrupted."""
    app = make_app(model, credentials, endpoints, actions)

    async def announce(_app: Sanic, _loop: AbstractEventLoop) -> None:
        print(f"The assistant is ready: http://{host}:{port}   (Ctrl-C stops it)", flush=True)

    app.register_listener(announce, "after_server_start")
    app.run(host=host, port=port, access_log=False, motd=False)
    print("Stopped.", flush=True)
