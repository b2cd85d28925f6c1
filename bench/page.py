"""From pressing Enter on the page to the answer on the screen, in a real browser: `python -m bench.page [address]`.

Needs a running assistant (make run), the development environment (scripts/setup --dev) and a Chromium.
"""

from __future__ import annotations

import gzip
import shutil
import statistics
import sys
from itertools import islice
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bench.contestants import ROOT

MESSAGES = ROOT / "bench" / "messages.txt"
A_VISIT = 15
"""Messages of one visitor: below the limit of a minute."""
VISITS = 4
CLOCK = """
window.times = [];
window.watch = () => {
  const log = document.querySelector("mycophenolate-assistant").shadowRoot.querySelector("[role=log]");
  let sent = 0;
  addEventListener("keydown", (event) => { if (event.key === "Enter") sent = performance.now(); }, true);
  new MutationObserver((all) => {
    const answered = all.some((one) => [...one.addedNodes].some((node) => node.querySelector?.("article")));
    // Two frames later the browser has painted it.
    if (answered) requestAnimationFrame(() => requestAnimationFrame(() => window.times.push(performance.now() - sent)));
  }).observe(log, {childList: true});
};
"""


def visit(browser: Browser, address: str, messages: list[str]) -> list[float]:
    """Milliseconds for each message of one visitor; the first makes the session and is counted too."""
    page = browser.new_context().new_page()
    page.add_init_script(CLOCK)
    page.goto(address, wait_until="networkidle")
    page.evaluate("window.watch()")
    field = page.get_by_label("Your message")
    for number, message in enumerate(messages, start=1):
        field.fill(message)
        field.press("Enter")
        page.wait_for_function("(n) => window.times.length >= n", arg=number)
    times: list[float] = page.evaluate("window.times")
    page.context.close()
    return times


def main(address: str = "http://127.0.0.1:5005") -> None:
    """Measure and print."""
    lines = [line for line in MESSAGES.read_text().splitlines() if line.strip()]
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or playwright.chromium.executable_path
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        rest = iter(lines * VISITS)
        times = [time for _ in range(VISITS) for time in visit(browser, address, list(islice(rest, A_VISIT)))]
        browser.close()
    script = Path(ROOT / "bot" / "widget" / "dist" / "widget.js").read_bytes()
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"{len(times)} messages, from Enter to the painted answer:")
    print(f"p50 {statistics.median(times):.0f} ms, p95 {p95:.0f} ms, longest {max(times):.0f} ms")
    print(f"scripts and styles: {len(gzip.compress(script, 9)) / 1000:.1f} kB gzipped")


if __name__ == "__main__":
    main(*sys.argv[1:2])
