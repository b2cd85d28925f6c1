"""Where concepts settle what the classifier cannot: the tie-breaks of the taxonomy, applied to its ranking.

Each rule is a small function that names the intent it settles on, or None. They act on concepts, never on phrases, and
the first that applies wins. The lists they use are in tie_breaks.yml.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

import yaml

from bot.language.features import words
from bot.language.reading import QuestionPart, Reading

Ranking = list[tuple[str, float]]

OUT_OF_SCOPE: Final = "out_of_scope"
_FILE: Final = Path(__file__).with_suffix(".yml")
_POSSIBLE: Final = 0.1
"""Probability from which on the classifier thinks of an intent at all."""
_BARE_REPLIES: Final = {"yes": "affirm", "no": "deny"}


def settle(reading: Reading, part: QuestionPart, ranking: Ranking) -> Ranking:
    """The ranking with the tie-breaks applied; the order is unchanged where none applies."""
    for rule in (_bare_reply, _bare_drug, _drugs_outside, _comparison):
        intent = rule(reading, part, ranking)
        if intent is not None and intent != ranking[0][0]:
            return raise_to_top(ranking, intent, ranking[0][1])
    return ranking


def raise_to_top(ranking: Ranking, intent: str, confidence: float) -> Ranking:
    """The ranking with one intent moved to the front at the given confidence, the others in their order."""
    return [(intent, confidence), *((name, min(score, confidence)) for name, score in ranking if name != intent)]


def _bare_reply(reading: Reading, part: QuestionPart, ranking: Ranking) -> str | None:
    """One word that is a yes or a no."""
    return _BARE_REPLIES.get(reading.reply or "") if len(words(reading.text)) == 1 else None


def _bare_drug(reading: Reading, part: QuestionPart, ranking: Ranking) -> str | None:
    """A drug's name and nothing else asks what it is; another subject's drug is then out of scope."""
    names = [mention for mention in reading.mentions if mention.concept == "drug"]
    if len(names) != 1 or set(words(reading.text)) - set(words(names[0].text)) - {"?", "!"}:
        return None
    return OUT_OF_SCOPE if names[0].value in _lists()["outside_the_article"] else "ask_drug_info"


def _drugs_outside(reading: Reading, part: QuestionPart, ranking: Ranking) -> str | None:
    """Every drug that is asked about is outside the article."""
    drugs, lists = set(part.drugs), _lists()
    if drugs and drugs <= lists["outside_the_article"] and ranking[0][0] in lists["about_a_drug"]:
        return OUT_OF_SCOPE
    return None


def _comparison(reading: Reading, part: QuestionPart, ranking: Ranking) -> str | None:
    """Two or more drugs offered as a choice, whatever the attribute."""
    lists = _lists()
    if len(set(part.drugs)) < 2 or ranking[0][0] not in lists["yielding_to_comparison"]:
        return None
    compared = lists["comparing"].intersection(words(part.text))
    return "compare_drugs" if compared and dict(ranking).get("compare_drugs", 0.0) >= _POSSIBLE else None


@lru_cache(maxsize=1)
def _lists() -> Mapping[str, frozenset[str]]:
    rows = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {name: frozenset(values) for name, values in rows.items()}
