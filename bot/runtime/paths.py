"""Where things are, from the project's root."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("ASSISTANT_VAR") or ROOT / "var")
"""What a running assistant writes: conversations, caches. Private to the user; `make clean` removes it."""
MODELS = ROOT / "models"
