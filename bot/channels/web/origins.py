"""Which pages may use the assistant: its own, and the sites that its owner allows."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

PORTS = {"http": 80, "https": 443}
CORS = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Expose-Headers": "Retry-After",
    "Access-Control-Max-Age": "600",
}


def allowed(origin: str | None, host: str | None, embedders: Collection[str]) -> bool:
    """May a page of this origin ask? No origin: no page of another site asks, but a program or the page itself.

    The scheme is not compared for our own host: behind a proxy the page has https and we see http.
    """
    if origin is None:
        return True
    return origin.lower() in embedders or _same_host(origin, host)


def cors(origin: str | None, host: str | None, embedders: Collection[str]) -> dict[str, str]:
    """The headers that let an allowed site read the reply; for every other, only that it varies by origin."""
    if origin is None or origin.lower() not in embedders:
        return {"Vary": "Origin"}
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin", **CORS}


def _same_host(origin: str, host: str | None) -> bool:
    try:
        page = urlsplit(origin)
        own = urlsplit(f"{page.scheme}://{host or ''}")
        if page.scheme not in PORTS or not page.hostname:
            return False
        default = PORTS[page.scheme]
        return (page.hostname, page.port or default) == (own.hostname, own.port or default)
    except ValueError:
        return False
