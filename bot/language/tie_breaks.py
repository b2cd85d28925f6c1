"""Where concepts settle what the classifier cannot: the tie-breaks of the taxonomy, applied to its ranking.

Each rule is a small function that names the intent it settles on, or None. They act on concepts, never on phrases, and
the first that applies wins. The lists they use are in tie_breaks.yml.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

import yaml

from bot.language.concepts import is_mmf
from bot.language.features import words
from bot.language.other_drugs import names_other_drug
from bot.language.reading import QuestionPart, Reading
from bot.language.word_lists import words as nouns

Ranking = list[tuple[str, float]]

OUT_OF_SCOPE: Final = "out_of_scope"
_FILE: Final = Path(__file__).with_suffix(".yml")
_POSSIBLE: Final = 0.1
"""Probability from which on the classifier thinks of an intent at all."""
_LIKELY: Final = 0.15
"""Probability from which on a word that belongs to an intent settles it."""
_BARE_REPLIES: Final = {"yes": "affirm", "no": "deny"}
_OF_CHILDREN: Final = frozenset({"pregnant", "planning", "breastfeeding"})
_ABOUT_PREGNANCY: Final = frozenset({"pregnancy", "cannot_be_pregnant"})
_STARRED: Final = re.compile(r"\*\w")
_BESIDE_IT: Final = re.compile(
    r"\b(?:with|incl\w*|plus|and give)(?: (?:the|its|their|all|your))? (?:refs?|references?|citations?|sources?)\b",
    re.IGNORECASE,
)
_AMOUNT: Final = re.compile(r"\d+(?:[.,]\d+)? ?(?:mg|g|gram|x\b|/m2|mg/m2)", re.IGNORECASE)
_LONGEST_STARRED: Final = 4
_DRUGS_TOGETHER: Final = 2
_FEW: Final = 6
_SHORT: Final = 10
_SURE: Final = 0.8
_BARE: Final = 1
"""Words of a name alone ("GCSF?")."""


def settle(reading: Reading, part: QuestionPart, ranking: Ranking) -> Ranking:
    """The ranking with the tie-breaks applied; the order is unchanged where none applies."""
    for rule in _RULES:
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
    if len(names) != 1 or set(words(reading.text)) - set(words(names[0].text)) - _lists()["around_a_bare_drug"]:
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


def _starred(reading: Reading, part: QuestionPart, ranking: Ranking) -> str | None:
    """A star before a word or two puts right what was typed before."""
    starred = _STARRED.match(reading.text) and len(words(reading.text)) <= _LONGEST_STARRED
    return "correct_info" if starred else None


def _other_drug(reading: Reading, part: QuestionPart, ranking: Ranking) -> str | None:
    """The only drug named is none of the table's, and it is what is asked about."""
    bare = len(words(part.text)) <= _BARE
    if reading.drugs or not (bare or ranking[0][0] in _lists()["about_one_drug"]):
        return None
    return OUT_OF_SCOPE if names_other_drug(words(part.text)) else None


def _pregnancy(reading: Reading, part: QuestionPart, ranking: Ranking) -> str | None:
    """A choice of drug for somebody who is, wants to be or has just been pregnant."""
    stated = reading.pregnancy in _OF_CHILDREN
    return "ask_pregnancy" if stated and ranking[0][0] in _lists()["yielding_to_pregnancy"] else None


def _source(reading: Reading, part: QuestionPart, ranking: Ranking) -> str | None:
    """A word for a document, where the classifier thinks of sources too; "is it referenced" needs no second voice."""
    said = set(words(part.text))
    if said & _lists()["resting_on_a_reference"]:
        return "ask_citation"
    if _BESIDE_IT.search(part.text) and ranking[0][0] in _lists()["about_a_drug"]:
        return None  # "list the alternatives with their references"
    named = _lists()["documents"] & said
    return "ask_citation" if named and dict(ranking).get("ask_citation", 0.0) >= _LIKELY else None


def _interaction(reading: Reading, part: QuestionPart, ranking: Ranking) -> str | None:
    """ "Does it interact with anything" asks of a drug, not of what the assistant can do."""
    lists = _lists()
    of_a_drug = bool(lists["of_drugs_alone"].intersection(part.aspects))
    mixed = "interactions" in part.aspects and bool(part.drugs) and ranking[0][0] == "ask_drug_info"
    mistaken = of_a_drug and ranking[0][0] in lists["mistaken_for_drugs"]
    return "ask_contraindication" if mixed or mistaken else None


def _noun_of_dose(reading: Reading, part: QuestionPart, ranking: Ranking) -> str | None:
    """ "Cyc regimen?" behind the story of a patient asks for the dose, whatever the story sounds like."""
    said = words(part.text)
    few = len(said) <= _FEW and len(set(part.drugs)) == 1 and not is_mmf(part.drugs[0])
    doubtful = ranking[0][0] in _lists()["stories"] and ranking[0][1] < _SURE
    return "ask_dose" if few and doubtful and set(said) & nouns("nouns_of_dose") else None


def _combined(reading: Reading, part: QuestionPart, ranking: Ranking) -> str | None:
    """Drugs given together and not set against each other: how they go together is asked, not which is better."""
    lists, said = _lists(), set(words(part.text))
    if ranking[0][0] != "compare_drugs" or len(set(part.drugs)) < _DRUGS_TOGETHER or said & lists["comparing"]:
        return None
    return "ask_drug_info" if said & lists["combining"] else None


def _nothing_to_report(reading: Reading, part: QuestionPart, ranking: Ranking) -> str | None:
    """Effects that are all denied ("no vomiting so far") are told, not reported."""
    denied = bool(reading.absent.get("side_effect")) and not reading.side_effect and not reading.scenario
    denied = denied and len(words(part.text)) <= _SHORT
    return "provide_patient_info" if denied and ranking[0][0] == "report_side_effect" else None


def _fertility_as_harm(reading: Reading, part: QuestionPart, ranking: Ranking) -> str | None:
    """Loss of fertility feared from another drug is a risk of that drug; no pregnancy is asked about."""
    feared = "fertility_harm" in part.aspects and any(not is_mmf(drug) for drug in part.drugs)
    expecting = reading.pregnancy in ("pregnant", "breastfeeding")
    return "ask_drug_risk" if feared and not expecting and ranking[0][0] == "ask_pregnancy" else None


def _schedules_of_one_drug(reading: Reading, part: QuestionPart, ranking: Ranking) -> str | None:
    """Two amounts of one drug set against each other: which to give is a question of dose."""
    others = {drug for drug in part.drugs if not is_mmf(drug)}
    amounts = len(_AMOUNT.findall(part.text)) > 1
    return "ask_dose" if len(others) == 1 and amounts and ranking[0][0] == "compare_drugs" else None


def _no_word_of_pregnancy(reading: Reading, part: QuestionPart, ranking: Ranking) -> str | None:
    """A guess at pregnancy from an age, a drug or a number of weeks, where nothing speaks of it."""
    guessed = ranking[0][0] == "ask_pregnancy" and ranking[0][1] < _SURE
    spoken_of = any(m.concept in _ABOUT_PREGNANCY for m in reading.mentions) or bool(part.aspects)
    return None if not guessed or spoken_of else ranking[1][0]


_RULES: Final = (
    _bare_reply, _starred, _bare_drug, _drugs_outside, _other_drug, _pregnancy, _comparison, _combined, _interaction,
    _noun_of_dose, _nothing_to_report, _fertility_as_harm, _schedules_of_one_drug, _source,
    _no_word_of_pregnancy,
)  # fmt: skip


@lru_cache(maxsize=1)
def _lists() -> Mapping[str, frozenset[str]]:
    rows = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {name: frozenset(values) for name, values in rows.items()}
