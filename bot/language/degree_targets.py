"""What a word of degree or of course belongs to: the effect or the lung word it stands beside, or a pronoun."""

from __future__ import annotations

from collections.abc import Sequence

from bot.language.concepts import Concept
from bot.language.tokens import Token

_PRONOUNS = frozenset(
    {"it", "its", "that", "thats", "they", "theyre", "this", "hers", "mine", "theirs", "ours", "yours"}
)
_BEFORE_A_DEGREE = frozenset(
    {
        "is",
        "was",
        "are",
        "were",
        "'s",
        "s",
        "'re",
        "been",
        "only",
        "just",
        "quite",
        "very",
        "really",
        "pretty",
        "fairly",
    }
)
_PRONOUN_REACH = 4
_COMMAS = frozenset({",", "-", "(", ")"})


def of_a_pronoun(word: Concept, tokens: Sequence[Token]) -> bool:
    """Is the word said of "it", "that" or "they" ("its mild", "that is quite severe")?"""
    n = word.match.start - 1
    while n >= 0 and tokens[n].norm in _BEFORE_A_DEGREE:
        n -= 1
    return n >= 0 and tokens[n].norm in _PRONOUNS and word.match.start - n <= _PRONOUN_REACH


def nearest_target(
    word: Concept, targets: Sequence[Concept], tokens: Sequence[Token], reach: int = 6, before: int = 3
) -> Concept | None:
    """What a word of degree belongs to: a target at most ``before`` tokens after it, or ``reach`` before it."""
    best: tuple[float, Concept] | None = None
    for target in targets:
        if tokens[target.match.start].sentence != tokens[word.match.start].sentence:
            continue
        inside = target.match.start <= word.match.start < target.match.end
        if inside:
            return target
        follows = target.match.start >= word.match.end
        between = (
            tokens[word.match.end : target.match.start] if follows else tokens[target.match.end : word.match.start]
        )
        commas = sum(t.norm in (",", "and", "-", "(") for t in between)
        if follows and commas and _stands_between_commas(word, tokens):
            continue  # "diarrhoea on it, moderate, lungs fine": the degree is that of what stands before
        if follows and commas and of_a_pronoun(word, tokens):
            continue  # "it's mild, and my lungs are better": the degree is that of "it"
        longest = before if follows else 2 * reach if of_a_pronoun(word, tokens) else reach
        if any(t.norm in ("but", ";", "\n", "though", "however") for t in between) or len(between) > longest:
            continue  # "the ILD isn't mild any more, it's severe": "it" may look further back
        cost = len(between) + 3 * commas + (0 if follows else 0.5)
        if best is None or cost < best[0]:
            best = (cost, target)
    return best[1] if best else None


def _stands_between_commas(word: Concept, tokens: Sequence[Token]) -> bool:
    before, after = word.match.start - 1, word.match.end
    while before > 0 and tokens[before].norm in _BEFORE_A_DEGREE:
        before -= 1  # "queasy on it, only mildly, lungs fine"
    return before > 0 and after < len(tokens) and tokens[before].norm in _COMMAS and tokens[after].norm in _COMMAS
