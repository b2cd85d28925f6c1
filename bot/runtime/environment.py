"""What must be set before Rasa and numpy are imported."""

from __future__ import annotations

import os
import warnings
from typing import Any

_TECHNICAL = (DeprecationWarning, PendingDeprecationWarning, FutureWarning)
_EXPECTED = (
    "pkg_resources is deprecated",  # by Rasa and its scheduler; setuptools is pinned to a version that has it
    "Slot auto-fill has been removed",  # for slots named like an entity; ours are filled by actions, on purpose
)


def prepare() -> None:
    """Telemetry off, one thread a matrix product, and no warnings that only Rasa's own authors could act on.

    Products here are small: threads cost more than they bring, and would take the second core from the server.
    """
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    # Not by filters: libraries put their own before these when they are imported.
    if not hasattr(warnings.showwarning, "selective"):
        warnings.showwarning = _selective(warnings.showwarning)


def _selective(show: Any) -> Any:
    def show_unless_expected(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
        if not issubclass(category, _TECHNICAL) and not any(text in str(message) for text in _EXPECTED):
            show(message, category, *place, **more)

    show_unless_expected.selective = True  # type: ignore[attr-defined]
    return show_unless_expected
