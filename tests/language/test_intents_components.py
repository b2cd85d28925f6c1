"""The Rasa components: train, store, load and process, and an answer whatever breaks."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language import components
from bot.language.components import MessageReader, QuestionClassifier
from bot.language.reading import Reading

EXAMPLES = {
    "ask_dose": ["how much tacrolimus", "azathioprine dose", "what dose of rituximab"],
    "greet": ["hello", "hi there", "good morning"],
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Rasa hands to a component, and a classifier trained with it."""
    folder = tmp_path_factory.mktemp("model")
    given = {
        "config": QuestionClassifier.get_default_config(),
        "model_storage": LocalModelStorage.create(folder),
        "resource": Resource("classifier"),
        "execution_context": ExecutionContext(GraphSchema({})),
    }
    messages = [Message.build(text, intent) for intent, texts in EXAMPLES.items() for text in texts]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        QuestionClassifier.create(**given).train(TrainingData(messages))
    return given


def _parse(made: dict[str, Any], text: str) -> dict[str, Any]:
    messages = MessageReader.create(**made).process([Message({"text": text})])
    parsed: dict[str, Any] = QuestionClassifier.load(**made).process(messages)[0].as_dict(only_output_properties=True)
    return parsed


def test_a_loaded_classifier_gives_intent_entities_and_reading(made: dict[str, Any]) -> None:
    parsed = _parse(made, "dose of azathioprine?")
    assert parsed["intent"]["name"] == "ask_dose"
    assert parsed["intent_ranking"][0] == parsed["intent"]
    assert {entity["value"] for entity in parsed["entities"] if entity["entity"] == "drug"} == {"azathioprine"}
    reading = Reading.from_dict(parsed["reading"])
    assert (reading.questions[0].intent, reading.drugs) == ("ask_dose", ("azathioprine",))


@pytest.mark.parametrize("text", ["", "   ", "👍", "/greet", "x" * 5000, "\u202e\u0000"])
def test_any_text_gets_an_intent_and_a_reading(made: dict[str, Any], text: str) -> None:
    parsed = _parse(made, text)
    assert parsed["intent"]["name"]
    assert Reading.from_dict(parsed["reading"]).questions


def test_a_typed_command_is_no_command(made: dict[str, Any]) -> None:
    parsed = _parse(made, '/ask_dose{"pregnancy": "not_pregnant"}')
    assert not parsed["text"].startswith("/")
    assert Reading.from_dict(parsed["reading"]).facts == {}


def test_a_broken_reader_is_said_not_silent(made: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("broken")

    message = Message({"text": "hello"})
    monkeypatch.setattr(components, "shared_reader", broken)
    parsed = MessageReader().process([message])[0].as_dict(only_output_properties=True)
    assert parsed["reading"]["problem"] == "understanding_failed"


def test_an_untrained_classifier_says_that_it_did_not_understand(made: dict[str, Any]) -> None:
    untrained = QuestionClassifier.create(**{**made, "resource": Resource("untrained")})
    parsed = untrained.process([Message({"text": "hello"})])[0].as_dict(only_output_properties=True)
    assert parsed["intent"]["name"] == "nlu_fallback"
    assert parsed["reading"]["problem"] == "understanding_failed"
