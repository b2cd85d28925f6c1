"""Which channels are opened: from credentials.yml, from the environment, and what is said when one cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.channels.credentials import CredentialsError, settings
from bot.runtime.channels import OURS, make_channels

REST = "bot.runtime.rest.RestChannel:\n"
TOKEN, APP_TOKEN, SECRET = "xoxb-1-secret", "xapp-1-secret", "0123456789abcdef0123456789abcdef"
SLACK = "bot.channels.slack.SlackChannel:\n"


@pytest.fixture(autouse=True)
def _no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_API_URL"):
        monkeypatch.delenv(name, raising=False)


def names(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "credentials.yml"
    file.write_text(text)
    return [channel.name() for channel in make_channels(file)]


def test_nothing_of_ours_is_opened_without_credentials(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert names(tmp_path, REST) == ["rest"]
    assert capfd.readouterr().err == ""


def test_the_file_opens_it(tmp_path: Path) -> None:
    assert names(tmp_path, f"{REST}{SLACK}  bot_token: {TOKEN}\n  app_token: {APP_TOKEN}\n") == ["rest", "slack"]


def test_the_environment_opens_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("SLACK_SIGNING_SECRET", SECRET)
    assert names(tmp_path, REST) == ["rest", "slack"]


def test_the_environment_completes_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", TOKEN)
    assert names(tmp_path, f"{REST}{SLACK}  signing_secret: {SECRET}\n") == ["rest", "slack"]


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("", "SLACK_BOT_TOKEN"),
        (f"  bot_token: {TOKEN}\n", "SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET"),
        (f"  bot_token: {TOKEN}\n  slack_token: {TOKEN}\n", "slack_token is no setting"),
        ("  - a list\n", "`name: value`"),
        (f"  bot_token: {APP_TOKEN}\n  app_token: {APP_TOKEN}\n", "begin with xoxb-"),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_is_opened(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], section: str, said: str
) -> None:
    assert names(tmp_path, REST + SLACK + section) == ["rest"]
    printed = capfd.readouterr().err
    assert "Slack is not opened" in printed
    assert said in printed
    assert "secret" not in printed.replace("signing secret", "").replace("signing_secret", "")


def test_each_of_ours_can_be_left_out() -> None:
    assert len(OURS) == 2


def test_a_variable_that_is_not_set_counts_as_missing() -> None:
    assert settings({"a": "${NOT_SET}", "b": " x "}, {}, {"a": "A", "b": "B"}) == {"b": "x"}
    assert settings({"a": "file"}, {"A": "environment"}, {"a": "A"}) == {"a": "environment"}
    with pytest.raises(CredentialsError):
        settings(["a"], {}, {"a": "A"})  # type: ignore[arg-type]
