"""Where Rasa's training is bent: what it does for features that this project does not use takes 20 seconds here.

Applied by `bot.runtime.training`. Rasa's own `rasa train` works without it, only slower, and makes the same model.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import rasa.engine.storage.local_model_storage
import rasa.engine.training.graph_trainer
import rasa.shared.utils.cli
import yaml
from rasa.engine.graph import GraphNodeHook
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

FASTEST = 1
"""Of gzip's levels; the best one takes ten times as long for a tenth of the size."""


def apply() -> None:
    """Apply all of them; once is enough, twice does no harm."""
    rasa.engine.training.graph_trainer.TrainingHook = NoCache
    rasa.engine.storage.local_model_storage.TarSafe = _quick_archive(rasa.engine.storage.local_model_storage.TarSafe)
    TrainingDataImporter.load_from_config = staticmethod(_files)
    # It names the place where the model is made, from which it is moved at once.
    rasa.shared.utils.cli.print_success = lambda *_text: None


class NoCache(GraphNodeHook):
    """Stands for Rasa's cache of training results: every training here is a whole one, so nothing would be read."""

    def __init__(self, **_settings: Any) -> None:
        """Take what Rasa gives, and need none of it."""

    def on_before_node(self, **_node: Any) -> dict[str, Any]:
        """Compute no fingerprints of the data."""
        return {}

    def on_after_node(self, **_node: Any) -> None:
        """Store no outputs."""


class FilesReadOnce(RasaFileImporter):
    """Reads each file once. Rasa's importer also looks for retrieval intents and end-to-end stories: there are none."""

    def __init__(self, config_file: str, domain_path: str | None, paths: list[str]) -> None:
        super().__init__(config_file, domain_path, paths)
        self._messages: TrainingData | None = None
        self._loaded_domain: Domain | None = None
        self._stories: StoryGraph | None = None

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """The training messages."""
        if self._messages is None:
            plain = _plain_messages(map(Path, self._nlu_files))
            self._messages = super().get_nlu_data(language) if plain is None else TrainingData(plain)
        return self._messages

    def get_domain(self) -> Domain:
        """The domain."""
        if self._loaded_domain is None:
            self._loaded_domain = super().get_domain()
        return self._loaded_domain

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """The rules and stories."""
        if exclusion_percentage is not None:
            return super().get_stories(exclusion_percentage)
        if self._stories is None:
            self._stories = super().get_stories()
        return self._stories


def _plain_messages(files: Iterable[Path]) -> list[Message] | None:
    """The messages of files that hold nothing but intents with their examples; None when one holds anything else.

    Rasa's reader, which also knows annotations and checks the files, takes three times as long; `make check` uses it.
    """
    messages = []
    for file in files:
        text = file.read_text(encoding="utf-8")
        blocks = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["nlu"]
        if "](" in text or "]{" in text or any(set(block) != {"intent", "examples"} for block in blocks):
            return None
        for block in blocks:
            lines = [line[1:].strip() for line in block["examples"].splitlines() if line.startswith("- ")]
            messages += [Message.build(line, block["intent"]) for line in lines]
    return messages


def _files(
    config_path: str, domain_path: str | None = None, paths: Iterable[str] | None = None, _args: Any = None
) -> FilesReadOnce:
    return FilesReadOnce(config_path, domain_path, list(paths or ()))


def _quick_archive(archive: Any) -> Any:
    class QuickArchive(archive):
        """Rasa's model archive, packed faster."""

        @classmethod
        def gzopen(cls, name: Any, mode: str = "r", fileobj: Any = None, **options: Any) -> Any:
            """Open for reading or writing; written at the fastest level."""
            return super().gzopen(name, mode, fileobj, FASTEST, **options)

    return QuickArchive
