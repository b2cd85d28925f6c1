"""The words that channels put around an Answer, in the register it is written in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.guidance.knowledge import DEFAULT_REGISTER
from bot.guidance.model import AUDIENCES


@lru_cache(maxsize=1)
def _rows() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    rows: Mapping[str, Mapping[str, Mapping[str, str]]] = yaml.safe_load(
        (Path(__file__).parent / "words.yml").read_text(encoding="utf-8")
    )
    for group, entries in rows.items():
        for name, texts in entries.items():
            if set(texts) != set(AUDIENCES):
                raise ValueError(f"words.yml: {group}: {name}: needs a text for each of {', '.join(AUDIENCES)}")
    return rows


def register_of(answer: Mapping[str, Any] | None) -> str:
    """The register an Answer is written in; without one, the article's own."""
    return str(((answer or {}).get("case") or {}).get("audience") or DEFAULT_REGISTER)


def word(group: str, name: str, register: str, **values: object) -> str:
    """A phrase of words.yml. Raises KeyError when there is none of that name."""
    return _rows()[group][name][register].format(**values)


def phrase(name: str, register: str, **values: object) -> str:
    """A phrase of the group `phrases`."""
    return word("phrases", name, register, **values)
