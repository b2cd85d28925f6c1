"""Training, and only when something that the model is made from has changed."""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bot.runtime.paths import MODELS, ROOT

INPUTS = ("config.yml", "domain.yml", "requirements.lock", "data", "bot/guidance", "bot/language")
"""Files and folders a model depends on. The code of the components counts: Rasa's own cache does not see it."""
SUFFIXES = {".yml", ".yaml", ".py", ".json", ".lock", ".onnx", ".txt", ".csv"}
KEPT = 3
"""Models kept besides the newest one, for going back and forth between branches without training again."""


def _files() -> Iterator[Path]:
    for name in INPUTS:
        path = ROOT / name
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.suffix in SUFFIXES and p.is_file())
        elif path.is_file():
            yield path


def digest() -> str:
    """A short digest of everything that a model is made from."""
    total = hashlib.sha256()
    for path in _files():
        total.update(path.relative_to(ROOT).as_posix().encode())
        total.update(b"\0")
        total.update(path.read_bytes())
        total.update(b"\0")
    return total.hexdigest()[:16]


def model_path() -> Path:
    """Where the model for the files as they are now is, or will be once trained."""
    return MODELS / f"assistant-{digest()}.tar.gz"


def _forget_old(newest: Path) -> None:
    models = sorted(MODELS.glob("assistant-*.tar.gz"), key=lambda p: p.stat().st_mtime, reverse=True)
    for path in [m for m in models if m != newest][KEPT:]:
        path.unlink(missing_ok=True)


def train(force: bool = False) -> Path:
    """Train unless the model for the present files is there already; the model's path.

    Raises:
        SystemExit: when Rasa reports that training failed.
    """
    path = model_path()
    if path.is_file() and not force:
        return path
    print("Training the model (about half a minute on two idle cores) ...", flush=True)
    started = time.monotonic()
    from bot.language.preparation import shared_helper

    shared_helper()  # it loads while Rasa does
    from rasa.model_training import train as rasa_train

    from bot.runtime import quick_training

    quick_training.apply()
    MODELS.mkdir(exist_ok=True)
    # Made aside and moved: a training that is interrupted must leave no half of a model under the name of a whole one.
    with tempfile.TemporaryDirectory(dir=MODELS, prefix=".unfinished-") as folder:
        result = rasa_train(
            domain=str(ROOT / "domain.yml"),
            config=str(ROOT / "config.yml"),
            training_files=[str(ROOT / "data")],
            output=folder,
            force_training=True,  # Rasa's own cache does not see changes of the table or of helper modules
            fixed_model_name=path.name,
        )
        made = Path(folder) / path.name
        if result.code != 0 or not made.is_file():
            sys.exit("Training failed: see above.")
        made.replace(path)
    _forget_old(path)
    print(f"Trained in {time.monotonic() - started:.0f} s: {path.relative_to(ROOT)}", flush=True)
    return path
