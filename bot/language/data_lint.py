"""Checks the training messages: ``python -m bot.language.data_lint`` prints each fault as file:line with its remedy.

A message may stand once, under one intent, and nowhere in the tests: a test that repeats its training measures memory.
Messages of one or two words ("yes", "tac dose") belong to everybody and may recur in tests.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml
from rapidfuzz import fuzz, process

from bot.language.data_likeness import alike_in_meaning

ROOT: Final = Path(__file__).parents[2]
TRAINING: Final = ROOT / "data" / "nlu"
NO_MESSAGES: Final = frozenset({"perturb.yml"})
"""Files among the tests that hold words put around messages, and no message."""
TESTS: Final = tuple(ROOT / "tests" / name for name in ("language", "evaluation", "conversations", "dialogue"))

SMALL_INTENTS: Final = frozenset(
    {
        *("affirm", "deny", "greet", "goodbye", "thank", "restart", "bot_challenge", "give_feedback", "correct_info"),
        *("ask_capabilities", "ask_clarification", "ask_citation", "ask_review_status", "set_audience"),
    }
)
FEWEST: Final = 60
FEWEST_SMALL: Final = 25
SAME: Final = 95
"""Similarity of the sorted words, in percent, from which two wordings count as one."""
WORDS_TO_COMPARE: Final = 4
WORDS_TO_OVERLAP: Final = 3

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MARKUP: Final = re.compile(r"\[[^\]]+\][({]|\{\s*\"")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_WORDS: Final = re.compile(r"\w+")
_DRUG_LIKE: Final = re.compile(r"\w{2,}(?:mab|tinib|limus|sporine?|prine|phamide|trexate|pirfenidone|cicept|tacept)$")
_RESEMBLES: Final = 70


class TrainingDataError(ValueError):
    """A training file that cannot be read; the message names file and line."""


@dataclass(frozen=True)
class Message:
    """One training message and where it stands."""

    text: str
    intent: str
    file: Path
    line: int

    @property
    def where(self) -> str:
        """``file:line``, relative to the project where that is possible."""
        file = self.file.relative_to(ROOT) if self.file.is_relative_to(ROOT) else self.file
        return f"{file}:{self.line}"


def normalise(text: str) -> str:
    """The words alone, lower case, without apostrophes; a message without words stays as it is."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("'", "").replace("’", "")
    return " ".join(_WORDS.findall(folded)) or text.strip()


def read_messages(folder: Path) -> list[Message]:
    """Every message under ``folder``, in file order; raises TrainingDataError for a file of another shape."""
    return [message for file in sorted(folder.rglob("*.yml")) for message in _messages_of(file)]


def _messages_of(file: Path) -> Iterator[Message]:
    try:
        document = yaml.compose(file.read_text(encoding="utf-8"), Loader=_LOADER)
    except yaml.YAMLError as error:
        raise TrainingDataError(f"{file}: {error}") from error
    for entry in _fields(document, file).get("nlu", yaml.SequenceNode("", [])).value:
        fields = _fields(entry, file)
        if not {"intent", "examples"} <= set(fields):
            raise TrainingDataError(f"{file}:{entry.start_mark.line + 1}: an entry needs intent and examples")
        first = fields["examples"].start_mark.line + 2
        for offset, row in enumerate(fields["examples"].value.split("\n")):
            if not row.strip():
                continue
            if not row.startswith("- "):
                raise TrainingDataError(f"{file}:{first + offset}: a message starts with '- '")
            yield Message(row[2:], fields["intent"].value, file, first + offset)


def _fields(node: Any, file: Path) -> dict[str, Any]:
    if not isinstance(node, yaml.MappingNode):
        raise TrainingDataError(f"{file}: expected a mapping")
    return {key.value: value for key, value in node.value}


def read_test_texts(folders: Iterable[Path]) -> dict[str, str]:
    """Normalised text -> ``file:line`` of every text in the YAML files under ``folders``."""
    texts: dict[str, str] = {}
    for file in sorted(file for folder in folders if folder.exists() for file in folder.rglob("*.yml")):
        if file.name in NO_MESSAGES:
            continue
        for event in yaml.parse(file.read_text(encoding="utf-8"), Loader=_LOADER):
            if isinstance(event, yaml.ScalarEvent) and event.start_mark:
                texts.setdefault(normalise(event.value), f"{file.name}:{event.start_mark.line + 1}")
    return texts


def lint(
    messages: Sequence[Message], test_texts: Mapping[str, str], intents: Collection[str], names: Collection[str] = ()
) -> list[str]:
    """All faults, each as ``file:line: what is wrong; how to mend it``.

    ``intents`` are the known ones; ``names`` the drug names of the treatment table (empty: names are not checked).
    """
    overlaps = list(_overlaps(messages, test_texts))
    told = {fault.partition(": ")[0] for fault in overlaps}
    return [
        *_form(messages, intents),
        *_too_few(messages, intents),
        *_duplicates(messages),
        *_near_duplicates(messages),
        *overlaps,
        *_same_meaning([message for message in messages if message.where not in told], test_texts),
        *_unknown_names(messages, names),
    ]


def _form(messages: Sequence[Message], intents: Collection[str]) -> Iterator[str]:
    for message in messages:
        if message.intent not in intents:
            yield f"{message.where}: unknown intent {message.intent!r}; use one of the taxonomy"
        if _MARKUP.search(message.text):
            yield f"{message.where}: entity markup; write the plain message, concepts are found by the reader"
        if _CONTROL.search(message.text):
            yield f"{message.where}: control or invisible character; delete it"


def _too_few(messages: Sequence[Message], intents: Collection[str]) -> Iterator[str]:
    count = dict.fromkeys(intents, 0)
    for message in messages:
        count[message.intent] = count.get(message.intent, 0) + 1
    for intent, number in count.items():
        needed = FEWEST_SMALL if intent in SMALL_INTENTS else FEWEST
        if number < needed:
            yield f"data/nlu/{intent}.yml:1: {number} messages for {intent}; write at least {needed}"


def _duplicates(messages: Sequence[Message]) -> Iterator[str]:
    first: dict[str, Message] = {}
    for message in messages:
        other = first.setdefault(normalise(message.text), message)
        if other is not message:
            also = "" if other.intent == message.intent else f" as {other.intent}"
            yield f"{message.where}: {message.text!r} also stands in {other.where}{also}; delete one"


def _near_duplicates(messages: Sequence[Message]) -> Iterator[str]:
    rows = [(message, normalise(message.text).split()) for message in messages]
    rows = [(message, sorted(words)) for message, words in rows if len(words) >= WORDS_TO_COMPARE]
    # wordings this alike differ little in length, so only neighbours by length are compared
    rows.sort(key=lambda row: len(" ".join(row[1])))
    texts = [" ".join(words) for _, words in rows]
    step = 600
    for start in range(0, len(rows), step):
        longest = len(texts[min(start + step, len(texts)) - 1]) * 1.12
        stop = next((i for i in range(start, len(texts)) if len(texts[i]) > longest), len(texts))
        alike = process.cdist(texts[start : start + step], texts[start:stop], scorer=fuzz.ratio, score_cutoff=SAME)
        for left, right in np.argwhere(alike):
            one, two = rows[start + left][0], rows[start + right][0]
            if left < right and one.intent != two.intent and normalise(one.text) != normalise(two.text):
                yield (
                    f"{two.where}: {two.text!r} ({two.intent}) is nearly {one.text!r} ({one.intent}) in {one.where}; "
                    "settle the label by the tie-breaks, or delete one"
                )


def _overlaps(messages: Sequence[Message], test_texts: Mapping[str, str]) -> Iterator[str]:
    for message in messages:
        text = normalise(message.text)
        if text in test_texts and len(text.split()) >= WORDS_TO_OVERLAP:
            yield f"{message.where}: {message.text!r} is in a test, {test_texts[text]}; delete the training message"
    known = defaultdict(list)
    for text in test_texts:
        if len(text.split()) >= WORDS_TO_COMPARE:
            known[len(text) // 8].append(" ".join(sorted(text.split())))
    for message in messages:
        words = normalise(message.text).split()
        if len(words) < WORDS_TO_COMPARE or " ".join(words) in test_texts:
            continue
        text = " ".join(sorted(words))
        near = [other for bucket in (-1, 0, 1) for other in known[len(text) // 8 + bucket]]
        if process.extractOne(text, near, scorer=fuzz.ratio, score_cutoff=SAME):
            yield f"{message.where}: {message.text!r} is nearly the text of a test; delete the training message"


def _same_meaning(messages: Sequence[Message], test_texts: Mapping[str, str]) -> Iterator[str]:
    candidates = [(message, normalise(message.text)) for message in messages]
    candidates = [(message, text) for message, text in candidates if len(text.split()) >= WORDS_TO_OVERLAP]
    tests = [text for text in test_texts if len(text.split()) >= WORDS_TO_OVERLAP]
    if candidates and tests:
        for place, other in alike_in_meaning([text for _, text in candidates], tests):
            message, where = candidates[place][0], test_texts[tests[other]]
            yield f"{message.where}: {message.text!r} means the same as {tests[other]!r} in a test, {where}; delete it"


def _unknown_names(messages: Sequence[Message], names: Collection[str]) -> Iterator[str]:
    known = [normalise(name) for name in names]
    seen: dict[str, bool] = {}
    for message in messages if known else ():
        if message.intent == "out_of_scope":
            continue
        for word in normalise(message.text).split():
            if not _DRUG_LIKE.match(word):
                continue
            if word not in seen:
                seen[word] = process.extractOne(word, known, scorer=fuzz.ratio, score_cutoff=_RESEMBLES) is not None
            if not seen[word]:
                yield f"{message.where}: {word!r} is no name of the treatment table; add it there or change the message"


def main() -> int:
    """Check the project's training data; the exit code."""
    from bot.guidance.loader import load_table
    from bot.guidance.model import INTENTS

    messages = read_messages(TRAINING)
    names = [name for drug in load_table().drugs.values() for name in drug.names]
    faults = lint(messages, read_test_texts(TESTS), INTENTS, names)
    print("\n".join(faults) or f"{len(messages)} training messages, no fault")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
