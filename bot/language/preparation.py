"""Reading and encoding the training messages, on two cores where there are two.

Ten thousand messages take most of a training's time. A second process takes batches of them from its standard input and
gives back what this process would have made of them. Without it (one core, or it ends early) everything is done here,
and the result is the same.
"""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from bot.language import embedding_cache
from bot.language.encoder import Array, shared_encoder
from bot.language.intents import Example
from bot.language.understanding import example_of, shared_reader

logger = logging.getLogger(__name__)

BATCH: Final = 128
WORTHWHILE: Final = 1000
"""Messages from which on a second process is ready before this one has done its work."""
_ROOT: Final = Path(__file__).resolve().parents[2]
# Ctrl-C reaches every process of a terminal: this one leaves it to the training, and ends when that does.
_SERVE: Final = """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
from bot.language.preparation import serve
serve()
"""

Labelled = tuple[str, str]
"""A message and its intent."""


class Prepared(NamedTuple):
    """Examples in their order, and the states of those whose wording was not known, by key."""

    examples: list[Example]
    states: dict[bytes, npt.NDArray[np.float16]]


class Helper:
    """The second process. Start it early: it needs two seconds to load."""

    def __init__(self) -> None:
        """Start it; nothing is asked of it yet."""
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=_ROOT,
        )

    def prepare(self, batch: Sequence[Labelled], folder: str | None) -> Prepared:
        """Have it do a batch with the encoder of that folder; raises when it has ended."""
        assert self._process.stdin is not None and self._process.stdout is not None
        pickle.dump((batch, folder), self._process.stdin)
        self._process.stdin.flush()
        prepared: Prepared = pickle.load(self._process.stdout)
        return prepared

    def stop(self) -> None:
        """End it: it stops when it is told that nothing more comes."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        self._process.wait()


@lru_cache(maxsize=1)
def shared_helper() -> Helper | None:
    """The one helper of this process, or None on a machine with one core."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Helper() if cores > 1 else None


def prepare(
    labelled: Sequence[Labelled], folder: str | None = None, file: Path = embedding_cache.CACHE_FILE
) -> tuple[list[Example], Array]:
    """The examples that messages with their intents make, and the encoder's states of their wordings.

    ``folder`` is that of the encoder's files (see bot.language.encoder); ``file`` keeps the states.
    """
    known = embedding_cache.read(file)
    # Longest first: like lengths are encoded together, and the last batches, by which the two may differ, are short.
    order = sorted(range(len(labelled)), key=lambda place: -len(labelled[place][0]))
    waiting = deque(order[start : start + BATCH] for start in range(0, len(order), BATCH))
    done: dict[int, Example] = {}
    fresh: dict[bytes, npt.NDArray[np.float16]] = {}

    def work(do: Callable[[list[Labelled]], Prepared]) -> None:
        while waiting:
            try:
                places = waiting.popleft()
            except IndexError:  # the other one was faster
                return
            try:
                prepared = do([labelled[place] for place in places])
            except BaseException:
                waiting.append(places)
                raise
            done.update(zip(places, prepared.examples, strict=True))
            fresh.update(prepared.states)

    def have_done(helper: Helper) -> None:
        try:
            work(lambda batch: helper.prepare(batch, folder))
        except Exception:  # whatever it is, the work can be done here
            logger.warning("The second process of the training ended; going on without it.")

    helper = shared_helper() if len(labelled) >= WORTHWHILE else None
    if helper:
        feeder = threading.Thread(target=have_done, args=(helper,), daemon=True)
        feeder.start()
    work(lambda batch: _prepare(batch, folder, known))
    if helper:
        feeder.join()
        work(lambda batch: _prepare(batch, folder, known))  # what it left undone
        helper.stop()
        shared_helper.cache_clear()
    examples = [done[place] for place in range(len(labelled))]
    return examples, embedding_cache.complete([example.text for example in examples], known, fresh, file)


def _prepare(batch: Sequence[Labelled], folder: str | None, known: Collection[bytes]) -> Prepared:
    reader = shared_reader()
    examples = [example_of(reader.read(text), intent) for text, intent in batch]
    wordings = {embedding_cache.key(example.text): example.text for example in examples}
    missing = {key: text for key, text in wordings.items() if key not in known}
    states = shared_encoder(folder, quick=True).encode_all(list(missing.values())).astype(np.float16) if missing else ()
    return Prepared(examples, dict(zip(missing, states, strict=True)))


def serve() -> None:
    """What the second process does: batches from its input, until there are no more."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library may print must not get among the answers
    shared_reader()
    known = embedding_cache.read(embedding_cache.CACHE_FILE).keys()
    while True:
        try:
            batch, folder = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        prepared = pickle.dumps(_prepare(batch, folder, known))
        try:
            answers.write(prepared)
            answers.flush()
        except BrokenPipeError:  # the training was given up meanwhile
            os._exit(0)
