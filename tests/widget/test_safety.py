"""Nothing that a person or a table says runs in the page; no other host is asked; every sign comes out right."""

from __future__ import annotations

import gzip
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml
from playwright.sync_api import expect

from tests.running import Running
from tests.widget.browser import WIDGET, Visit, Visitor
from tests.widget.conftest import EMBEDDER

CORPUS = yaml.safe_load((Path(__file__).parent / "corpus.yml").read_text())
PAYLOADS: list[str] = [text for group in CORPUS["payloads"].values() for text in group]
SIGNS: list[str] = CORPUS["signs"]
MOST_BYTES = 80_000
WATCH = """
window.hits = [];
window.hit = () => window.hits.push("hit");
for (const name of ["alert", "confirm", "prompt", "open"]) window[name] = () => window.hits.push(name);
document.addEventListener("securitypolicyviolation", (event) => window.hits.push(event.violatedDirective));
"""
# Elements that the widget itself never makes in a conversation.
FOREIGN = (
    "script, img, iframe, object, embed, link, style, meta, base, math, video, audio, template, form[action], x, x-y, "
    "marquee, image, use, foreignObject"
)


def row_of(text: str) -> str:
    """The id of the row that holds a text: one a text, since the page keeps the rows it has seen."""
    return f"C{zlib.crc32(text.encode())}"


def answer(text: str, **more: Any) -> dict[str, Any]:
    """An Answer that has one text wherever a text can stand."""
    return {
        "version": 1,
        "kind": "comparison",
        "understood": {"drugs": ["tacrolimus", "azathioprine"]},
        "case": {"side_effect": [text], "pregnancy": text, "weight_kg": 58, "audience": "clinician"},
        "escalation": {"level": "same_day", "text": f"{text} ", "rule": "RF-x"},
        "headline": text,
        "statements": [
            {
                "id": row,
                "text": text,
                "support": support,
                "citations": [2],
                "sources": [text],
                "check": {"verdict": "differs", "note": text},
            }
            for row, support in ((row_of(text), "article_cited"), ("C09", "beyond_article"), ("calc-C10", "computed"))
        ],
        "options": [
            {
                "option": f"{stance}-{text}",
                "drugs": ["tacrolimus"],
                "stance": stance,
                "because": [row_of(text)],
                "caution": text,
                "label": text,
                "reason": text,
            }
            for stance in ("preferred", "reserve", "disputed", "avoid", "contraindicated")
        ],
        "unknown": [text],
        "ask": {"slot": "pregnancy", "question": text, "choices": [text]},
        "follow_ups": [{"title": text, "message": text}],
        "citations": [{"number": 2, "label": text, "status": "confirmed", "url": text}],
        "assumptions": [text],
        "review": {"article_status": text, "article_updated": text, "table_version": text, "table_review": text},
        "notice": text,
        "text": f"{text}\n{text}",
        **more,
    }


def row(identifier: str, texts: list[str]) -> dict[str, Any]:
    """A row of the table with its text everywhere."""
    text = next((text for text in texts if row_of(text) == identifier), texts[-1])
    both = {"clinician": text, "patient": text}
    return {
        "id": identifier,
        "topic": "place",
        "drugs": ["tacrolimus", "azathioprine"],
        "text": both,
        "support": "article_cited",
        "citations": [{"number": 2, "label": text, "status": "confirmed", "url": text, "note": both}],
        "sources": [{"id": text, "title": text, "authors": text, "publisher": text, "year": None, "url": text}],
        "check": {"verdict": "differs", "note": both},
        "review": {"reviewed_by": text, "reviewed_on": text},
        "numbers": {},
    }


def hostile(visitor: Visitor) -> tuple[Visit, list[str]]:
    """A visit whose server answers with the texts in the list: one Answer for each, the text in every place."""
    visit = visitor()
    texts: list[str] = []
    visit.page.add_init_script(WATCH)
    visit.use(lambda _body: [answer(text) for text in texts])
    visit.page.route(
        "**/api/v1/rows/*", lambda route: route.fulfill(json=row(route.request.url.rsplit("/", 1)[-1], texts))
    )
    return visit.open(), texts


def ran(visit: Visit) -> list[str]:
    """What has run or was refused by the policy, and elements that nobody but a payload can have made."""
    found: list[str] = visit.page.evaluate(
        """(foreign) => {
          const root = document.querySelector("mycophenolate-assistant").shadowRoot;
          const made = [...root.querySelectorAll(foreign)].map((e) => e.outerHTML.slice(0, 80));
          const handlers = [...root.querySelectorAll("*")]
            .filter((e) => [...e.attributes].some((a) => /^on/i.test(a.name)));
          const links = [...root.querySelectorAll("a")]
            .filter((a) => !/^https?:$/.test(a.protocol) || !a.rel.includes("noopener"));
          return [...window.hits, ...made, ...handlers.map((e) => e.outerHTML), ...links.map((a) => a.outerHTML)];
        }""",
        FOREIGN,
    )
    return found


def test_the_corpus_is_large_enough() -> None:
    assert len(set(PAYLOADS)) >= 200


def unfold(visit: Visit) -> None:
    """Open everything that can be opened."""
    visit.page.evaluate(
        """() => {
          const root = document.querySelector("mycophenolate-assistant").shadowRoot;
          const closed = "details:not([open]) > summary, .toggle[aria-expanded=false]";
          for (const e of root.querySelectorAll(closed)) e.click();
        }"""
    )


@pytest.mark.parametrize("part", range(5))
def test_no_payload_runs_from_the_table(visitor: Visitor, part: int) -> None:
    visit, texts = hostile(visitor)
    texts[:] = PAYLOADS[part::5]
    visit.say("tacrolimus or azathioprine?")
    unfold(visit)
    visit.page.wait_for_timeout(500)
    shown = visit.answers.locator(".noted.unknown li").all_text_contents()
    assert shown == texts
    assert not ran(visit)


def test_no_payload_runs_from_what_was_said(visitor: Visitor) -> None:
    """The whole corpus as a restored conversation, and a sample typed."""
    visit, texts = hostile(visitor)
    texts[:] = ["ok"]
    visit.say("hello")
    turns = [
        {"id": f"turn-{i}", "role": "user", "text": text, "at": "2026-01-01T00:00:00Z"}
        for i, text in enumerate(PAYLOADS)
    ]
    told = {"case": answer(PAYLOADS[0])["case"], "lapsed": False, "turns": turns}
    visit.page.route("**/api/v1/conversation", lambda route: route.fulfill(json=told))
    visit.page.reload()
    expect(visit.page.locator(".bubble")).to_have_count(len(PAYLOADS))
    assert visit.page.locator(".bubble").all_text_contents() == PAYLOADS
    for payload in PAYLOADS[::20]:
        visit.say(payload)
        assert visit.page.locator(".bubble").last.text_content() == payload.strip()
    assert not ran(visit)


def test_no_payload_runs_as_a_quick_reply_or_in_the_drawer(visitor: Visitor) -> None:
    visit, texts = hostile(visitor)
    for payload in PAYLOADS[::20]:
        texts[:] = [payload]
        shown = visit.say("tacrolimus or azathioprine?")
        shown.locator("h3 .marks .mark").first.click()
        visit.drawer.locator(".references li").first.wait_for()
        assert visit.drawer.locator(".number .note").text_content() == payload
        assert not ran(visit), payload
        visit.page.keyboard.press("Escape")
        visit.click(shown.locator(".ask .reply"))
        assert visit.page.locator(".bubble").last.text_content() == payload
        assert not ran(visit), payload


def test_all_quick_replies_are_text(visitor: Visitor) -> None:
    visit, texts = hostile(visitor)
    texts[:] = ["x"]
    visit.page.unroute("**/api/v1/messages")
    reply = answer(
        "x",
        ask={"slot": "pregnancy", "question": "x", "choices": PAYLOADS},
        follow_ups=[{"title": p, "message": p} for p in PAYLOADS],
    )
    visit.use(lambda _body: [reply])
    shown = visit.say("x")
    assert shown.locator(".ask .reply").all_text_contents() == PAYLOADS
    assert shown.locator(".suggestions .reply").all_text_contents() == PAYLOADS
    assert not ran(visit)


def test_real_messages_do_not_run(visit: Visit) -> None:
    visit.page.evaluate(WATCH)
    for payload in PAYLOADS[::40]:
        visit.say(payload)
        assert not ran(visit), payload
    visit.page.reload()
    visit.answers.first.wait_for()


def test_signs_come_out_as_they_are(visitor: Visitor) -> None:
    visit, texts = hostile(visitor)
    for sign in SIGNS:
        texts[:] = [sign]
        shown = visit.say(sign)
        assert visit.page.locator(".bubble").last.text_content() == sign
        for part in (".noted.assumed li", ".escalation p", ".ask .reply", ".caution >> nth=0"):
            assert sign in (shown.locator(part).first.text_content() or ""), part
    shown.locator("h3 .marks .mark").first.click()
    expect(visit.drawer.locator(".number .note")).to_have_text(SIGNS[-1])
    expect(visit.drawer.locator(".claim blockquote")).to_have_text(SIGNS[-1])


def test_the_policy_is_strict(visit: Visit, site: Running) -> None:
    policy = (visit.page.request.get(site.base + "/").headers)["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'" and rules["style-src"] == "'self'"
    assert rules["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in policy


def test_scripts_and_styles_are_small() -> None:
    sizes = {
        file.name: len(gzip.compress(file.read_bytes(), 9))
        for file in (WIDGET / "dist").iterdir()
        if file.suffix in (".js", ".css")
    }
    assert sizes and sum(sizes.values()) <= MOST_BYTES, sizes


@pytest.fixture
def other_site(site: Running) -> Any:
    """A page of another host with a policy of its own, with the widget by one script tag (/inline: in its text)."""
    live = site.base.replace("http", "ws", 1)
    policy = (
        f"default-src 'none'; script-src {site.base}; connect-src {site.base} {live}; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    page = (
        "<!doctype html><html lang=en><title>Ward</title><meta name=viewport content='width=device-width'>"
        "<main><h1>Our ward</h1><p>Text of the page.</p></main>"
        f"<div id=chat></div><script src='{site.base}/widget.js' defer DATA></script></html>"
    )

    class Ward(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            inline = "data-mode=inline data-target=#chat data-theme=dark" if self.path == "/inline" else ""
            self.wfile.write(page.replace("DATA", inline).encode())

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", int(EMBEDDER.rsplit(":", 1)[1])), Ward)
    Thread(target=server.serve_forever, daemon=True).start()
    yield EMBEDDER
    server.shutdown()
    server.server_close()


def test_one_script_tag_on_another_page(visitor: Visitor, other_site: str) -> None:
    visit = visitor(other_site).open()
    opener = visit.button("Ask about mycophenolate side effects")
    opener.click()
    expect(visit.message).to_be_focused()
    visit.say("tacrolimus dose?")
    visit.page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    opener.click()
    expect(visit.answers).to_have_count(1)
    visit.errors = [error for error in visit.errors if "favicon" not in error]


def test_the_chat_in_the_text_of_another_page(visitor: Visitor, other_site: str) -> None:
    visit = visitor(other_site).open("/inline")
    assert visit.page.locator("#chat mycophenolate-assistant").count() == 1
    visit.say("tacrolimus dose?")
    expect(visit.page.locator(".frame")).to_have_attribute("data-theme", "dark")
    visit.errors = [error for error in visit.errors if "favicon" not in error]
