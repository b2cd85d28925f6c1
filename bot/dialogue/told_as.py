"""By which words a side effect was told, so that denying another sign of the same kind does not take it away.

"No vomiting" says nothing against the diarrhoea that was told, nor "no jaundice" against raised liver enzymes, though
both are effects on one organ. A word for the whole ("no stomach trouble") and a correction take the effect back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from bot.dialogue.data import has_cue
from bot.dialogue.memory import Memory
from bot.dialogue.reading import Mention, Reading

STEM = 5
"""Letters by which two forms of a word are the same ("vomiting", "vomited")."""
DENIED = "absent"
GONE = frozenset({DENIED, "withdrawn", "past"})
NOT_TOLD = GONE | {"other", "mentioned", "asked", "scenario", "hypothetical", "generic", "uncertain"}


def _stems(words: str) -> frozenset[str]:
    return frozenset(word[:STEM] for word in words.casefold().split() if len(word) >= STEM - 1)


def _said(reading: Reading, mention: Mention) -> str:
    return reading.text[mention.start : mention.end].casefold()


def _of_effects(reading: Reading) -> list[Mention]:
    return [m for m in reading.mentions if m.concept == "side_effect"]


def told_words(memory: Memory, reading: Reading, held: Collection[str]) -> dict[str, tuple[str, ...]]:
    """For each effect that the case holds the words by which it was told, those of this message the last."""
    words = {effect: memory.told_as.get(effect, ()) for effect in held}
    for m in _of_effects(reading):
        if m.value in words and not NOT_TOLD & set(m.context):
            words[m.value] = tuple(dict.fromkeys((*words[m.value], _said(reading, m))))
        elif m.value in words and GONE & set(m.context):
            words[m.value] = tuple(w for w in words[m.value] if not _stems(w) & _stems(_said(reading, m)))
    return {effect: said for effect, said in words.items() if said}


def really_denied(
    memory: Memory, reading: Reading, retracted: Mapping[str, Collection[Any]], *, correcting: bool
) -> dict[str, Collection[Any]]:
    """What is taken back, without effects of which only another sign was denied."""
    denied = dict(retracted)
    if correcting or "side_effect" not in denied:
        return denied
    kept = [effect for effect in denied["side_effect"] if not _another_sign(memory, reading, effect)]
    if kept:
        return {**denied, "side_effect": kept}
    del denied["side_effect"]
    return denied


def _another_sign(memory: Memory, reading: Reading, effect: str) -> bool:
    said = memory.told_as.get(effect, ())
    denials = [m for m in _of_effects(reading) if m.value == effect and DENIED in m.context]
    if not said or not denials or any(has_cue("whole_effect", _said(reading, m)) for m in denials):
        return False
    stems = frozenset().union(*(_stems(_said(reading, m)) for m in denials))
    return any(not _stems(words) & stems for words in said)
