"""Where Rasa 3.6 is bent: each change with the reason for it. Applied by the launcher before a server is made."""

from __future__ import annotations

import functools
import logging
import os
from types import SimpleNamespace
from typing import Any

import jsonschema
import rasa.core.processor
import rasa.shared.utils.common
import rasa.utils.log_utils
from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.nlu.classifiers.regex_message_handler import RegexMessageHandler
from rasa.shared.core.constants import ACTION_LISTEN_NAME, DEFAULT_ACTION_NAMES
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.runtime import failure
from bot.runtime.store import ConversationUnreadableError, ConversationUnsavedError, ReportingTrackerStore

logger = logging.getLogger(__name__)


def apply() -> None:
    """Apply all of them; once is enough, twice does no harm."""
    check_action_schema_once()
    remember_subclasses()
    read_commands_as_text()
    report_store_failures()
    never_be_silent()
    hide_message_text_in_logs()
    listen_after_a_turn()
    run_graphs_directly()
    look_back_a_few_turns()
    copy_nothing_for_logs()


def check_action_schema_once() -> None:
    """Every action's reply is still validated, but the schema itself only now, and an event only against its own kind.

    Rasa checks the schema again for each reply, and tries each event against all 23 kinds: half of a message's time.
    """
    schema = RemoteAction.action_response_format_spec()
    make = jsonschema.validators.validator_for(schema)
    make.check_schema(schema)
    whole = make(schema)
    events = schema["properties"]["events"]["items"]
    by_kind = {
        kind["properties"]["event"]["const"]: make(
            {
                "properties": {**events["properties"], **kind["properties"]},
                "required": [*events["required"], *kind.get("required", [])],
            }
        )
        for kind in events["oneOf"]
    }
    responses = make({**schema, "properties": {"responses": schema["properties"]["responses"]}})

    def validate(_self: RemoteAction, result: dict[str, Any]) -> bool:
        found = result.get("events", []) if isinstance(result, dict) else None
        if isinstance(found, list) and all(
            isinstance(event, dict) and event.get("event") in by_kind for event in found
        ):
            responses.validate(result)
            for event in found:
                by_kind[event["event"]].validate(event)
        else:
            whole.validate(result)
        return True

    RemoteAction._validate_action_result = validate


def remember_subclasses() -> None:
    """Rasa walks all subclasses of Event again for each event that it reads back: 15 % of a message's time."""
    module = rasa.shared.utils.common
    if hasattr(module.all_subclasses, "remembered"):
        return
    remembered = functools.lru_cache(maxsize=None)(lambda cls, walk=module.all_subclasses: tuple(walk(cls)))

    def all_subclasses(cls: Any) -> list[Any]:
        return list(remembered(cls))

    all_subclasses.remembered = remembered  # type: ignore[attr-defined]
    module.all_subclasses = all_subclasses


def listen_after_a_turn() -> None:
    """After one of our actions Rasa listens, as every rule says; asking the policies again took a tenth of the time."""
    if hasattr(MessageProcessor._predict_next_with_tracker, "asking"):
        return
    asking = MessageProcessor._predict_next_with_tracker

    def predict(self: MessageProcessor, tracker: Any) -> PolicyPrediction:
        last = tracker.latest_action_name
        if tracker.followup_action or last in DEFAULT_ACTION_NAMES or last not in self.domain.user_actions:
            return asking(self, tracker)
        return PolicyPrediction.for_action_name(self.domain, ACTION_LISTEN_NAME, "RulePolicy")

    predict.asking = asking  # type: ignore[attr-defined]
    MessageProcessor._predict_next_with_tracker = predict


TURNS = 4
"""Turns of the user that the policies look back on; more than any rule or memorised story of ours has or needs."""


def look_back_a_few_turns() -> None:
    """Policies see the last turns; Rasa replays the whole conversation for each of them, at each message.

    Only where nothing older can matter: no slot and no form of the domain influences the policies.
    """
    if hasattr(DialogueStateTracker.past_states, "whole"):
        return
    whole = DialogueStateTracker.past_states

    def past_states(self: DialogueStateTracker, domain: Domain, *options: Any, **more: Any) -> Any:
        if domain.form_names or any(slot.has_features() for slot in domain.slots):
            return whole(self, domain, *options, **more)
        return whole(_last_turns(self), domain, *options, **more)

    past_states.whole = whole  # type: ignore[attr-defined]
    DialogueStateTracker.past_states = past_states


def _last_turns(tracker: DialogueStateTracker) -> DialogueStateTracker:
    """The end of a conversation, without what cannot influence a policy; all of it when it is short."""
    kept: list[Any] = []
    turns = 0
    for event in reversed(tracker.events):
        if isinstance(event, ActionExecuted) and turns == TURNS:
            kept.append(event)
            break
        if not isinstance(event, (SlotSet, BotUttered)):
            kept.append(event)
        turns += isinstance(event, UserUttered)
    else:
        return tracker
    end = DialogueStateTracker(tracker.sender_id, [], is_rule_tracker=tracker.is_rule_tracker)
    for event in reversed(kept):
        end.update(event)
    return end


def copy_nothing_for_logs() -> None:
    """Rasa's processor copies slots and events deeply, at each message, for debug logs that are never written."""
    rasa.core.processor.copy = SimpleNamespace(deepcopy=lambda value: value)


def run_graphs_directly() -> None:
    """A model's few nodes run one after the other; dask, made for graphs on many machines, took a tenth of the time."""

    def run(
        self: DaskGraphRunner, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
    ) -> dict[str, Any]:
        wanted = targets or self._graph_schema.target_names
        graph = self._build_dask_graph(self._graph_schema.minimal_graph_schema(wanted))
        self._add_inputs_to_graph(inputs, graph)
        results: dict[str, Any] = {}

        def result(name: str) -> Any:
            if name not in results:
                node = graph[name]
                is_call = isinstance(node, tuple) and callable(node[0])
                results[name] = node[0](*map(result, node[1:])) if is_call else node
            return results[name]

        try:
            return dict(result(name) for name in wanted)
        except RuntimeError as error:
            raise GraphRunError("Error running runner.") from error

    DaskGraphRunner.run = run


def read_commands_as_text() -> None:
    """`/intent{"slot": "x"}` typed by a person is text, on every channel: facts come from words alone."""

    def process(_self: RegexMessageHandler, messages: list[Any], domain: Domain | None = None) -> list[Any]:
        return messages

    RegexMessageHandler.process = process


def report_store_failures() -> None:
    """The store's failures reach `Agent.handle_message`, which says so: see ReportingTrackerStore."""

    def make(store: TrackerStore | None, domain: Domain) -> TrackerStore:
        if store is None:
            return InMemoryTrackerStore(domain)
        store.domain = domain
        return ReportingTrackerStore(store)

    Agent._create_tracker_store = staticmethod(make)


def never_be_silent() -> None:
    """A turn that fails, or brings no message at all, brings an Answer of kind `error`."""
    if hasattr(Agent.handle_message, "unguarded"):
        return
    unguarded = Agent.handle_message

    async def handle_message(self: Agent, message: UserMessage) -> list[dict[str, Any]] | None:
        channel = message.output_channel
        collected = channel.messages if isinstance(channel, CollectingOutputChannel) else None
        said = len(collected or [])
        trouble = None
        try:
            await unguarded(self, message)
        except Exception as error:
            trouble = _explain(error)
        if trouble is None and collected is not None and len(collected) == said:
            logger.error("A turn brought no message.")
            trouble = failure.ACTION
        if trouble is not None:
            await channel.send_response(message.sender_id, failure.error_message(trouble))
        return collected

    handle_message.unguarded = unguarded  # type: ignore[attr-defined]
    Agent.handle_message = handle_message


def _explain(error: Exception) -> str:
    """What to tell the user. The log gets the error's kind and place, not its text, which may quote the message."""
    root: BaseException = error
    while root.__cause__ is not None:
        root = root.__cause__
    trace = root.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "an unknown place"
    logger.error("A turn failed: %s from %s at %s", type(error).__name__, type(root).__qualname__, place)
    if isinstance(error, ConversationUnreadableError):
        return failure.LOAD
    return failure.SAVE if isinstance(error, ConversationUnsavedError) else failure.ACTION


_LOGGED_AS_IT_IS = {"event", "level", "timestamp", "logger", "event_info", "action_name", "policy_name", "node_name"}


def hide_message_text_in_logs() -> None:
    """Rasa's structured logs carry messages, slots and whole conversations at debug level, and in errors of channels.

    Only numbers and a few names are let through, unless LOG_MESSAGE_TEXT is set.
    """
    if os.environ.get("LOG_MESSAGE_TEXT"):
        return

    def hide(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
        return {
            key: value if key in _LOGGED_AS_IT_IS or isinstance(value, (bool, int, float)) else "<hidden>"
            for key, value in event.items()
        }

    rasa.utils.log_utils._anonymizer = hide
    logging.getLogger("rasa.core.policies").setLevel(logging.INFO)
