"""Opens the channels: REST and what else credentials.yml names; Slack and Teams where their credentials are found.

A channel of ours whose credentials are wrong is reported and left out. The rest of the assistant runs.
"""

from __future__ import annotations

import logging
import os
import sys
from asyncio import AbstractEventLoop
from pathlib import Path
from typing import Any

import rasa.core.run
import rasa.shared.utils.io
from rasa.core.channels.channel import InputChannel
from rasa.core.tracker_store import SQLTrackerStore
from rasa.core.utils import AvailableEndpoints
from rasa.shared.utils.common import class_from_module_path
from sanic import Sanic

from bot.channels.credentials import CredentialsError
from bot.channels.inbox import Inbox, sqlite_url
from bot.runtime.paths import VAR

logger = logging.getLogger(__name__)

OURS = ("bot.channels.slack.SlackChannel", "bot.channels.teams.TeamsChannel")
"""Classes, as credentials.yml names them. Each has `from_settings`, `start` and `stop`."""


def make_channels(credentials: Path) -> list[InputChannel]:
    """The channels that are configured. Ours are also found by their environment variables alone."""
    sections: dict[str, Any] = rasa.shared.utils.io.read_config_file(str(credentials))
    channels = [
        rasa.core.run._create_single_channel(name, section) for name, section in sections.items() if name not in OURS
    ]
    for name in OURS:
        section = sections.get(name)
        if name in sections and section is None:
            section = {}  # named, and nothing in it: somebody wants it
        try:
            channel = class_from_module_path(name).from_settings(section, os.environ)
        except CredentialsError as error:
            short = name.rpartition(".")[2].removesuffix("Channel")
            print(f"{short} is not opened: {error}", file=sys.stderr, flush=True)
            continue
        if channel is not None:
            channels.append(channel)
    return channels


def add_to(app: Sanic, channels: list[InputChannel], endpoints: AvailableEndpoints) -> None:
    """Start those that answer from the inbox once the model is loaded (call this after its loading is registered)."""
    ours = [channel for channel in channels if hasattr(channel, "from_settings")]
    if not ours:
        return
    opened: list[Inbox] = []

    async def start(running: Sanic, _loop: AbstractEventLoop) -> None:
        try:
            inbox = Inbox(inbox_url(endpoints))
        except Exception as error:
            logger.error("The inbox of Slack and Teams cannot be opened (%s); they stay closed.", type(error).__name__)
            return
        opened.append(inbox)
        for channel in ours:
            await channel.start(inbox, running.ctx.agent.tracker_store.retrieve_full_tracker)

    async def stop(_app: Sanic, _loop: AbstractEventLoop) -> None:
        for inbox in opened:
            for channel in ours:
                await channel.stop()
            inbox.close()

    app.register_listener(start, "before_server_start")
    app.register_listener(stop, "before_server_stop")


def inbox_url(endpoints: AvailableEndpoints) -> Any:
    """The address of the inbox: the database server of the conversations if there is one, else a file under var/."""
    store = endpoints.tracker_store
    settings = dict(store.kwargs) if store is not None else {}
    if settings.get("dialect", "sqlite") == "sqlite":
        return sqlite_url(VAR / "inbox.db")
    known = ("dialect", "host", "port", "db", "username", "password", "query")
    host = settings.get("host") or getattr(store, "url", None)
    return SQLTrackerStore.get_db_url(**{**{name: settings[name] for name in known if name in settings}, "host": host})
