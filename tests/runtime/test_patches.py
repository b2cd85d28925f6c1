"""Where Rasa is made to look at less, it still sees all that matters."""

from __future__ import annotations

import random

import pytest
import yaml
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.runtime import patches
from tests.running import ROOT


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(ROOT / "domain.yml"))


def conversation(domain: Domain, turns: int) -> DialogueStateTracker:
    choose = random.Random(turns)
    tracker = DialogueStateTracker("ann", domain.slots)
    tracker.update(ActionExecuted("action_session_start"))
    tracker.update(SessionStarted())
    tracker.update(ActionExecuted("action_listen"))
    for _ in range(turns):
        intent = {"name": choose.choice(sorted(domain.intents)), "confidence": 1.0}
        tracker.update(UserUttered("words", intent))
        tracker.update(ActionExecuted("action_answer"))
        tracker.update(SlotSet("memory", {"turns": turns}))
        tracker.update(BotUttered("words"))
        tracker.update(ActionExecuted("action_listen"))
    tracker.update(UserUttered("words", {"name": "ask_dose", "confidence": 1.0}))
    return tracker


@pytest.mark.parametrize("turns", [0, 1, 2, 3, 4, 5, 12])
def test_the_last_turns_have_the_states_that_the_whole_conversation_has(domain: Domain, turns: int) -> None:
    tracker = conversation(domain, turns)
    whole = tracker.past_states(domain)
    last = patches._last_turns(tracker).past_states(domain)
    seen = min(len(last), 2 * (patches.TURNS - 1))
    assert last[-seen:] == whole[-seen:]
    assert len(last) <= 2 * patches.TURNS + 2


def test_nothing_that_influences_the_policies_is_older_than_the_turns_they_see(domain: Domain) -> None:
    assert not domain.form_names
    assert not any(slot.has_features() for slot in domain.slots)
    policies = yaml.safe_load((ROOT / "config.yml").read_text())["policies"]
    assert all(policy.get("max_history", 0) < 2 * (patches.TURNS - 1) for policy in policies)
    rules = yaml.safe_load((ROOT / "data/stories/rules.yml").read_text())["rules"]
    for rule in rules:
        assert not rule.get("conversation_start")
        assert sum("intent" in step for step in rule["steps"]) < patches.TURNS - 1
