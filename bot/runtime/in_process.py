"""Custom actions run inside the server's process, and a failing one answers that it failed.

Rasa 3.6 knows actions behind HTTP only; a second process and a request for each action cost 10 ms and 40 MB, and an
exception there ends in silence.
"""

from __future__ import annotations

import logging
from typing import Any

import rasa.core.actions.action as rasa_actions
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

from bot.runtime import failure

logger = logging.getLogger(__name__)

VALIDATION = "action_validate_slot_mappings"


class ActionFailedError(Exception):
    """Validation of slots failed: the turn must end, since Rasa would keep the values unvalidated."""


class InProcessActions(EndpointConfig):
    """Stands where Rasa expects the action server."""

    def __init__(self, package: str = "actions") -> None:
        super().__init__("inprocess://actions")
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
