"""Slack's blocks hold to its limits, say what the Answer says, and read right."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering import facts, parts, slack, slack_home
from bot.rendering.slack_text import escaped, plain, shortened
from tests.channels.slack.strict import IN_HOME, problems
from tests.rendering.support import load_answers

ANSWERS = load_answers()
TURN = "T0123456789:C0123456789:1700000000.000100"


def all_messages(answer: dict[str, Any]) -> list[slack.Message]:
    found = slack.draw([answer], TURN, "a choice")
    for detail in parts.details(answer):
        found += slack.draw_detail(answer, detail.id)
    return found + slack.draw_case(answer["case"], "patient")


@pytest.mark.parametrize("name", ANSWERS)
def test_slack_takes_it(name: str) -> None:
    for message in all_messages(ANSWERS[name]):
        assert not problems(message.blocks)
        assert not problems(message.blocks if message.without_tables is None else message.without_tables, tables=False)
        assert 1 <= len(message.text) <= 40_000


@pytest.mark.parametrize("name", ANSWERS)
def test_the_text_is_the_whole_answer_and_the_blocks_say_the_same(name: str) -> None:
    answer = ANSWERS[name]
    message = slack.draw([answer], TURN)[0]
    assert message.text == escaped(answer["text"])
    for blocks in (message.blocks, message.without_tables or message.blocks):
        shown = str(blocks).replace("*", "")
        for line in parts.lines(answer):
            words = line.text.removeprefix(f"{line.lead}: ") if line.lead else line.text
            said = [words, slack.MARKS.sub("", words).removeprefix("• ")]
            assert any(repr(escaped(w))[1:-1].replace("*", "") in shown for w in said), line.text


@pytest.mark.parametrize("name", [n for n, a in ANSWERS.items() if a["escalation"]])
def test_what_is_urgent_comes_first(name: str) -> None:
    first, second, *_ = slack.draw([ANSWERS[name]], TURN)[0].blocks
    assert first["type"] == "header"
    assert escaped(ANSWERS[name]["escalation"]["text"]) in second["text"]["text"]


def test_an_answer_beyond_all_limits_is_split_and_nothing_is_cut() -> None:
    answer = copy.deepcopy(ANSWERS["pregnancy"])
    extra = [f"Sentence {n} says something of some length about a drug & its dose < 5 mg." for n in range(400)]
    answer["text"] = "\n".join([answer["headline"], *extra, answer["notice"]])
    answer["statements"] = [{**answer["statements"][0], "id": f"S{n}", "text": text} for n, text in enumerate(extra)]
    messages = slack.draw([answer], TURN)
    assert len(messages) > 1
    shown = "".join(str(message.blocks) for message in messages)
    for text in extra:
        assert escaped(text) in shown
    for message in [*messages, *slack.draw_detail(answer, parts.ALL)]:
        assert not problems(message.blocks)


def test_the_home_page_is_one() -> None:
    assert not problems(slack_home.home_view()["blocks"], IN_HOME)
    assert len(slack_home.prompts()) <= 4


@given(st.text())
def test_what_is_written_reads_as_it_was_meant(text: str) -> None:
    shown = escaped(text)
    assert "<" not in shown
    assert ">" not in shown
    back = shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert len(back) == len(text)


@pytest.mark.parametrize("text", ["dose >= 45 & < 60", "- 5", "2*3*4", "a_b_c", "1–3 mg", "x*y", "5~6"])
def test_numbers_and_names_are_left_as_they_are(text: str) -> None:
    back = escaped(text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert back == text


@pytest.mark.parametrize("text", ["*bold*", "_so_", "~5 mg~", "`x`", "a *b* c"])
def test_no_format_comes_of_a_text(text: str) -> None:
    assert not set("*_~`") & set(escaped(text))


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("eGFR &lt; 30 &amp; falling", "eGFR < 30 & falling"),
        ("&amp;lt;", "&lt;"),
        ("<@U0BOT> dose?", "dose?"),
        ("ask <@U0OTHER|ann>", "ask ann"),
        ("ask <@U0OTHER>", "ask @someone"),
        (
            "see <https://x.org> and <mailto:a@b.c|a@b.c> and <https://y.org|this>",
            "see https://x.org and a@b.c and this",
        ),
        ("in <#C1|labs> <!here> <!subteam^S1|@team>", "in #labs @here @team"),
        ("a < b", "a < b"),
        ("<", "<"),
    ],
)
def test_what_a_person_typed_is_read(sent: str, meant: str) -> None:
    assert plain(sent, "U0BOT") == meant


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    plain(text, "U0BOT")


@given(st.text(min_size=1), st.integers(10, 80))
def test_labels_are_short(text: str, limit: int) -> None:
    assert len(shortened(text, limit)) <= limit


def test_a_change_survives_the_way_to_slack_and_back() -> None:
    for fact in facts.facts({"side_effect": ["hepatic"], "pregnancy": "pregnant"}, "clinician"):
        for choice in fact.choices:
            assert slack.read_change(slack.change_value(choice.change)) == choice.change
