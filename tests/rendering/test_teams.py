"""What Teams is shown: golden payloads of every kind, within its limits, with nothing lost and nothing misread."""

from __future__ import annotations

import copy
import html
import json
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.rendering import teams
from bot.rendering.parts import details, lines
from bot.rendering.teams_case import CASE, edit_for, edit_of
from bot.rendering.teams_citations import fitting
from bot.rendering.teams_markdown import escape, paragraphs
from tests.channels.teams.strict import BUDGET, activity_problems
from tests.rendering.support import DRAWINGS, GOLDEN, load_answers

ANSWERS = load_answers()
MARKDOWN = MarkdownIt("commonmark").enable("table").enable("strikethrough")


def shown(markdown: str) -> str:
    """What a reader sees of Markdown, paragraphs as lines."""
    markup = MARKDOWN.render(markdown).replace("</p>", "\n")
    return html.unescape(re.sub(r"<[^>]+>", "", markup)).strip()


def words_of(drawn: Any) -> str:
    return shown("\n\n".join(message.get("text", "") for message in drawn))


@pytest.mark.parametrize("name", ANSWERS)
def test_golden_payloads(name: str) -> None:
    golden = GOLDEN / "teams" / f"{name}.json"
    assert golden.is_file(), "python -m tests.rendering.renew"
    assert DRAWINGS["teams"](ANSWERS[name]) == json.loads(golden.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ANSWERS)
def test_a_message_is_one_that_teams_takes_and_says_the_whole_text(name: str) -> None:
    answer = ANSWERS[name]
    drawn = teams.messages([answer], "turn-1")
    for message in drawn:
        assert activity_problems(message) == []
        assert teams.size(message) <= BUDGET
        assert "AIGenerated" not in json.dumps(message)
    seen = words_of(drawn)
    for line in lines(answer):
        assert line.text in seen
    if answer["escalation"]:
        assert seen.index(answer["escalation"]["text"]) <= seen.index(answer["headline"])
        assert drawn[0]["text"].startswith("**")


@pytest.mark.parametrize("name", ANSWERS)
def test_what_unfolds_is_complete(name: str) -> None:
    answer = ANSWERS[name]
    for detail in details(answer):
        drawn = teams.section([answer], f"0:{detail.id}")
        assert [problem for message in drawn for problem in activity_problems(message)] == []
        seen = words_of(drawn)
        if detail.id == "all":
            for statement in answer["statements"]:
                assert statement["text"].rstrip(".") in seen
            for option in answer["options"]:
                assert option["label"] in seen
        if detail.id == "sources":
            for citation in answer["citations"]:
                assert citation["label"].rstrip(".") in seen
        if detail.id.startswith("why:"):
            option = next(o for o in answer["options"] if detail.id == f"why:{o['option']}")
            assert (option["reason"] or "") in seen


@pytest.mark.parametrize("name", ANSWERS)
def test_every_number_in_the_text_is_a_citation_of_the_entity(name: str) -> None:
    for message in teams.messages([ANSWERS[name]], "turn-1"):
        numbers = {int(n) for n in re.findall(r"\[(\d+)\]", message["text"])}
        cited = [c for entity in message.get("entities", []) for c in entity["citation"]]
        assert {claim["position"] for claim in cited} == numbers
        for claim in cited:
            if claim["position"] in (3, 4):
                assert "url" not in claim["appearance"]


def buttons(message: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            if part.get("type") == "Action.Execute":
                found.append(part)
            else:
                for value in part.values():
                    walk(value)
        elif isinstance(part, list):
            for value in part:
                walk(value)

    walk(message)
    return found


def menu(message: dict[str, Any]) -> list[dict[str, str]]:
    """What the menu of reasons offers."""
    (container,) = (e for e in message["attachments"][0]["content"]["body"] if e.get("id") == "why")
    choices: list[dict[str, str]] = container["items"][0]["choices"]
    return choices


def test_a_question_has_its_choices_and_an_option_its_why_not() -> None:
    answer = ANSWERS["options"]
    drawn = teams.messages([answer], "t")[-1]
    assert set(answer["ask"]["choices"]) <= {button["title"] for button in buttons(drawn)}
    titles = [choice["title"] for choice in menu(drawn)]
    held_back = [o for o in answer["options"] if o["stance"] in ("reserve", "disputed", "avoid", "contraindicated")]
    for option in held_back:
        assert f"Why not {option['label']}?" in titles


def test_a_long_answer_is_folded_between_sentences_and_nothing_is_lost() -> None:
    answer = copy.deepcopy(ANSWERS["options"])
    sentences = [f"Sentence {n} says that FVC >= 45 and a_b 2*3*4 hold." for n in range(1200)]
    answer["text"] = answer["text"].replace(answer["notice"], " ".join(sentences) + "\n" + answer["notice"])
    for option in answer["options"]:
        option["caution"] = " ".join(sentences[:20])
    drawn = teams.messages([answer], "t")
    assert len(drawn) > 5
    for message in drawn:
        assert activity_problems(message) == [] and teams.size(message) <= BUDGET
        assert shown(message["text"]).endswith((".", "?", "]", "!"))
    seen = words_of(drawn)
    assert all(sentence in seen for sentence in sentences)
    assert "Show all" in [button["title"] for button in buttons(drawn[-1])]


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=80))
@example(">= 45")
@example("- 5 °C")
@example("2*3*4 a_b _c_ **d** ~~e~~ `f`")
@example("<b>x</b> &lt; &amp; <30 a<b")
@example("1. one")
@example("58) two")
@example("# heading")
@example("[1](x) [2][4]: y")
@example("[1]: y")
@example("\\* \\")
@example("|a|b|")
@example("---")
@example("x  ")
@example("![a](b) <!-- c -->")
def test_markdown_reads_as_it_was_written(text: str) -> None:
    assert shown(escape(text)).split() == text.split()


def test_lines_are_paragraphs_and_citation_marks_stay() -> None:
    assert paragraphs("One [1][4]: x\n\n- 5 [2].") == "One [1][4]: x\n\n\\- 5 [2]."


@given(st.text(max_size=400), st.sampled_from([80, 160]))
def test_names_and_abstracts_fit(text: str, longest: int) -> None:
    assert len(fitting(text, longest)) <= longest


def test_a_name_ends_where_a_part_of_it_ends() -> None:
    assert fitting("One. Two.", 6) == "One."
    assert fitting("not printed by the list; could be any of them", 30) == "not printed by the list"


# --- the case


def form_fields(message: dict[str, Any]) -> dict[str, Any]:
    """What a client sends when the form is saved untouched."""
    body = message["attachments"][0]["content"]["body"]
    return {item["id"]: item.get("value", "") for item in body if item["type"].startswith("Input.")}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_form_that_is_saved_untouched_changes_nothing(name: str) -> None:
    (message,) = teams.section([ANSWERS[name]], CASE)
    assert activity_problems(message) == []
    (save,) = buttons(message)
    assert edit_of(save["data"]["assistant"], form_fields(message)) is None


def test_the_form_changes_what_was_changed_and_adds_to_the_case_as_it_is_now() -> None:
    case = {
        **ANSWERS["options"]["case"],
        "side_effect": ["gastrointestinal"],
        "pregnancy": "pregnant",
        "weight_kg": 58.0,
    }
    (message,) = teams.section([{**ANSWERS["options"], "case": case}], CASE)
    (save,) = buttons(message)
    fields = {
        **form_fields(message),
        "case.side_effect": "gastrointestinal,infection",
        "case.pregnancy": "",
        "case.weight_kg": 61,
        "case.low_dlco": "true",
    }
    edit = edit_of(save["data"]["assistant"], fields)
    assert edit is not None
    now = {**case, "side_effect": ["hepatic"]}
    changes = edit_for(edit, now)["changes"]
    assert changes == {"side_effect": ["hepatic", "infection"], "pregnancy": None, "weight_kg": 61, "low_dlco": True}


def test_every_button_of_the_case_means_something() -> None:
    for answer in ANSWERS.values():
        for button in buttons(teams.messages([answer], "t")[-1]):
            if button["verb"] == "edit":
                assert edit_of(button["data"]["assistant"], {}) is not None
                assert button["fallback"]["data"] == button["data"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
SLOT_NAMES = st.sampled_from(["side_effect", "pregnancy", "weight_kg", "low_dlco", "audience", "memory", "x"])


@given(
    st.fixed_dictionaries(
        {
            "edit": JSON
            | st.fixed_dictionaries(
                {"changes": st.lists(st.fixed_dictionaries({"slot": SLOT_NAMES | JSON, "value": JSON, "how": JSON}))}
            )
        }
    )
    | st.fixed_dictionaries({"form": JSON | st.dictionaries(SLOT_NAMES, JSON)}),
    st.dictionaries(SLOT_NAMES.map(lambda slot: f"case.{slot}") | st.text(max_size=9), JSON),
)
def test_what_a_client_makes_up_is_no_edit_or_one_of_the_vocabulary(
    ours: dict[str, Any], fields: dict[str, Any]
) -> None:
    from bot.dialogue.edits import Edit

    edit = edit_of(ours, fields)
    if edit is not None:
        Edit.from_json(edit_for(edit, {}))
