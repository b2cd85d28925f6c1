"""A tiny assistant, trained in seconds, so that the machinery is tested without the medicine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import Running, environment, start

TINY = Path(__file__).resolve().parent / "tiny"

TRAIN = """
import sys
from bot.runtime.environment import prepare
prepare()
from rasa.model_training import train
result = train(domain="domain.yml", config="config.yml", training_files=["data.yml"], output=sys.argv[1],
               fixed_model_name="tiny.tar.gz", force_training=True)
sys.exit(result.code)
"""
SERVE = """
import sys
from pathlib import Path
from bot.runtime.environment import prepare
prepare()
from bot.runtime.__main__ import _configure_logging
_configure_logging("DEBUG")
from bot.runtime.server import serve
serve(Path(sys.argv[1]), port=int(sys.argv[2]), actions="tests.runtime.tiny_actions")
"""


def start_tiny(model: Path, folder: Path) -> Running:
    """Start the tiny assistant, with everything that Rasa logs."""
    return start(folder, ["-c", SERVE, str(model)])


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    done = subprocess.run(
        [sys.executable, "-c", TRAIN, str(folder)], cwd=TINY, env=environment(folder), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "tiny.tar.gz"


@pytest.fixture(scope="session")
def tiny(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = start_tiny(tiny_model, tmp_path_factory.mktemp("tiny"))
    yield running
    running.stop()


@pytest.fixture
def own_tiny(tiny_model: Path, tmp_path: Path) -> Iterator[Running]:
    """A server of the test's own, to do damage to."""
    running = start_tiny(tiny_model, tmp_path)
    yield running
    if running.process.poll() is None:
        running.stop()
