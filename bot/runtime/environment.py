"""What must be set before Rasa and numpy are imported."""

from __future__ import annotations

import os
import warnings


def prepare() -> None:
    """Telemetry off, one thread a matrix product, and no warnings about libraries that Rasa pins.

    Products here are small: threads cost more than they bring, and would take the second core from the server.
    """
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    for category in (DeprecationWarning, PendingDeprecationWarning, FutureWarning):
        warnings.simplefilter("ignore", category)
    warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
    warnings.filterwarnings("ignore", message=".*[Pp]arse.*deprecated")
