"""How a turn is answered: one question at most, never twice; what changed; what stays remembered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.dialogue.memory import Memory
from bot.dialogue.reading import Reading
from bot.dialogue.respond import respond
from bot.dialogue.turn import take_turn
from bot.guidance.answer import Answer
from bot.guidance.engine import answer as answer_of_the_guidance
from bot.guidance.model import Case, Question
from tests.dialogue.support import memory, reading


def converse(*messages: Reading, start: Memory | None = None) -> tuple[list[tuple[Answer, ...]], Memory]:
    """The replies to some messages in a row, on the real guidance."""
    held, replies = start or Memory(), []
    for message in messages:
        answers, held = respond(take_turn(held, message))
        replies.append(answers)
    return replies, held


def stomach(**more: Any) -> Reading:
    return reading("report_side_effect", "stomach upset", facts={"side_effect": ["gastrointestinal"], **more})


def test_every_answer_carries_the_case_after_the_message() -> None:
    replies, held = converse(reading(["ask_dose", "ask_monitoring"], drugs=["tacrolimus"], facts={"weight_kg": 70}))
    assert [a.case for a in replies[0]] == [held.case, held.case]
    assert held.case.weight_kg == 70.0


def test_a_scenario_is_answered_but_the_case_shown_is_the_one_held() -> None:
    replies, _ = converse(reading("ask_pregnancy", hypothetical=True, scenario={"pregnancy": "pregnant"}))
    answer = replies[0][0]
    assert answer.case.pregnancy is None
    assert {o.option for o in answer.options if o.stance == "contraindicated"} >= {"cyclophosphamide"}
    assert answer.understood["hypothetical"] is True


def test_at_most_one_of_several_answers_asks_something() -> None:
    replies, _ = converse(reading(["report_side_effect", "ask_dose"], facts={"side_effect": ["hematologic"]}))
    assert len(replies[0]) == 2
    assert sum(a.ask is not None for a in replies[0]) == 1


def test_nothing_is_asked_twice_even_when_it_was_not_answered() -> None:
    replies, _ = converse(stomach(), *[reading("ask_alternatives") for _ in range(8)])
    asked = [a.ask.slot for answers in replies for a in answers if a.ask]
    assert len(asked) >= 2
    assert len(set(asked)) == len(asked)


def test_does_not_know_counts_as_answered() -> None:
    replies, held = converse(stomach(), reading("provide_patient_info", "no idea", reply="unknown"))
    first = replies[0][0].ask
    assert first is not None
    assert getattr(held.case, first.slot) is None
    assert replies[1][0].ask is None or replies[1][0].ask.slot != first.slot


def test_a_correction_says_what_it_did_to_the_options() -> None:
    replies, _ = converse(
        stomach(side_effect_severity="mild", mmf_response="good"),
        reading("correct_info", "sorry, severe", facts={"side_effect_severity": "severe"}),
    )
    text = replies[1][0].text
    assert "What changed" in text
    assert "no longer offered" in text


def test_new_facts_are_noted_before_the_answer() -> None:
    replies, _ = converse(stomach(), reading("provide_patient_info", facts={"side_effect_severity": "mild"}))
    assert replies[1][0].headline.startswith("Noted: severity of the side effect: mild.")


def test_a_contradiction_is_put_as_the_only_question_with_both_values() -> None:
    replies, held = converse(
        reading("ask_alternatives", facts={"pregnancy": "not_pregnant"}),
        reading("provide_patient_info", "she is pregnant", facts={"pregnancy": "pregnant"}),
    )
    answer = replies[1][0]
    assert answer.ask is not None
    assert (answer.ask.slot, answer.ask.choices) == ("pregnancy", ("Not pregnant", "Pregnant"))
    assert answer.ask.question in answer.text
    assert not {o.option for o in answer.options if o.stance in ("preferred", "consider")} & {
        "cyclophosphamide",
        "ec_mps",
    }
    assert held.case.pregnancy == "not_pregnant"


def test_a_contradiction_is_settled_by_choosing() -> None:
    _, held = converse(
        reading("ask_alternatives", facts={"pregnancy": "not_pregnant"}),
        reading("provide_patient_info", "she is pregnant", facts={"pregnancy": "pregnant"}),
        reading("provide_patient_info", "Pregnant"),
    )
    assert held.case.pregnancy == "pregnant"


def test_the_options_last_put_forward_are_remembered_in_their_order() -> None:
    replies, held = converse(reading("ask_alternatives"))
    offered = [o.option for o in replies[0][0].options if o.stance in ("preferred", "consider", "adjunct")]
    assert list(held.options) == offered
    assert held.drugs[:2] == ("tacrolimus", "cyclosporine")


def test_small_talk_does_not_change_what_was_spoken_of() -> None:
    _, before = converse(reading("ask_alternatives"))
    _, after = converse(reading("thank"), reading("greet"), start=before)
    assert (after.questions, after.drugs, after.options) == (before.questions, before.drugs, before.options)


def test_shorter_is_shorter_and_keeps_its_statements() -> None:
    replies, _ = converse(reading("ask_alternatives"), reading("ask_clarification", "shorter", act="shorter"))
    long, short = replies[0][0], replies[1][0]
    assert len(short.text) < len(long.text)
    assert short.headline == long.headline
    assert short.statements == long.statements
    assert short.notice in short.text


def test_plain_words_are_for_this_answer_only() -> None:
    replies, held = converse(
        reading("set_audience", audience="clinician", facts={"audience": "clinician"}),
        reading("ask_alternatives"),
        reading("ask_clarification", "in plain words", act="plain"),
    )
    assert replies[2][0].text != replies[1][0].text
    assert held.case.audience == "clinician"


def test_an_open_emergency_is_repeated_and_offers_nothing() -> None:
    flag = {"level": "emergency", "rule": "RF-resp-failure"}
    replies, held = converse(
        stomach(),
        reading("emergency", "cannot breathe", emergency=flag),
        reading("ask_alternatives", "which drug then"),
    )
    for answers in replies[1:]:
        assert [a.escalation.level for a in answers if a.escalation] == ["emergency"]
        assert all(not a.options for a in answers)
    assert held.emergency == "RF-resp-failure"


def test_once_dealt_with_the_questions_are_answered_again() -> None:
    flag = {"level": "emergency", "rule": "RF-resp-failure"}
    replies, held = converse(
        reading("emergency", "cannot breathe", emergency=flag),
        reading("provide_patient_info", "It has been dealt with"),
        reading("ask_alternatives"),
    )
    assert held.emergency is None
    assert replies[2][0].options


def test_a_same_day_sign_stands_before_the_ordinary_answer() -> None:
    flag = {"level": "same_day", "rule": "RF-liver"}
    replies, held = converse(reading("report_side_effect", emergency=flag, facts={"side_effect": ["hepatic"]}))
    answer = replies[0][0]
    assert answer.escalation is not None
    assert answer.escalation.rule == "RF-liver"
    assert answer.text.startswith(answer.escalation.text)
    assert answer.options
    assert held.emergency is None


def test_fever_on_a_case_with_low_counts_is_as_grave_as_the_table_says_for_both() -> None:
    fever = {"level": "same_day", "rule": "RF-infection"}
    low = reading("report_side_effect", facts={"side_effect": ["hematologic"]})
    alone, _ = converse(reading("report_side_effect", "fever", emergency=fever))
    both, held = converse(low, reading("report_side_effect", "fever", emergency=fever))
    assert alone[0][0].escalation is not None
    assert alone[0][0].escalation.rule == "RF-infection"
    assert both[1][0].escalation is not None
    assert both[1][0].escalation.rule == "RF-febrile-neutropenia"
    assert held.emergency == "RF-febrile-neutropenia"


def test_a_yes_to_the_fever_question_on_low_counts_is_an_emergency() -> None:
    replies, _ = converse(
        reading("report_side_effect", facts={"side_effect": ["hematologic"]}),
        reading("affirm", "Yes", reply="yes"),
    )
    assert replies[0][0].ask is not None
    assert replies[0][0].ask.slot == "fever_or_infection"
    assert replies[1][0].kind == "emergency"
    assert not replies[1][0].options


def test_what_is_known_lists_facts_and_assumptions() -> None:
    def assuming(case: Case, question: Question) -> Answer:
        return replace(answer_of_the_guidance(case, question), assumptions=("nothing tried yet",))

    start = memory({"case": {"side_effect": ["gastrointestinal"]}})
    (answer,), _ = respond(take_turn(start, reading("ask_capabilities", act="show_case")), assuming)
    assert answer.kind == "case"
    assert "mycophenolate side effect: gastrointestinal" in answer.text
    assert "Assumed: nothing tried yet." in answer.text


def test_undo_shows_the_case_it_went_back_to() -> None:
    replies, held = converse(
        stomach(),
        reading("provide_patient_info", facts={"pregnancy": "pregnant"}),
        reading("correct_info", "undo", act="undo"),
    )
    assert held.case.known() == {"side_effect": ["gastrointestinal"]}
    assert "pregnant" not in replies[2][0].text


def test_a_new_patient_is_asked_everything_anew() -> None:
    _, held = converse(stomach(), reading("restart"))
    assert held == Memory(turns=2)


def test_two_people_are_told_apart() -> None:
    replies, held = converse(
        reading("ask_alternatives", facts={"pregnancy": "pregnant"}, person="self"),
        reading("report_side_effect", "my sister, not me", facts={"side_effect": ["hepatic"]}, person="other"),
    )
    answer = replies[1][0]
    assert answer.ask is not None
    assert answer.ask.slot == "which_person"
    assert held.case.known() == {"pregnancy": "pregnant"}
    _, held = converse(reading("provide_patient_info", "Someone else"), start=held)
    assert held.case.known() == {"side_effect": ["hepatic"]}


def test_an_option_that_is_not_there_names_those_that_are() -> None:
    replies, _ = converse(reading("ask_alternatives"), reading("ask_drug_info", "the ninth", ordinal=9))
    assert "tacrolimus" in replies[1][0].text


def test_the_guidance_gets_the_question_as_it_is_meant() -> None:
    seen: list[tuple[Case, Question]] = []

    def listening(case: Case, question: Question) -> Answer:
        seen.append((case, question))
        return respond(take_turn(Memory(), reading("greet")))[0][0]

    start = memory({"drugs": ["tacrolimus"], "asked": ["pregnancy"], "questions": [{"kind": "ask_alternatives"}]})
    respond(take_turn(start, reading("ask_dose", "dose?")), listening)
    assert seen == [(Case(), Question(kind="ask_dose", drugs=("tacrolimus",), not_asking=("pregnancy",)))]


def test_a_sign_for_today_is_told_again_to_whoever_puts_it_off() -> None:
    fever = {"level": "same_day", "rule": "RF-infection"}
    asked = reading("ask_dose", "tac dose", drugs=["tacrolimus"], emergency=fever)
    replies, held = converse(asked, reading("out_of_scope", "it can keep until the weekend"))
    assert [a.escalation.level for a in replies[1] if a.escalation] == ["same_day"]
    replies, _ = converse(
        reading("provide_patient_info", "no pain though", absent={"side_effect": ["other"]}), start=held
    )
    assert [a.escalation.level for a in replies[0] if a.escalation] == ["same_day"]
    replies, _ = converse(reading("out_of_scope", "seen by the doctor, it has gone"), start=held)
    assert replies[0][0].kind == "out_of_scope"


def test_a_gout_tablet_told_by_someone_on_azathioprine_is_for_today() -> None:
    about = reading("ask_monitoring", "what is tested on imuran", drugs=["azathioprine"])
    told = reading(
        "provide_patient_info", "I'm on it, they added zyloric", facts={"contraindications": ["allopurinol"]}
    )
    replies, _ = converse(about, told)
    assert [a.escalation.rule for a in replies[1] if a.escalation] == ["RF-azathioprine-allopurinol"]
    only_asked = reading("ask_contraindication", "ok with zyloric?", scenario={"contraindications": ["allopurinol"]})
    replies, _ = converse(about, only_asked)
    assert not any(a.escalation for a in replies[1])


def test_drugs_set_against_each_other_in_reply_to_what_was_tried_were_not_tried() -> None:
    held = memory({"case": {"side_effect": ["other"]}, "pending": {"slot": "drugs_tried", "turn": 1}, "turns": 1})
    choice = reading("compare_drugs", "tac arm or ritux arm", drugs=["tacrolimus", "rituximab"], confidence=0.5)
    _, after = converse(choice, start=held)
    assert after.case.drugs_tried == ()
    _, after = converse(reading("ask_drug_info", "tac and ritux", drugs=["tacrolimus", "rituximab"]), start=held)
    assert after.case.drugs_tried == ("tacrolimus", "rituximab")


def test_what_a_relative_has_too_is_not_the_case_of_a_writer_who_said_nothing_of_who_it_was() -> None:
    sister = reading(
        "ask_pregnancy", "my sister has it too, she is pregnant", person="relative", facts={"pregnancy": "pregnant"}
    )
    replies, held = converse(stomach(), sister)
    assert held.case.pregnancy is None and replies[1][-1].ask.slot == "which_person"
    _, held = converse(
        reading("provide_patient_info", "back to me, not pregnant", person="self", facts={"pregnancy": "not_pregnant"}),
        start=held,
    )
    assert held.case.pregnancy == "not_pregnant" and held.case.side_effect == ("gastrointestinal",)
