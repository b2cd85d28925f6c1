"""`make teams-app`: the package, held to the rules of the manifest's schema (version 1.22) and of the app upload."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from jsonschema import Draft7Validator
from PIL import Image

from tests.channels.teams.double import APP_ID
from tests.running import ROOT

GIVEN = {"TEAMS_APP_ID": APP_ID, "TEAMS_PUBLIC_URL": "https://bot.example.org", "TEAMS_DEVELOPER": "Example Hospital"}
GUID = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
HTTPS = {"type": "string", "pattern": "^https://", "maxLength": 2048}
SCOPES = {"type": "array", "items": {"enum": ["team", "personal", "groupChat"]}, "minItems": 1, "maxItems": 3}


def text(longest: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": longest}


def all_of(**properties: Any) -> dict[str, Any]:
    """An object that has all of these and nothing else."""
    return {
        "type": "object",
        "required": sorted(properties),
        "properties": properties,
        "additionalProperties": False,
    }


COMMANDS = {"type": "array", "maxItems": 10, "items": all_of(title=text(128), description=text(4000))}
COMMAND_LISTS = {"type": "array", "maxItems": 3, "items": all_of(scopes=SCOPES, commands=COMMANDS)}
BOT = all_of(
    botId=GUID,
    scopes=SCOPES,
    isNotificationOnly={"const": False},
    supportsFiles={"const": False},
    commandLists=COMMAND_LISTS,
)
RULES = all_of(
    **{"$schema": {"pattern": "/v1\\.22/"}},
    manifestVersion={"const": "1.22"},
    version={"type": "string", "pattern": r"^\d+\.\d+\.\d+$"},
    id=GUID,
    developer=all_of(name=text(32), websiteUrl=HTTPS, privacyUrl=HTTPS, termsOfUseUrl=HTTPS),
    name=all_of(short=text(30), full=text(100)),
    description=all_of(short=text(80), full=text(4000)),
    icons=all_of(color={"const": "color.png"}, outline={"const": "outline.png"}),
    accentColor={"type": "string", "pattern": "^#[0-9A-Fa-f]{6}$"},
    bots={"type": "array", "minItems": 1, "maxItems": 1, "items": BOT},
    validDomains={"type": "array", "maxItems": 16, "items": {"type": "string", "pattern": "^[a-z0-9.-]+$"}},
)


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("teams_app", ROOT / "packaging" / "teams" / "build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def package(build: ModuleType, tmp_path: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(build.build(GIVEN, tmp_path / "app.zip"))


def test_the_manifest_keeps_the_rules(package: zipfile.ZipFile) -> None:
    manifest = json.loads(package.read("manifest.json"))
    assert [error.message for error in Draft7Validator(RULES).iter_errors(manifest)] == []
    assert manifest["id"] == manifest["bots"][0]["botId"] == APP_ID
    assert manifest["validDomains"] == ["bot.example.org"]
    assert manifest["developer"]["name"] == "Example Hospital"
    assert "pending human review" in manifest["description"]["full"]


def test_the_package_holds_three_files_and_icons_of_the_right_size(package: zipfile.ZipFile) -> None:
    assert sorted(package.namelist()) == ["color.png", "manifest.json", "outline.png"]
    colour, outline = (Image.open(io.BytesIO(package.read(name))) for name in ("color.png", "outline.png"))
    assert (colour.format, colour.size) == ("PNG", (192, 192))
    assert (outline.format, outline.size, outline.mode) == ("PNG", (32, 32), "RGBA")
    assert colour.convert("RGBA").getchannel("A").getextrema() == (255, 255)
    assert outline.convert("RGB").getcolors() == [(32 * 32, (255, 255, 255))]
    assert outline.getchannel("A").getextrema() == (0, 255)


def test_the_same_settings_give_the_same_package(build: ModuleType, tmp_path: Path) -> None:
    first, second = (build.build(GIVEN, tmp_path / name).read_bytes() for name in ("a.zip", "b.zip"))
    assert first == second


def test_reading_threads_is_asked_for_only_when_wanted(build: ModuleType) -> None:
    assert "authorization" not in build.manifest(GIVEN)
    asked = build.manifest({**GIVEN, "TEAMS_READ_THREADS": "1"})
    (permission,) = asked["authorization"]["permissions"]["resourceSpecific"]
    assert permission["name"] == "ChannelMessage.Read.Group"
    assert asked["webApplicationInfo"]["id"] == APP_ID


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"TEAMS_APP_ID": ""}, "TEAMS_APP_ID"),
        ({"TEAMS_PUBLIC_URL": ""}, "TEAMS_PUBLIC_URL"),
        ({"TEAMS_PUBLIC_URL": "http://bot.example.org"}, "TEAMS_PUBLIC_URL"),
        ({"TEAMS_PRIVACY_URL": "bot.example.org"}, "TEAMS_PRIVACY_URL"),
        ({"TEAMS_TERMS_URL": "https://[::1"}, "TEAMS_TERMS_URL"),
        ({"TEAMS_DEVELOPER": "x" * 33}, "TEAMS_DEVELOPER"),
    ],
)
def test_a_wrong_setting_is_named(build: ModuleType, wrong: dict[str, str], named: str) -> None:
    with pytest.raises(build.SettingError, match=named):
        build.manifest({**GIVEN, **wrong})


def test_make_builds_it_and_says_what_is_missing() -> None:
    if shutil.which("make") is None:
        if os.environ.get("CI"):
            pytest.fail("make is needed")
        pytest.skip("make is not installed")
    for given, code in ((GIVEN, 0), ({}, 2)):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("TEAMS_")} | given
        done = subprocess.run(["make", "teams-app"], cwd=ROOT, env=environment, capture_output=True, text=True)
        assert done.returncode == code, done.stderr
    assert "TEAMS_APP_ID" in done.stderr
