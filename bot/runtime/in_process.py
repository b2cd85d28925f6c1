"""Custom actions run inside the server's process, and a failing one answers that it failed.

Rasa 3.6 knows actions behind HTTP only; a second process and a request for each action cost 10 ms and 40 MB, and an
exception there ends in silence.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import rasa
import rasa.core.actions.action as rasa_actions
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

from bot.runtime import failure

logger = logging.getLogger(__name__)

VALIDATION = "action_validate_slot_mappings"


class ActionFailedError(Exception):
    """Validation of slots failed: the turn must end, since Rasa would keep the values unvalidated."""


class EventsOnDemand(Sequence[dict[str, Any]]):
    """A conversation's events as an action sees them, written out only if it looks: most look at slots alone."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._events = tuple(events)

    @cached_property
    def _written(self) -> list[dict[str, Any]]:
        return [event.as_dict() for event in self._events]

    def __len__(self) -> int:
        return len(self._events)

    def __getitem__(self, place: Any) -> Any:
        return self._written[place]


def call_action(action: rasa_actions.RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
    """The request for an action, in place of Rasa's, which writes out all events and the domain each time."""
    state = tracker.current_state(EventVerbosity.NONE)
    return {
        "next_action": action.name(),
        "sender_id": tracker.sender_id,
        "tracker": {**state, "events": EventsOnDemand(tracker.events)},
        "version": rasa.__version__,
        "domain": _written_domain(domain),
    }


def _written_domain(domain: Domain) -> dict[str, Any]:
    if not hasattr(domain, "written"):
        domain.written = domain.as_dict()
    written: dict[str, Any] = domain.written
    return written


class InProcessActions(EndpointConfig):
    """Stands where Rasa expects the action server."""

    def __init__(self, package: str = "actions") -> None:
        super().__init__("inprocess://actions")
        rasa_actions.RemoteAction._action_call_format = call_action
        self.executor = ActionExecutor()
        self.executor.register_package(package)

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = None,
        compress: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Run the action that the request names; what the action server would have answered."""
        call = kwargs["json"]
        # The values themselves are the conversation's, which only events may change.
        call["tracker"]["slots"] = copy.deepcopy(call["tracker"]["slots"])
        name = call.get("next_action")
        try:
            return await self.executor.run(call)
        except ActionExecutionRejection as rejection:
            raise rasa_actions.ActionExecutionRejection(rejection.action_name, str(rejection)) from rejection
        except Exception as error:
            logger.exception("The action %s failed.", name)
            if name == VALIDATION:
                raise ActionFailedError(name) from error
            return {"events": [], "responses": [failure.error_message(failure.ACTION)]}
