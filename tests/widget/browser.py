"""The widget in a real browser: how it is started, and what a test does with it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Playwright, Request

HERE = Path(__file__).resolve().parent
WIDGET = HERE.parents[1] / "bot" / "widget"
# What a headless Chromium needs in a container, and what keeps it from asking other hosts by itself.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
)
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PATIENCE_MS = 30_000


def launch(playwright: Playwright) -> Browser:
    """A headless Chromium: the system's, else Playwright's own. Without one, skips loudly; in CI, fails."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None) or playwright.chromium.executable_path
    if not Path(path).exists():
        how = (
            "no Chromium here: install it (Debian: apt install chromium) or run `.venv/bin/playwright install chromium`"
        )
        if os.environ.get("CI"):
            pytest.fail(how)
        pytest.skip(how)
    return playwright.chromium.launch(executable_path=path, args=FLAGS)


def build_is_there() -> None:
    """The built widget, or a skip (in CI a failure) that says how to build it."""
    if (WIDGET / "dist" / "widget.js").exists():
        return
    how = "the widget has not been built: make widget"
    if os.environ.get("CI"):
        pytest.fail(how)
    pytest.skip(how)


class Visit:
    """One person at one page: what they see, do, and what the page did behind their back."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.context = context
        self.base = base
        self.errors: list[str] = []
        self.hosts: set[str] = set()
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        context.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def _request(self, request: Request) -> None:
        if request.url.startswith(("http", "ws")):
            self.hosts.add(request.url.split("/")[2])

    # --- doing ---

    def open(self, path: str = "/") -> Visit:
        """Load the page and wait until the widget has its words."""
        with self.page.expect_response("**/api/v1/vocabulary?audience=clinician"):
            self.page.goto(self.base + path)
        return self

    def say(self, text: str) -> Locator:
        """Send a message as a person does; the newest answer once it is there."""
        return self.after(lambda: self._type(text))

    def _type(self, text: str) -> None:
        self.message.fill(text)
        self.message.press("Enter")

    def click(self, target: Locator) -> Locator:
        """Click something that is answered; the newest answer."""
        return self.after(target.click)

    def after(self, action: Callable[[], object]) -> Locator:
        """The newest answer after an action."""
        before = self.answers.count()
        action()
        self.answers.nth(before).wait_for()
        self.page.locator(".typing").wait_for(state="detached")
        return self.answers.last

    def use(self, answers: Callable[[dict[str, Any]], list[dict[str, Any]]]) -> None:
        """Answer messages from a function instead of the server; over HTTP, since the socket is cut."""
        self.page.route_web_socket("**/web/socket.io/**", lambda socket: socket.close())

        def fulfil(route: Any) -> None:
            body = route.request.post_data_json
            route.fulfill(json={"id": body["id"], "turn": body["id"], "answers": answers(body), "duplicate": False})

        self.page.route("**/api/v1/messages", fulfil)

    # --- seeing ---

    @property
    def message(self) -> Locator:
        return self.page.get_by_label("Your message")

    @property
    def answers(self) -> Locator:
        return self.page.locator("article.answer")

    @property
    def chips(self) -> Locator:
        return self.page.locator("aside.case .chip")

    @property
    def drawer(self) -> Locator:
        return self.page.locator("dialog.drawer")

    def button(self, name: str, within: Locator | None = None) -> Locator:
        return (within or self.page).get_by_role("button", name=name, exact=True)

    def option(self, answer: Locator, option: str) -> Locator:
        """The card of an option in an answer."""
        return answer.locator("li.option", has=self.page.locator(f'[data-option="{option}"]'))

    def width_fits(self) -> bool:
        """Nothing has to be scrolled sideways: neither the page nor the conversation."""
        fits: bool = self.page.evaluate(
            """() => {
              const root = document.querySelector("mycophenolate-assistant").shadowRoot;
              return [document.documentElement, ...root.querySelectorAll(".log, .case, .drawer, .frame")]
                .every((part) => part.scrollWidth <= part.clientWidth + 1);
            }"""
        )
        return fits


Visitor = Callable[..., Visit]


def context_for(browser: Browser, options: Mapping[str, Any]) -> BrowserContext:
    """A person's browser: nothing shared with another's."""
    return browser.new_context(**{"viewport": {"width": 1280, "height": 860}, "color_scheme": "light", **options})
