"""A running assistant, and people who visit its page."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.running import ROOT, Running, free_port, start
from tests.widget.browser import Visit, Visitor, build_is_there, context_for, launch

EMBEDDER = f"http://127.0.0.1:{free_port()}"
"""A page of another site that may embed the widget."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser, closed after each file: while Playwright runs, no other test of this process may run a loop."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The assistant with its page. Limits are high: here a hundred people come in a minute, from one address."""
    build_is_there()
    subprocess.run([sys.executable, "-m", "bot.runtime", "train"], cwd=ROOT, capture_output=True, check=True)
    settings = {"WEB_SESSIONS_A_MINUTE": "2000", "WEB_MESSAGES_A_MINUTE": "2000", "WEB_ORIGINS": EMBEDDER}
    running = start(tmp_path_factory.mktemp("site"), settings=settings)
    yield running
    running.stop()


@pytest.fixture
def visitor(chromium: Browser, site: Running) -> Iterator[Visitor]:
    """Makes visits: each in a browser of its own; options as Playwright's (viewport, color_scheme).

    At the end, no page may have logged an error or asked another host.
    """
    visits: list[Visit] = []
    contexts: list[BrowserContext] = []

    def visit(base: str | None = None, **options: Any) -> Visit:
        context = context_for(chromium, options)
        contexts.append(context)
        visits.append(Visit(context, base or site.base))
        return visits[-1]

    yield visit
    errors = [error for one in visits for error in one.errors]
    hosts = {host for one in visits for host in one.hosts}
    for context in contexts:
        context.close()
    assert not errors, errors
    assert hosts <= {site.base.split("/")[2], EMBEDDER.split("/")[2]}, hosts


@pytest.fixture
def visit(visitor: Visitor) -> Visit:
    """One person at the page, on a wide light screen."""
    return visitor().open()
