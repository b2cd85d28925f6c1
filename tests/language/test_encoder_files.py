"""The encoder's files: the published ones wherever they come from, a download included, and never others."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.language import encoder_files
from bot.language.encoder import Encoder
from bot.language.encoder_files import DIGESTS, MODEL, REVISION, EncoderError, find_folder, verify


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_said: object) -> None:
        """Nothing."""


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A model hub on this machine: the folder whose files it serves under the pinned revision. No package is there."""
    served = tmp_path / "hub" / MODEL / "resolve" / REVISION
    served.mkdir(parents=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "hub")))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.delenv(encoder_files.FOLDER_VARIABLE, raising=False)
    monkeypatch.setenv(encoder_files.HUB_VARIABLE, f"http://127.0.0.1:{server.server_port}/")
    yield served
    server.shutdown()
    server.server_close()


@pytest.fixture
def no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine where the package is not installed."""
    monkeypatch.setattr(encoder_files, "PACKAGE", "no-such-package-at-all")


def test_a_changed_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in DIGESTS:
        shutil.copy(find_folder() / name, tmp_path / name)
    with (tmp_path / "tokenizer.json").open("a", encoding="utf-8") as handle:
        handle.write(" ")
    monkeypatch.setenv(encoder_files.FOLDER_VARIABLE, str(tmp_path))
    with pytest.raises(EncoderError, match="not the published file"):
        Encoder()


def test_a_named_folder_without_the_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"has no model\.safetensors"):
        find_folder(tmp_path)


def test_without_the_package_the_files_are_downloaded_once(
    hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in DIGESTS:
        shutil.copy(find_folder() / name, hub / name)
    monkeypatch.setattr(encoder_files, "PACKAGE", "no-such-package-at-all")
    folder = find_folder(downloads=tmp_path / "var" / "minilm")
    verify(folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted(DIGESTS)
    shutil.rmtree(hub)
    assert find_folder(downloads=folder) == folder


@pytest.mark.usefixtures("no_package")
def test_a_download_that_is_not_the_published_file_is_refused_and_not_kept(hub: Path, tmp_path: Path) -> None:
    (hub / "model.safetensors").write_bytes(b"somebody else's weights")
    with pytest.raises(EncoderError, match="not the published file"):
        find_folder(downloads=tmp_path / "minilm")
    assert not list((tmp_path / "minilm").iterdir())


@pytest.mark.usefixtures("no_package")
def test_without_package_and_hub_it_says_what_to_do(hub: Path, tmp_path: Path) -> None:
    hub.rmdir()
    with pytest.raises(EncoderError, match=r"could not be downloaded.*Install the package"):
        find_folder(downloads=tmp_path / "minilm")
