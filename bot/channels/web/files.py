"""The built widget, served from memory: the page at /, widget.js for any page that may embed it."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, raw

DIST = Path(__file__).resolve().parents[2] / "widget" / "dist"
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}
NOT_BUILT = (
    b"<!doctype html><html lang=en><title>Not built</title><p>The page has not been built yet. "
    b"Stop the assistant and run <code>make run</code>; the API at /api/v1 works meanwhile.</html>"
)


@dataclass(frozen=True)
class BuiltFile:
    """One file of the build, also made small, with what tells a browser that it has it already."""

    body: bytes
    small: bytes
    kind: str
    tag: str


class Files:
    """Routes for every file of the build; without a build, a page that says how to make it."""

    def __init__(self, embedders: Collection[str], folder: Path = DIST) -> None:
        self._headers = headers(embedders)
        self._files = {f"/{path.name}": _read(path) for path in sorted(folder.glob("*")) if path.suffix in KINDS}
        self._files["/"] = self._files.pop("/index.html", _file(NOT_BUILT, ".html"))

    def add_to(self, blueprint: Blueprint) -> None:
        """Add the routes."""

        async def serve(request: Request) -> HTTPResponse:
            return self._reply(request)

        for route in self._files:
            name = f"file_{route.strip('/') or 'page'}"
            blueprint.add_route(serve, route, methods=["GET", "HEAD"], name=name, strict_slashes=True)

    def _reply(self, request: Request) -> HTTPResponse:
        file = self._files[request.path]
        shown = {**self._headers, "ETag": file.tag, "Vary": "Accept-Encoding"}
        if file.tag in request.headers.get("if-none-match", ""):
            return raw(b"", status=304, headers=shown)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return raw(file.small, content_type=file.kind, headers={**shown, "Content-Encoding": "gzip"})
        return raw(file.body, content_type=file.kind, headers=shown)


def headers(embedders: Collection[str]) -> dict[str, str]:
    """What every file is served with: only our own scripts, styles and server; framed by allowed sites alone."""
    ancestors = " ".join(("'self'", *sorted(embedders)))
    shown = {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        f"img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}; "
        "require-trusted-types-for 'script'; trusted-types 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        # The script is for other sites' pages, also with an integrity; it holds nothing of anybody.
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Access-Control-Allow-Origin": "*",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        "X-Permitted-Cross-Domain-Policies": "none",
        "Cache-Control": "no-cache",
    }
    if not embedders:
        shown["X-Frame-Options"] = "SAMEORIGIN"
    return shown


def _read(path: Path) -> BuiltFile:
    return _file(path.read_bytes(), path.suffix)


def _file(body: bytes, suffix: str) -> BuiltFile:
    return BuiltFile(body, gzip.compress(body, 9, mtime=0), KINDS[suffix], f'"{hashlib.sha256(body).hexdigest()[:24]}"')
