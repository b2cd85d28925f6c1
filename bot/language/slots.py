"""The slots of one message while they are being filled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

DENIED = ("absent", "withdrawn")
"""Statuses of a concept that is said not to be there."""


@dataclass
class Slots:
    """What goes into the Reading."""

    drugs: list[str] = field(default_factory=list)
    side_effect: list[str] = field(default_factory=list)
    ild: list[str] = field(default_factory=list)
    pregnancy: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    scenario: dict[str, Any] = field(default_factory=dict)
    absent: dict[str, list[str]] = field(default_factory=dict)
    retracted: dict[str, list[str]] = field(default_factory=dict)
    severity: str | None = None
    hypothetical: bool = False


def unique(values: Iterable[str]) -> list[str]:
    """The values without repetitions, in their order."""
    return list(dict.fromkeys(values))
