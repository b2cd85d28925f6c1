"""The manifest asks for what the channel uses, and no more."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.running import ROOT

USED = {
    "app_home_opened": "",
    "app_mention": "app_mentions:read",
    "assistant_thread_started": "assistant:write",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
}
"""Events that bot/channels/slack_events.py answers, and the scope each needs."""


@pytest.fixture
def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "packaging/slack/manifest.yml").read_text(encoding="utf-8"))
    return loaded


def test_events_and_scopes(manifest: dict[str, Any]) -> None:
    assert set(manifest["settings"]["event_subscriptions"]["bot_events"]) == set(USED)
    scopes = set(manifest["oauth_config"]["scopes"]["bot"])
    assert scopes == {*filter(None, USED.values()), "chat:write", "commands"}


def test_texts_have_slacks_lengths(manifest: dict[str, Any]) -> None:
    shown = manifest["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 174 <= len(shown["long_description"]) <= 4000
    assert "pending human review" in shown["long_description"]
    assert manifest["features"]["slash_commands"][0]["command"] == "/asys"
    assert manifest["settings"]["socket_mode_enabled"] is True
