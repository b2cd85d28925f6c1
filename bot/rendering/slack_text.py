"""Slack's own way of writing text, in both directions."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"<([^<>\n]{1,4000})>")
_LOOKALIKE = {"*": "∗", "_": "＿", "~": "∼", "`": "ˋ"}
_FORMATTING = re.compile(r"(?<!\w)[*_~`](?=\S)|(?<=\S)[*_~`](?!\w)")


def escaped(text: str) -> str:
    """The text so that Slack shows it as it is: no entity, link, mention or formatting comes of it.

    Slack has no escape for its formatting marks. Where one could begin or end a format, a sign that looks alike stands.
    """
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _FORMATTING.sub(lambda found: _LOOKALIKE[found[0]], text)


def plain(text: str, own_user: str | None = None) -> str:
    """What a person typed, from the text of a Slack event.

    Links keep their label (else their address), channels and groups their name; our own mention goes.

    Args:
        text: of the event, with Slack's entities and tokens.
        own_user: the bot's user id.
    """
    spoken = _TOKEN.sub(lambda found: _token(found[1], own_user), text)
    spoken = spoken.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return re.sub(r"[ \t\u00a0]+", " ", spoken).strip()


def _token(token: str, own_user: str | None) -> str:
    target, _, label = token.partition("|")
    if target.startswith("@"):
        return "" if target[1:] == own_user else (label or "@someone")
    if target.startswith("#"):
        return f"#{label}" if label else "#channel"
    if target.startswith("!"):
        return label or f"@{target[1:].partition('^')[0]}"
    return label or target.removeprefix("mailto:").removeprefix("tel:")


def shortened(text: str, limit: int) -> str:
    """A label of at most `limit` characters, cut between words. For labels only: sentences are folded, never cut."""
    if len(text) <= limit:
        return text
    cut = text.rfind(" ", 1, limit)
    return text[: cut if cut > limit // 2 else limit - 1].rstrip(" ,;:") + "…"
