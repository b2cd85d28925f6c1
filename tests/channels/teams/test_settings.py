"""Credentials: missing or wrong ones are named at the start, and everything else still runs."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from bot.channels.credentials import CredentialsError
from bot.channels.teams import TeamsChannel
from bot.channels.teams_settings import MANAGED_IDENTITY, read_settings
from tests.channels.teams.double import APP_ID, SECRET, TENANT, Microsoft
from tests.channels.teams.speaking import Teams, activity_of
from tests.running import Running, start

GOOD = {"TEAMS_APP_ID": APP_ID, "TEAMS_TENANT_ID": TENANT, "TEAMS_APP_PASSWORD": SECRET}


def test_nothing_set_means_no_teams() -> None:
    assert read_settings(None, {}) is None
    assert TeamsChannel.from_settings(None, {"TEAMS_PUBLIC_URL": "https://bot.example.org"}) is None


def test_good_credentials_take_the_public_cloud_and_only_the_own_tenant() -> None:
    settings = read_settings(None, GOOD)
    assert settings is not None
    assert settings.token_url == f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token"
    assert settings.service_hosts == {"smba.trafficmanager.net"}
    assert settings.tenants == {TENANT}
    assert SECRET not in repr(settings)


def test_credentials_may_stand_in_the_file_and_the_environment_wins() -> None:
    section = {"app_id": APP_ID, "tenant_id": TENANT, "app_password": "older", "playground": False}
    settings = read_settings(section, {"TEAMS_APP_PASSWORD": SECRET})
    assert settings is not None and settings.secret == SECRET


def test_the_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    given = {**GOOD, "TEAMS_APP_PASSWORD": "", "TEAMS_APP_PASSWORD_FILE": str(file)}
    settings = read_settings(None, given)
    assert settings is not None and settings.secret == SECRET


def test_a_managed_identity_needs_no_secret() -> None:
    settings = read_settings(None, {**GOOD, "TEAMS_APP_PASSWORD": "", "TEAMS_APP_TYPE": "userassignedmsi"})
    assert settings is not None and (settings.kind, settings.secret) == (MANAGED_IDENTITY, None)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"TEAMS_APP_ID": ""}, "TEAMS_APP_ID .* is missing"),
        ({"TEAMS_TENANT_ID": ""}, "TEAMS_TENANT_ID .* is missing"),
        ({"TEAMS_APP_PASSWORD": ""}, "TEAMS_APP_PASSWORD .* is missing"),
        ({"TEAMS_APP_ID": "x"}, "TEAMS_APP_ID .* is not an id"),
        ({"TEAMS_TENANT_ID": "common"}, "TEAMS_TENANT_ID .* is not an id"),
        ({"TEAMS_APP_PASSWORD": APP_ID}, "looks like the secret's id"),
        ({"TEAMS_APP_PASSWORD_FILE": "/nowhere/secret"}, "TEAMS_APP_PASSWORD_FILE cannot be read"),
        ({"TEAMS_APP_TYPE": "MultiTenant"}, "TEAMS_APP_TYPE"),
        ({"TEAMS_ALLOWED_TENANTS": "*"}, "TEAMS_ALLOWED_TENANTS"),
        ({"TEAMS_SERVICE_HOSTS": "*.trafficmanager.net"}, "TEAMS_SERVICE_HOSTS"),
        ({"TEAMS_SERVICE_HOSTS": "https://smba.trafficmanager.net"}, "TEAMS_SERVICE_HOSTS"),
        ({"TEAMS_TOKEN_URL": "http://login.example/t"}, "TEAMS_TOKEN_URL must begin with https"),
        ({"TEAMS_METADATA_URL": "ftp://x"}, "TEAMS_METADATA_URL must begin with https"),
        ({"TEAMS_PLAYGROUND": "1"}, "TEAMS_PLAYGROUND takes messages unsigned"),
    ],
)
def test_what_is_missing_or_wrong_is_named_and_no_secret_is(wrong: dict[str, str], named: str) -> None:
    with pytest.raises(CredentialsError, match=named) as error:
        read_settings(None, {**GOOD, **wrong})
    assert SECRET not in str(error.value)


def test_everything_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(CredentialsError) as error:
        read_settings({"app_id": "x"}, {})
    for name in ("TEAMS_APP_ID", "TEAMS_TENANT_ID", "TEAMS_APP_PASSWORD"):
        assert name in str(error.value)


def started(folder: Path, **environment: str) -> Iterator[Running]:
    with mock.patch.dict(os.environ, environment):
        running = start(folder)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def without_secret(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    yield from started(tmp_path_factory.mktemp("wrong"), TEAMS_APP_ID=APP_ID, TEAMS_TENANT_ID=TENANT)


def test_with_wrong_credentials_the_rest_still_runs(without_secret: Running) -> None:
    log = without_secret.log.read_text()
    assert "Teams is not opened" in log and "TEAMS_APP_PASSWORD" in log and "docs/teams.md" in log
    assert without_secret.request("/webhooks/teams/messages", b"{}")[0] == 404
    assert without_secret.answers("tac dose?")


@pytest.fixture(scope="module")
def playground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    yield from started(tmp_path_factory.mktemp("playground"), TEAMS_PLAYGROUND="1")


def test_the_playground_is_answered_on_this_machine_without_a_token(playground: Running, microsoft: Microsoft) -> None:
    microsoft.forget()
    teams = Teams(playground, microsoft)
    assert teams.post(activity_of(microsoft, "hello", user="play"), None) == (200, {})
    until_sent(microsoft)
    assert all(sent.token is None for sent in microsoft.sent)
    assert "TEAMS_PLAYGROUND is set. For trials only." in playground.log.read_text()


def until_sent(microsoft: Microsoft) -> None:
    until = time.monotonic() + 20
    while not any(sent.activity.get("type") == "message" for sent in microsoft.sent) and time.monotonic() < until:
        time.sleep(0.05)
    assert microsoft.sent


@pytest.mark.parametrize(
    ("more", "headers"),
    [
        ({"serviceUrl": "https://smba.trafficmanager.net/amer/"}, {}),
        ({"serviceUrl": "http://localhost.evil.example/"}, {}),
        ({"serviceUrl": "http://127.0.0.1@evil.example/"}, {}),
        ({"serviceUrl": 7}, {}),
        ({}, {"X-Forwarded-For": "127.0.0.1"}),
        ({}, {"Forwarded": "for=127.0.0.1"}),
        ({}, {"Content-Type": "text/plain"}),
    ],
)
def test_the_playground_is_for_this_machine_alone(
    playground: Running, microsoft: Microsoft, more: dict[str, Any], headers: dict[str, str]
) -> None:
    microsoft.forget()
    teams = Teams(playground, microsoft)
    assert teams.post(activity_of(microsoft, "hello", **more), None, **headers)[0] == 403
    assert not microsoft.sent


def test_a_wrong_secret_is_told_at_the_start(tmp_path: Path, microsoft: Microsoft) -> None:
    for running in started(tmp_path, **{**microsoft.environment(), "TEAMS_APP_PASSWORD": "zyxwvut"}):
        until = time.monotonic() + 20
        while "answers cannot be sent" not in running.log.read_text() and time.monotonic() < until:
            time.sleep(0.05)
        log = running.log.read_text()
        assert "answers cannot be sent: the token endpoint answered 401 (AADSTS7000215)" in log
        assert "zyxwvut" not in log
        assert running.answers("tac dose?")


def test_a_server_whose_keys_cannot_be_had_starts_and_asks_teams_to_wait(tmp_path: Path, microsoft: Microsoft) -> None:
    environment = {**microsoft.environment(), "TEAMS_METADATA_URL": "http://127.0.0.1:1/openid"}
    for running in started(tmp_path, **environment):
        assert Teams(running, microsoft).post(activity_of(microsoft, "hello"))[0] == 503
        assert running.answers("tac dose?")
