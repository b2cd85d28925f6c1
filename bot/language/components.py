"""The language part as Rasa components.

``MessageReader`` finds concepts, context and questions; ``QuestionClassifier`` adds the emergency verdict and intents.
The whole reading travels as JSON under ``reading`` in Rasa's parse data, beside Rasa's own intent and entities.
Nothing in here may raise while a message is processed: Rasa would then answer with silence.
"""

from __future__ import annotations

import logging
from typing import Any, Final

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language.encoder import shared_encoder
from bot.language.encoder_files import known_words
from bot.language.gate import Gate
from bot.language.preparation import prepare
from bot.language.reading import Reading
from bot.language.understanding import Understanding, failed_reading, shared_reader

logger = logging.getLogger(__name__)

READING: Final = "reading"
_READING_OBJECT: Final = "reading_object"
_COMMAND_PREFIX: Final = "/"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class MessageReader(GraphComponent):
    """Reads a message into concepts, context and questions, and reports its concepts as Rasa entities."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MessageReader:
        """Make the component; the table and the reader are loaded once a process."""
        shared_reader()
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Set ``reading`` and ``entities``. A message that cannot be read gets an empty reading that says so."""
        for message in messages:
            text = _disarm(message)
            try:
                reading = shared_reader().read(text)
            except Exception:
                logger.exception("A message could not be read.")
                reading = failed_reading(text)
            _report(message, reading)
        return messages


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class QuestionClassifier(GraphComponent):
    """Runs the emergency gate and gives every question of a message its intent."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
    ) -> None:
        """Hold what Rasa gives and load the encoder and the gate."""
        self._storage = model_storage
        self._resource = resource
        self._folder: str | None = config["encoder"]
        self._encoder = shared_encoder(self._folder)
        self._gate = Gate(known_words(config["encoder"]))
        self._understanding: Understanding | None = None

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``encoder``: folder of the encoder's files; null looks for them (see bot.language.encoder)."""
        return {"encoder": None}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> QuestionClassifier:
        """Make an untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> QuestionClassifier:
        """Make the component with what ``train`` stored."""
        with model_storage.read_from(resource) as folder:
            component = cls(config, model_storage, resource)
            component._understanding = Understanding.load(component._encoder, component._gate, folder)
            return component

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the classifier on the intent examples and store it."""
        labelled = [
            (message.get(TEXT), message.get(INTENT))
            for message in training_data.intent_examples
            if message.get(TEXT) and message.get(INTENT)
        ]
        examples, states = prepare(labelled, self._folder)
        self._understanding = Understanding.fit(self._encoder, self._gate, examples, states)
        with self._storage.write_to(self._resource) as folder:
            self._understanding.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set ``intent``, ``intent_ranking`` and the completed ``reading``."""
        for message in messages:
            reading = message.get(_READING_OBJECT) or failed_reading(message.get(TEXT) or "")
            try:
                if self._understanding is None:
                    raise RuntimeError("The intent classifier is not trained.")
                reading = self._understanding.complete(reading)
            except Exception:
                logger.exception("A message could not be classified.")
                reading = failed_reading(reading.text)
            _report(message, reading)
            first = reading.questions[0]
            ranking = [{"name": name, "confidence": confidence} for name, confidence in first.ranking]
            message.set(INTENT, {"name": first.intent, "confidence": first.confidence}, add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages


def _disarm(message: Message) -> str:
    """The message's text, never starting with the slash by which Rasa lets anyone set intents and entities."""
    text = message.get(TEXT) or ""
    if text.strip().startswith(_COMMAND_PREFIX):
        message.set(TEXT, text.strip().lstrip(_COMMAND_PREFIX).strip())
    return str(text)


def _report(message: Message, reading: Reading) -> None:
    message.set(_READING_OBJECT, reading)
    message.set(READING, reading.to_dict(), add_to_output=True)
    message.set(ENTITIES, _entities(reading), add_to_output=True)


def _entities(reading: Reading) -> list[dict[str, Any]]:
    return [
        {
            "entity": mention.concept,
            "value": mention.value,
            "start": mention.start,
            "end": mention.end,
            "extractor": MessageReader.__name__,
        }
        for mention in reading.mentions
    ]
