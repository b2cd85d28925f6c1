"""python -m bot.runtime.validate: `rasa data validate`, where a warning is an error."""

from __future__ import annotations

import os
import sys

from bot.runtime.environment import prepare
from bot.runtime.paths import ROOT


def main() -> int:
    """Validate domain, configuration, training data and stories; the exit code."""
    prepare()
    os.chdir(ROOT)
    import rasa.__main__

    sys.argv = ["rasa", "data", "validate", "--fail-on-warnings", "--max-history", "6"]
    rasa.__main__.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
