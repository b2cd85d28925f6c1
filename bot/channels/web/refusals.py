"""What the web channel refuses, said so that a person or a program knows what to do next."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import yaml

TEXTS = Path(__file__).with_name("refusals.yml")


class RefusedError(Exception):
    """A request that is not carried out. ``code`` is a row of refusals.yml; ``retry_after``: seconds to wait."""

    def __init__(self, code: str, retry_after: int | None = None, **values: object) -> None:
        row = rows()[code]
        self.code = code
        self.status: int = row["status"]
        self.message: str = row["message"].format(seconds=retry_after, **values)
        self.retry_after = retry_after
        super().__init__(code)

    def as_dict(self) -> dict[str, Any]:
        """The ``error`` object of a reply."""
        error: dict[str, Any] = {"code": self.code, "message": self.message, "status": self.status}
        if self.retry_after is not None:
            error["retry_after"] = self.retry_after
        return error


@functools.lru_cache(maxsize=1)
def rows() -> dict[str, dict[str, Any]]:
    """The rows of refusals.yml: HTTP status and message by code."""
    data: dict[str, dict[str, Any]] = yaml.safe_load(TEXTS.read_text(encoding="utf-8"))
    return data
