"""make teams-app: the package that is uploaded to Microsoft Teams, from the manifest beside this file and drawn icons.

What differs from place to place comes from the environment: TEAMS_APP_ID, TEAMS_PUBLIC_URL, and if wanted
TEAMS_DEVELOPER, TEAMS_PRIVACY_URL, TEAMS_TERMS_URL and TEAMS_READ_THREADS. See docs/teams.md.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PIL import Image, ImageDraw

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parents[1] / "var" / "teams-app.zip"
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
LONGEST_DEVELOPER = 32
TEAL, WHITE, CLEAR = (15, 92, 107, 255), (255, 255, 255, 255), (0, 0, 0, 0)
FINER = 8
"""Drawn this much larger and made smaller, so that edges are smooth."""
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The date of the files in the package: the same input gives the same package."""


class SettingError(Exception):
    """A setting that is missing or wrong, with the way to mend it."""


def manifest(settings: Mapping[str, str]) -> dict[str, Any]:
    """The manifest for one place.

    Raises:
        SettingError: when a setting is missing or wrong.
    """
    app_id, url = settings.get("TEAMS_APP_ID", "").strip().lower(), settings.get("TEAMS_PUBLIC_URL", "").strip()
    if not GUID.fullmatch(app_id):
        raise SettingError("TEAMS_APP_ID must be the bot's application (client) id.")
    developer = settings.get("TEAMS_DEVELOPER", "").strip() or "Your organisation"
    if len(developer) > LONGEST_DEVELOPER:
        raise SettingError(f"TEAMS_DEVELOPER may have {LONGEST_DEVELOPER} characters at most.")
    filled = json.loads((HERE / "manifest.json").read_text(encoding="utf-8"))
    filled["id"] = filled["bots"][0]["botId"] = app_id
    filled["developer"] = {
        "name": developer,
        "websiteUrl": _https("TEAMS_PUBLIC_URL", url),
        "privacyUrl": _https("TEAMS_PRIVACY_URL", settings.get("TEAMS_PRIVACY_URL", "").strip() or url),
        "termsOfUseUrl": _https("TEAMS_TERMS_URL", settings.get("TEAMS_TERMS_URL", "").strip() or url),
    }
    filled["validDomains"] = [urlsplit(url).hostname]
    if settings.get("TEAMS_READ_THREADS", "").strip().lower() in ("1", "true", "yes", "on"):
        # Follow-ups without a mention: Teams then hands on every message of a channel to the bot.
        filled["webApplicationInfo"] = {"id": app_id, "resource": "https://notused.invalid"}
        permission = {"name": "ChannelMessage.Read.Group", "type": "Application"}
        filled["authorization"] = {"permissions": {"resourceSpecific": [permission]}}
    return dict(filled)


def icon(size: int, colour: bool) -> bytes:
    """A tablet, half of it filled, as PNG: white on the colour of the app, or the white outline alone."""
    edge = size * FINER
    picture = Image.new("RGBA", (edge, edge), TEAL if colour else CLEAR)
    long, wide = round(edge * 0.72), round(edge * 0.30)
    pill = Image.new("RGBA", (edge, edge), CLEAR)
    draw = ImageDraw.Draw(pill)
    left, top = (edge - long) // 2, (edge - wide) // 2
    line = max(FINER, round(edge * 0.05))
    draw.rounded_rectangle((left, top, left + long, top + wide), radius=wide // 2, outline=WHITE, width=line)
    half = Image.new("L", (edge, edge), 0)
    ImageDraw.Draw(half).rounded_rectangle((left, top, left + long, top + wide), radius=wide // 2, fill=255)
    ImageDraw.Draw(half).rectangle((edge // 2, 0, edge, edge), fill=0)
    pill.paste(WHITE, mask=half)
    picture.alpha_composite(pill.rotate(45, resample=Image.Resampling.BICUBIC))
    small = picture.resize((size, size), Image.Resampling.LANCZOS)
    if not colour:
        # White and nothing else; only how much of it shows.
        small = Image.merge("RGBA", (*(Image.new("L", small.size, 255) for _ in range(3)), small.getchannel("A")))
    written = io.BytesIO()
    small.save(written, "PNG", optimize=True)
    return written.getvalue()


def build(settings: Mapping[str, str], package: Path = PACKAGE) -> Path:
    """Write the package.

    Raises:
        SettingError: when a setting is missing or wrong.
    """
    files = {
        "manifest.json": (json.dumps(manifest(settings), indent=2, ensure_ascii=False) + "\n").encode(),
        "color.png": icon(192, colour=True),
        "outline.png": icon(32, colour=False),
    }
    package.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(zipfile.ZipInfo(name, EARLIEST), content, zipfile.ZIP_DEFLATED)
    return package


def _https(name: str, url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname or len(url) > 2048:
        raise SettingError(f"{name} must be an address that begins with https://, the bot's own for example.")
    return url


def main() -> int:
    """Build it from the environment; the exit code."""
    try:
        package = build(os.environ)
    except SettingError as error:
        print(f"{error} How to set it up: docs/teams.md", file=sys.stderr)
        return 1
    print(f"Upload this to Teams: {package.relative_to(HERE.parents[1])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
