"""A chat in the terminal, in this one process: no server, no port."""

from __future__ import annotations

import asyncio
import shutil
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.history import FileHistory
from rasa.core.agent import Agent, load_agent
from rasa.core.channels.channel import UserMessage
from rasa.core.utils import AvailableEndpoints

from bot.runtime import patches, terminal
from bot.runtime.in_process import InProcessActions
from bot.runtime.paths import ROOT, VAR
from bot.runtime.rest import RestOutput

HELP = "Number: choose a reply.  :sources: every statement of the last answer.  :new: another patient.  Ctrl-D: end."


class Chat:
    """One conversation at a terminal."""

    def __init__(self, agent: Agent, write: Callable[[str], None], width: int, colour: bool) -> None:
        self.agent = agent
        self.write = write
        self.width = width
        self.colour = colour
        self.sender = uuid.uuid4().hex
        self.answers: list[dict[str, Any]] = []

    async def say(self, line: str) -> None:
        """Handle one line: a command of the shell, the number of a reply, or a message."""
        line = line.strip()
        if line == ":new":
            self.sender, self.answers = uuid.uuid4().hex, []
            self.write("A new conversation.")
        elif line == ":sources":
            for answer in self.answers:
                self.write(terminal.details(answer, self.width))
        elif line == ":help":
            self.write(HELP)
        elif line:
            await self._send(self._chosen(line))

    def _chosen(self, line: str) -> str:
        offered = terminal.choices(self.answers[-1]) if self.answers else []
        if line.isascii() and line.isdigit() and 1 <= int(line) <= len(offered):
            message = offered[int(line) - 1][1]
            self.write(f"> {message}")
            return message
        return line

    async def _send(self, text: str) -> None:
        output = RestOutput()
        await self.agent.handle_message(UserMessage(text, output, self.sender, input_channel="shell"))
        self.answers = []
        for message in output.messages:
            answer = (message.get("custom") or {}).get("answer")
            if answer:
                self.answers.append(answer)
                self.write(terminal.draw(answer, self.width, self.colour) + "\n")
            elif message.get("text"):
                self.write(message["text"] + "\n")


async def _chat(model: Path) -> None:
    patches.apply()
    endpoints = AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml"))
    endpoints.action = InProcessActions()
    agent = await load_agent(model_path=str(model), endpoints=endpoints)
    if not agent.is_ready():
        sys.exit("The model could not be loaded.")
    width = min(shutil.get_terminal_size().columns, 100)
    chat = Chat(agent, print, width, colour=sys.stdout.isatty())
    if not sys.stdin.isatty():
        for line in sys.stdin:
            await chat.say(line)
        return
    VAR.mkdir(parents=True, exist_ok=True, mode=0o700)
    history = VAR / "shell_history"
    history.touch(mode=0o600)
    session: PromptSession[str] = PromptSession("you> ", history=FileHistory(str(history)))
    print(f"Ask about mycophenolate side effects in anti-synthetase syndrome.\n{HELP}\n")
    while True:
        try:
            line = await session.prompt_async()
        except (EOFError, KeyboardInterrupt):
            return
        await chat.say(line)


def chat(model: Path) -> None:
    """Chat until the end of the input."""
    asyncio.run(_chat(model))
