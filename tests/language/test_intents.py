"""Intents: learned from examples, stored without pickle, settled by concepts, and never in the way of an emergency."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.guidance.loader import load_table
from bot.language.encoder import Encoder, shared_encoder
from bot.language.gate import Gate
from bot.language.intents import IntentModel, train
from bot.language.other_drugs import names_other_drug
from bot.language.reader import Reader
from bot.language.reading import Mention, QuestionPart, Reading
from bot.language.scope import CONSIDERED, FAR, SHARE, WAVERING, keep_to_subject
from bot.language.tie_breaks import OUT_OF_SCOPE, Ranking, settle
from bot.language.understanding import FAILED, FALLBACK_INTENT, Understanding, example_of, failed_reading

TAUGHT = {
    "ask_dose": ["how much tacrolimus", "azathioprine dose", "what dose of rituximab", "how many mg a day of aza"],
    "ask_monitoring": ["which blood tests", "how often bloods on tac", "what checks do I need", "monitoring for aza"],
    "greet": ["hello", "hi there", "good morning", "hey"],
    "emergency": ["I am in grave danger now", "call help at once please", "I feel I am dying now", "come quick, bad"],
    "compare_drugs": ["tac or aza", "rituximab vs tac", "aza or ritux, which one", "difference between aza and tac"],
}


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return shared_encoder()


@pytest.fixture(scope="module")
def read() -> Callable[[str], Reading]:
    return Reader(load_table()).read


@pytest.fixture(scope="module")
def understanding(encoder: Encoder, read: Callable[[str], Reading]) -> Understanding:
    examples = [example_of(read(text), intent) for intent, texts in TAUGHT.items() for text in texts]
    states = encoder.encode_all([example.text for example in examples])
    return Understanding(encoder, Gate(), train(examples, states))


@pytest.mark.parametrize(
    ("text", "intent"),
    [("dose of azathioprine please", "ask_dose"), ("what tests should be done", "ask_monitoring"), ("hello!", "greet")],
)
def test_other_wordings_are_recognised(
    understanding: Understanding, read: Callable[[str], Reading], text: str, intent: str
) -> None:
    part = understanding.complete(read(text)).questions[0]
    assert part.intent == intent
    assert part.ranking[0] == (intent, part.confidence)
    assert all(first[1] >= second[1] for first, second in zip(part.ranking, part.ranking[1:], strict=False))


def test_a_stored_model_answers_the_same(
    understanding: Understanding, encoder: Encoder, read: Callable[[str], Reading], tmp_path: Path
) -> None:
    understanding.save(tmp_path)
    again = Understanding.load(encoder, Gate(), tmp_path)
    for text in ("aza dose?", "hi", "tac or ritux"):
        first, second = understanding.complete(read(text)), again.complete(read(text))
        assert first.questions[0].intent == second.questions[0].intent
        assert first.questions[0].confidence == pytest.approx(second.questions[0].confidence, abs=0.01)


def test_nothing_stored_needs_pickle(understanding: Understanding, tmp_path: Path) -> None:
    understanding.save(tmp_path)
    assert {file.suffix for file in tmp_path.iterdir()} == {".json", ".npz"}
    with np.load(tmp_path / "intents.npz", allow_pickle=False) as stored:
        assert all(stored[name].dtype != object for name in stored.files)


def test_one_intent_alone_cannot_be_learned(encoder: Encoder, read: Callable[[str], Reading]) -> None:
    examples = [example_of(read("hello"), "greet")]
    with pytest.raises(ValueError, match="two intents"):
        train(examples, encoder.encode_all(["hello"]))


def test_an_emergency_wins_over_every_other_intent(
    understanding: Understanding, read: Callable[[str], Reading]
) -> None:
    reading = understanding.complete(read("what dose of azathioprine? also I'm coughing up blood"))
    assert reading.questions[0].intent == "emergency"
    assert reading.emergency == {"level": "emergency", "rule": "RF-haemoptysis"}


def test_the_classifier_alone_calls_an_emergency_only_when_sure(
    understanding: Understanding, read: Callable[[str], Reading], monkeypatch: pytest.MonkeyPatch
) -> None:
    def ranked(confidence: float) -> Callable[..., tuple[Ranking, float]]:
        rest = [("greet", (1 - confidence) * 0.7), ("ask_dose", (1 - confidence) * 0.3)]
        return lambda *_: ([("emergency", confidence), *rest], 1.0)

    monkeypatch.setattr(IntentModel, "rank", ranked(0.9))
    assert understanding.complete(read("something is wrong")).emergency is not None
    monkeypatch.setattr(IntentModel, "rank", ranked(0.5))
    doubtful = understanding.complete(read("something is wrong"))
    assert doubtful.emergency is None
    assert doubtful.questions[0].intent == "greet"


def test_the_classifier_must_be_surer_of_an_emergency_where_the_message_reassures(
    understanding: Understanding, read: Callable[[str], Reading], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(IntentModel, "rank", lambda *_: ([("emergency", 0.9), ("greet", 0.1)], 1.0))
    assert understanding.complete(read("something is wrong")).emergency is not None
    assert understanding.complete(read("something is wrong, but sats are 97")).emergency is None


def test_signs_that_are_denied_stay_denied(
    understanding: Understanding, read: Callable[[str], Reading], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(IntentModel, "rank", lambda *_: ([("emergency", 0.9), ("greet", 0.1)], 1.0))
    assert understanding.complete(read("no chest pain and no fever")).emergency is None


def test_a_broken_classifier_does_not_hide_an_emergency(
    understanding: Understanding, read: Callable[[str], Reading], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(IntentModel, "rank", broken)
    assert understanding.complete(read("I can't breathe")).questions[0].intent == "emergency"
    calm = understanding.complete(read("hello"))
    assert (calm.questions[0].intent, calm.problem) == (FALLBACK_INTENT, FAILED)


def test_a_failed_reading_holds_no_facts() -> None:
    reading = failed_reading("she is pregnant")
    assert (dict(reading.facts), reading.pregnancy, reading.problem) == ({}, None, FAILED)
    assert Reading.from_dict(reading.to_dict()) == reading


def _settled(text: str, drugs: tuple[str, ...], *ranking: tuple[str, float], **more: object) -> str:
    part = QuestionPart(text=text, drugs=drugs)
    reading = replace(Reading(text=text, drugs=drugs, questions=(part,)), **more)  # type: ignore[arg-type]
    return settle(reading, part, list(ranking))[0][0]


def test_two_drugs_offered_as_a_choice_are_compared() -> None:
    drugs = ("tacrolimus", "azathioprine")
    ranking = (("ask_drug_risk", 0.6), ("compare_drugs", 0.3))
    assert _settled("is tacrolimus safer than azathioprine", drugs, *ranking) == "compare_drugs"
    assert _settled("tacrolimus with azathioprine side effects", drugs, *ranking) == "ask_drug_risk"
    pregnancy = (("ask_pregnancy", 0.6), ("compare_drugs", 0.3))
    named = (Mention("pregnancy", "pregnant", "pregnant", 31, 39),)
    text = "tacrolimus or azathioprine when pregnant"
    assert _settled(text, drugs, *pregnancy, mentions=named) == "ask_pregnancy"


def test_a_doubtful_guess_at_pregnancy_needs_a_word_of_it() -> None:
    doubtful, sure = ("ask_pregnancy", 0.5), ("ask_pregnancy", 0.9)
    other = ("provide_patient_info", 0.2)
    assert _settled("she is 34 and on 2 g a day", (), doubtful, other) == "provide_patient_info"
    assert _settled("she is 34 and on 2 g a day", (), sure, other) == "ask_pregnancy"


def test_a_drug_outside_the_article_as_the_subject_is_out_of_scope() -> None:
    ranking = (("ask_dose", 0.9), (OUT_OF_SCOPE, 0.1))
    assert _settled("ivig dose", ("ivig",), *ranking) == OUT_OF_SCOPE
    assert _settled("rituximab dose", ("rituximab",), *ranking) == "ask_dose"
    assert _settled("allopurinol with aza, what dose", ("allopurinol", "azathioprine"), *ranking) == "ask_dose"


def test_a_bare_drug_name_asks_what_it_is() -> None:
    name = Mention("drug", "rituximab", "Rituximab", 0, 9)
    ranking = (("provide_patient_info", 0.6), ("ask_drug_info", 0.3))
    assert _settled("Rituximab?", ("rituximab",), *ranking, mentions=(name,)) == "ask_drug_info"
    assert _settled("Rituximab failed", ("rituximab",), *ranking, mentions=(name,)) == "provide_patient_info"


def test_one_word_of_assent_is_assent() -> None:
    ranking = (("give_feedback", 0.6), ("affirm", 0.3))
    assert _settled("correct", (), *ranking, reply="yes") == "affirm"
    assert _settled("correct answer, thanks", (), *ranking, reply="yes") == "give_feedback"


def test_a_star_before_a_word_corrects_and_pregnancy_wins_over_the_choice_of_drug() -> None:
    assert (
        _settled("*azathioprine", ("azathioprine",), ("ask_drug_info", 0.9), ("correct_info", 0.05)) == "correct_info"
    )
    choice = (("ask_alternatives", 0.9), ("ask_pregnancy", 0.05))
    assert _settled("expecting, what else is there", (), *choice, pregnancy="pregnant") == "ask_pregnancy"
    assert _settled("not expecting, what else is there", (), *choice) == "ask_alternatives"


@pytest.mark.parametrize(
    "text", ["humira dose", "how often is sarilumab given", "rosuvastatin dose", "fedratinib dose"]
)
def test_a_medicine_that_the_table_does_not_hold_is_out_of_scope(text: str) -> None:
    assert _settled(text, (), ("ask_dose", 0.9), (OUT_OF_SCOPE, 0.05)) == OUT_OF_SCOPE
    assert _settled(text, (), ("provide_patient_info", 0.9), (OUT_OF_SCOPE, 0.05)) == "provide_patient_info"


def test_an_ordinary_word_is_no_medicine() -> None:
    assert not names_other_drug(["i", "accept", "except", "dose", "concept"])


def test_drugs_put_together_are_not_compared() -> None:
    drugs = ("tacrolimus", "mycophenolate_mofetil")
    ranking = (("compare_drugs", 0.6), ("ask_drug_info", 0.3))
    assert _settled("tac and mmf combined", drugs, *ranking) == "ask_drug_info"
    assert _settled("combined tac or mmf alone", drugs, *ranking) == "compare_drugs"


def test_a_word_for_a_document_asks_for_the_source_where_that_is_likely() -> None:
    assert _settled("reference for that", (), ("ask_evidence", 0.6), ("ask_citation", 0.3)) == "ask_citation"
    assert _settled("reference range for that", (), ("ask_dose", 0.9), ("ask_citation", 0.01)) == "ask_dose"


def _kept(ranking: Ranking, nearness: float = FAR + 0.1) -> str:
    return keep_to_subject(ranking, nearness)[0][0]


def test_far_from_everything_and_unsure_is_out_of_scope() -> None:
    ranking: Ranking = [("ask_dose", WAVERING - 0.05), ("greet", 0.2), (OUT_OF_SCOPE, 0.05)]
    assert _kept(ranking, FAR - 0.1) == OUT_OF_SCOPE
    assert _kept(ranking) == "ask_dose"
    assert _kept([("ask_dose", WAVERING + 0.1), (OUT_OF_SCOPE, 0.05)], FAR - 0.1) == "ask_dose"


def test_a_refusal_that_is_seriously_considered_wins() -> None:
    assert _kept([("ask_dose", 0.5), (OUT_OF_SCOPE, 0.5 * SHARE)]) == OUT_OF_SCOPE
    assert _kept([("ask_dose", 0.6), (OUT_OF_SCOPE, 0.5 * SHARE)]) == "ask_dose"
    assert _kept([("greet", 0.5), (OUT_OF_SCOPE, 0.45)]) == "greet"
    assert _kept([("ask_dose", CONSIDERED), (OUT_OF_SCOPE, CONSIDERED - 0.01)]) == "ask_dose"
