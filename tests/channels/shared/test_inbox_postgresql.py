"""The inbox in PostgreSQL, where several processes share it."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from rasa.core.utils import AvailableEndpoints
from rasa.utils.endpoints import EndpointConfig

from bot.channels.inbox import SENDING, SENT, Inbox
from bot.runtime.channels import inbox_url
from tests.running import free_port


def _binaries() -> Path | None:
    found = shutil.which("initdb")
    places = [Path(found).resolve()] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return places[-1].parent if places else None


@pytest.fixture(scope="module")
def endpoints() -> Iterator[AvailableEndpoints]:
    """Endpoints that name a database server of the test's own."""
    binaries = _binaries()
    if binaries is None:
        assert not os.environ.get("CI"), "PostgreSQL is missing; CI must have it"
        pytest.skip("PostgreSQL is not installed: the inbox is not tested with it")
    port = free_port()
    # Its paths of sockets must be short, and it does not run as root.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if user:
        shutil.chown(folder, "postgres")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    control = [*user, str(binaries / "pg_ctl"), "-D", str(folder / "data"), "-w"]
    subprocess.run(
        [*user, str(binaries / "initdb"), "-D", str(folder / "data"), "-A", "trust", "-U", "rasa"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    subprocess.run([*control, "-o", options, "-l", str(folder / "log"), "start"], check=True, stdout=subprocess.DEVNULL)
    store = {"type": "sql", "dialect": "postgresql", "url": "127.0.0.1", "port": port, "db": "postgres"}
    yield AvailableEndpoints(tracker_store=EndpointConfig.from_dict({**store, "username": "rasa"}))
    subprocess.run([*control, "-m", "immediate", "stop"], check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(folder, ignore_errors=True)


def test_two_processes_share_the_work_in_order(endpoints: AvailableEndpoints) -> None:
    async def work() -> None:
        one, other = Inbox(inbox_url(endpoints)), Inbox(inbox_url(endpoints))
        both = (one, other)
        put = await asyncio.gather(*(i.put("slack", f"e{n}", "c1", {"n": n}) for n in range(40) for i in both))
        assert sum(put) == 40, "each event was taken by one of them"
        first = await one.claim("slack")
        assert first is not None
        assert await other.claim("slack") is None, "the conversation is the other's"
        assert await other.take_over("slack") == 0, "a process that lives is not robbed"
        replies = await one.plan(first, [{"x": 1}, {"x": 2}])
        await one.mark(replies[0], SENDING)
        await one.mark(replies[0], SENT)
        assert [(r.state, r.request) for r in await other.planned(first)] == [("sent", {}), ("planned", {"x": 2})]
        await one.done(first)
        seen: list[int] = []

        async def finish(inbox: Inbox) -> None:
            idle = 0
            while idle < 20:
                event = await inbox.claim("slack")
                idle = 0 if event else idle + 1
                if event is not None:
                    seen.append(event.payload["n"])
                    await inbox.done(event)
                await asyncio.sleep(0.005)

        await asyncio.gather(*map(finish, both))
        assert len(seen) == 39
        assert await one.open_events() == 0
        for good in (True, False):
            await other.feedback("c1", "turn", good)
        await one.purge()
        for inbox in both:
            inbox.close()

    asyncio.run(work())


def test_without_a_database_server_it_is_a_file() -> None:
    for settings in (None, {"type": "bot.runtime.store.ConversationStore", "dialect": "sqlite", "db": "x.db"}):
        store = EndpointConfig.from_dict(settings) if settings else None
        assert str(inbox_url(AvailableEndpoints(tracker_store=store))).endswith("var/inbox.db")
