"""The chat page: three files of our own, served from memory."""

from __future__ import annotations

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, raw

from bot.runtime.paths import PAGE

FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/chat.css": ("chat.css", "text/css; charset=utf-8"),
    "/chat.js": ("chat.js", "text/javascript; charset=utf-8"),
}
HEADERS = {
    # Only our own files, and only talking to us: a reply that slipped markup into the page could still do nothing.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def add_to(app: Sanic) -> None:
    """Add the page's routes to the server."""
    for route, (name, kind) in FILES.items():
        _add(app, route, name, kind)


def _add(app: Sanic, route: str, name: str, kind: str) -> None:
    body = (PAGE / name).read_bytes()

    async def serve_file(_request: Request) -> HTTPResponse:
        return raw(body, content_type=kind, headers=HEADERS)

    app.add_route(serve_file, route, methods=["GET", "HEAD"], name=f"page_{name.replace('.', '_')}")
