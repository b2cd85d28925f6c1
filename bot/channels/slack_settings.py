"""What Slack needs to be set up, and a clear word when it is not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.credentials import CredentialsError, settings

NAMES = {
    "bot_token": "SLACK_BOT_TOKEN",
    "signing_secret": "SLACK_SIGNING_SECRET",
    "app_token": "SLACK_APP_TOKEN",
    "api_url": "SLACK_API_URL",
}
API_URL = "https://slack.com/api/"
HELP = "docs/slack.md says where to find it"


@dataclass(frozen=True)
class SlackSettings:
    """``signing_secret`` opens the HTTP door, ``app_token`` Socket Mode; one of them is there."""

    bot_token: str
    signing_secret: str | None = None
    app_token: str | None = None
    api_url: str = API_URL
    """Where Slack's Web API is; another address is for tests."""

    def __repr__(self) -> str:
        """No secrets, wherever it is printed."""
        return f"SlackSettings(http={bool(self.signing_secret)}, socket_mode={bool(self.app_token)})"


def read_settings(section: Mapping[str, Any] | None, environment: Mapping[str, str]) -> SlackSettings | None:
    """Slack's settings; None when nothing is set.

    Raises:
        CredentialsError: when something is missing or cannot be right.
    """
    found = settings(section, environment, NAMES)
    secrets = {name: value for name, value in found.items() if name != "api_url"}
    if not secrets and section is None:
        return None
    problems = []
    for name, prefix, what in (("bot_token", "xoxb-", "bot token"), ("app_token", "xapp-", "app-level token")):
        if name in found and not found[name].startswith(prefix):
            problems.append(f"{NAMES[name]} is no {what}: those begin with {prefix}")
    if "bot_token" not in found:
        problems.append(f"the bot token is missing: set SLACK_BOT_TOKEN or `bot_token:` in credentials.yml ({HELP})")
    if "signing_secret" in found and not re.fullmatch(r"[0-9a-f]{32}", found["signing_secret"]):
        problems.append("SLACK_SIGNING_SECRET is no signing secret: those are 32 of the signs 0-9 and a-f")
    if not {"signing_secret", "app_token"} & set(found):
        problems.append(
            "how Slack reaches the assistant is missing: set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET "
            f"(HTTP) ({HELP})"
        )
    if problems:
        raise CredentialsError("; ".join(problems))
    return SlackSettings(**{"api_url": API_URL, **found})
