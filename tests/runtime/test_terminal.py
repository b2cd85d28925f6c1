"""An Answer drawn for the terminal, and what a line typed there does."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.runtime import failure, terminal
from bot.runtime.shell import Chat


def answer(**changes: Any) -> dict[str, Any]:
    return {**failure.error_answer("Take it with food. It may help [2]."), **changes}


def test_the_text_stands_first_and_within_the_width() -> None:
    drawn = terminal.draw(answer(text="word " * 60), width=40, colour=False)
    assert max(len(line) for line in drawn.splitlines()) <= 40
    assert drawn.startswith("word word")


def test_an_escalation_stands_first_and_once() -> None:
    warning = "Call your emergency number now."
    urgent = answer(escalation={"level": "emergency", "text": warning}, text=f"{warning}\n\nThen tell the team.")
    drawn = terminal.draw(urgent, colour=False)
    assert drawn.startswith(f"! {warning}")
    assert drawn.count(warning) == 1
    assert "Then tell the team." in drawn


def test_options_are_a_table_and_citations_say_what_they_are() -> None:
    drawn = terminal.draw(
        answer(
            options=[
                {"option": "ec_mps", "drugs": [], "stance": "consider", "because": ["C01", "C02"], "caution": None}
            ],
            citations=[{"number": 2, "label": "A study", "status": "confirmed", "url": "https://example.org/a"}],
        ),
        colour=False,
    )
    assert "consider  ec mps  C01, C02" in drawn
    assert "[2] A study (confirmed) https://example.org/a" in drawn


def test_nothing_in_an_answer_can_steer_the_terminal() -> None:
    drawn = terminal.draw(answer(text="a\x1b[2Jb", follow_ups=[{"title": "x\x07", "message": "x"}]), colour=False)
    assert "\x1b" not in drawn
    assert "\x07" not in drawn


def test_details_show_every_statement_with_its_support() -> None:
    statement = {
        "id": "C05",
        "text": "A dose.",
        "support": "article_cited",
        "citations": [2],
        "sources": ["S1"],
        "check": {"verdict": "partly_agrees", "note": "n"},
    }
    drawn = terminal.details(answer(statements=[statement]))
    assert "C05 (article cited; sources S1) [2]" in drawn
    assert "A dose." in drawn
    assert "partly agrees" in drawn


class Parrot:
    """An agent that answers each message with itself, two choices and one suggestion."""

    async def handle_message(self, message: Any) -> None:
        told = answer(
            text=f"heard {message.text}",
            ask={"slot": "pregnancy", "question": "?", "choices": ["yes", "not sure"]},
            follow_ups=[{"title": "The dose", "message": "what is the dose?"}],
        )
        await message.output_channel.send_response(
            message.sender_id, {"text": told["text"], "custom": {"answer": told}}
        )


def typed(*lines: str) -> str:
    written: list[str] = []
    chat = Chat(Parrot(), written.append, 80, colour=False)

    async def talk() -> None:
        for line in lines:
            await chat.say(line)

    asyncio.run(talk())
    return "\n".join(written)


@pytest.mark.parametrize(("number", "message"), [("1", "yes"), ("2", "not sure"), ("3", "what is the dose?")])
def test_a_number_chooses_the_reply_that_carries_it(number: str, message: str) -> None:
    assert f"heard {message}" in typed("hello", number)


@pytest.mark.parametrize("line", ["4", "0", "60", "٣"])
def test_a_number_that_no_reply_carries_is_a_message(line: str) -> None:
    assert f"heard {line}" in typed("hello", line)


def test_a_new_conversation_forgets_the_offered_replies() -> None:
    assert "heard 1" in typed("hello", ":new", "1")
