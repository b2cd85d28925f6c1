"""python -m bot.runtime run|serve|train|shell: the assistant's commands, for the Makefile and for hand use."""

from __future__ import annotations

import argparse
import logging
import os
import socket
import subprocess
import sys
from pathlib import Path

from bot.runtime import training
from bot.runtime.environment import prepare
from bot.runtime.paths import ROOT


def main() -> int:
    """Run one command; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bot.runtime", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    trainer = commands.add_parser("train", help="train the model if what it is made from has changed")
    trainer.add_argument("--force", action="store_true", help="train in any case")
    for name, text in (("run", "train if needed, then serve"), ("serve", "serve the model that is there")):
        command = commands.add_parser(name, help=text)
        command.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        command.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 5005))
        command.add_argument("--model", type=Path, help="a model file; the one of the present files unless given")
    commands.add_parser("shell", help="chat in the terminal")
    arguments = parser.parse_args()

    prepare()
    os.chdir(ROOT)
    level = os.environ.get("LOG_LEVEL", "WARNING").upper()
    if arguments.command == "train":
        _configure_logging(os.environ.get("LOG_LEVEL", "INFO").upper())
        training.train(force=arguments.force)
        return 0
    model = getattr(arguments, "model", None) or training.model_path()
    if not model.is_file():
        if arguments.command == "serve":
            sys.exit("There is no model for the present files yet. Train it: make train")
        # In a process of its own, so that what training needed is not held while serving.
        code = subprocess.run([sys.executable, "-m", "bot.runtime", "train"], check=False).returncode
        if code != 0:
            return code
    if arguments.command == "shell":
        _configure_logging(level)
        from bot.runtime.shell import chat

        chat(model)
        return 0
    _refuse_taken(arguments.host, arguments.port)
    print("Starting ...", flush=True)
    _configure_logging(level)
    from bot.runtime.server import serve

    serve(model, arguments.host, arguments.port)
    return 0


def _refuse_taken(host: str, port: int) -> None:
    """End with advice when nobody can listen there; seconds before the server would find out."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            sys.exit(f"Port {port} on {host} cannot be used ({error.strerror}). Choose another: PORT=5006 make run")


def _configure_logging(level: str) -> None:
    from rasa.utils.log_utils import configure_structlog

    from bot.runtime.patches import hide_message_text_in_logs

    hide_message_text_in_logs()
    configure_structlog(logging.getLevelName(level))
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(0)
