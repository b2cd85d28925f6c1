"""What may be set for the web channel: in credentials.yml, or in the environment, which wins."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Settings:
    """``origins``: other sites that may embed the assistant, as scheme and host ("https://ward.example").

    ``session_hours``: how long a conversation can be gone on with. ``messages_a_minute``: for one conversation;
    ``sessions_a_minute``: new conversations from one address, which a whole hospital may share.
    ``key``: what sessions are signed with (32 characters or more); empty: made once and kept under var/.
    """

    origins: tuple[str, ...] = ()
    session_hours: float = 24
    messages_a_minute: int = 20
    sessions_a_minute: int = 30
    key: str = ""
    var: Path = ROOT / "var"

    @classmethod
    def read(cls, given: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None) -> Settings:
        """The settings of credentials.yml (``given``), overruled by WEB_ORIGINS, WEB_SESSION_HOURS and so on.

        Raises ValueError that says which setting is wrong and how it should look.
        """
        env = os.environ if environment is None else environment
        values: dict[str, Any] = {"var": Path(env.get("ASSISTANT_VAR") or ROOT / "var")}
        for name, kind in (("session_hours", float), ("messages_a_minute", int), ("sessions_a_minute", int)):
            raw = env.get(f"WEB_{name.upper()}") or (given or {}).get(name)
            if raw is not None:
                values[name] = _positive(name, raw, kind)
        origins = env.get("WEB_ORIGINS")
        listed = origins.split(",") if origins else (given or {}).get("origins") or ()
        values["origins"] = tuple(_origin(str(o).strip()) for o in listed if str(o).strip())
        values["key"] = env.get("WEB_KEY") or (given or {}).get("key") or ""
        if values["key"] and len(values["key"]) < 32:
            raise ValueError("web channel: key must have 32 characters or more; leave it out to have one made")
        unknown = set(given or ()) - {f.name for f in fields(cls)}
        if unknown:
            raise ValueError(f"web channel: unknown settings {sorted(unknown)} in credentials.yml")
        return cls(**values)


def _positive(name: str, raw: Any, kind: type) -> Any:
    try:
        value = kind(raw)
    except (TypeError, ValueError):
        value = 0
    if value <= 0:
        raise ValueError(f"web channel: {name} must be a number above 0, not {raw!r}")
    return value


def _origin(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/") or parts.query:
        raise ValueError(f"web channel: origins are written like https://ward.example, not {text!r}")
    return f"{parts.scheme}://{parts.netloc}".lower()
