"""Conversations through the door of Teams, over HTTP."""

from __future__ import annotations

from tests.channels.teams.speaking import Teams, activity_of


def test_a_message_is_answered_where_it_was_asked(teams: Teams) -> None:
    (answer,) = teams.say("tac dose?", user="bea")
    assert "mg/kg" in answer["text"]
    assert answer["conversation"] == {"id": "a:private-bea"}
    assert answer["recipient"] == {"id": "29:bea"}


def test_four_deliveries_bring_one_answer(teams: Teams) -> None:
    activity = activity_of(teams.microsoft, "hello", user="carl")
    assert [teams.post(activity)[0] for _ in range(4)] == [200] * 4
    teams.microsoft.wait_for(1)
    teams.say("hello", user="dora")
    assert len([m for m in teams.microsoft.messages() if m["recipient"]["id"] == "29:carl"]) == 1
