"""The emergency gate: reads every message before any intent is guessed and says whether it needs care now.

It works by data: words and phrases of six languages (terms.yml) made of word classes (classes.yml), readings that are
alarming by number (vitals.yml), what around them makes them no emergency (context.yml), and which of them together name
which red flag (rules.yml). It knows nothing of what is answered; the ids are those of the red flag table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Final

from bot.language.gate.rows import (
    LEVELS,
    GateError,
    Rule,
    Verdict,
    load,
    phrases,
    read_context,
    read_rules,
    vital_concepts,
)
from bot.language.gate.text import Speller, compile_phrases, plain_words, sentences, stems
from bot.language.gate.vitals import Sign, Vitals

__all__ = ["Gate", "GateError", "Verdict"]

_TOPIC_REACH: Final = 3
_MOST_SIGNS: Final = 6
"""Places of one concept in a sentence that are looked at: keeps a message of one repeated word cheap."""


class Gate:
    """The rules, ready to judge. Build it once; judging takes well under a millisecond."""

    def __init__(self, known_words: Collection[str] = ()) -> None:
        """``known_words``: correctly spelt words that must not be taken for misspelt alarm words."""
        terms = phrases("terms.yml")
        self._terms = {concept: compile_phrases(phrases) for concept, phrases in terms.items()}
        self._vitals = Vitals(load("vitals.yml"))
        self._rules = read_rules(load("rules.yml"), set(terms) | vital_concepts(load("vitals.yml")))
        context = phrases("context.yml")
        self._context = read_context(context)
        known = {*known_words, *context["not_misspelt"]}
        alarm = [phrase for phrases in terms.values() for phrase in phrases]
        self._speller = Speller(plain_words(alarm), stems(alarm), known) if known_words else None

    def judge(self, text: str) -> Verdict | None:
        """The most urgent red flag that the message reports as happening, or None."""
        return self._worst(text, self._happening)

    def asked(self, text: str) -> Verdict | None:
        """The most urgent red flag that the message asks about or supposes ("what if ..."), or None."""
        return self._worst(text, self._asked)

    def red_flags(self) -> set[str]:
        """The red flags that the gate can raise."""
        return {rule.verdict.rule for rule in self._rules}

    def mentions(self, text: str) -> bool:
        """Whether any rule's signs stand in the message at all, reported or not.

        Where they do and ``judge`` gives None, the message denies them, asks about them or tells of the past.
        """
        return any(_combinations(sentence, rule, signs) for sentence, signs in self._read(text) for rule in self._rules)

    def tempered(self, text: str) -> bool:
        """Whether the message holds a denial, a "what if", the past, a figure of speech or a reassurance at all."""
        context = self._context
        cues = (context.idioms, context.negation, context.hypothetical, context.general, context.past)
        return any(
            cue.search(sentence) for sentence in sentences(text) for cue in (*cues, context.reassuring, context.others)
        )

    def over(self, text: str) -> bool:
        """Whether the message says that something is over ("false alarm", "all clear", "sorted")."""
        return any(self._context.over.search(sentence) for sentence in sentences(text))

    def _read(self, text: str) -> list[tuple[str, dict[str, list[Sign]]]]:
        read = []
        for sentence in sentences(text):
            if self._speller:
                sentence = self._speller.correct(sentence)
            sentence = self._context.idioms.sub("-", sentence)
            read.append((sentence, self._signs(sentence)))
        return read

    def _worst(self, text: str, stands: Callable[[str, Sequence[Sign], bool], bool]) -> Verdict | None:
        """The most urgent of the rules whose signs stand in the message in the given way."""
        found = [
            rule.verdict
            for sentence, signs in self._read(text)
            for rule in self._rules
            for chosen in _combinations(sentence, rule, signs)
            if stands(sentence, chosen, rule.even_asked)
        ]
        return min(found, key=lambda verdict: (LEVELS.index(verdict.level), not verdict.sets_intent), default=None)

    def _signs(self, sentence: str) -> dict[str, list[Sign]]:
        signs = {
            concept: [Sign(concept, *match.span()) for match in islice(pattern.finditer(sentence), _MOST_SIGNS)]
            for concept, pattern in self._terms.items()
        }
        for sign in self._vitals.find(sentence):
            signs.setdefault(sign.concept, []).append(sign)
        return {concept: places[:_MOST_SIGNS] for concept, places in signs.items() if places}

    def _happening(self, sentence: str, signs: Sequence[Sign], even_asked: bool) -> bool:
        if any(self._negated(sentence, sign, signs) for sign in signs) or self._of_others(sentence, signs):
            return False
        if self._context.present.search(sentence):
            return True
        return not self._past(sentence, signs) and (even_asked or not self._supposed(sentence, signs))

    def _asked(self, sentence: str, signs: Sequence[Sign], even_asked: bool) -> bool:
        if any(self._negated(sentence, sign, signs) for sign in signs) or self._of_others(sentence, signs):
            return False
        return not even_asked and not self._past(sentence, signs) and self._supposed(sentence, signs)

    def _alarm_span(self, signs: Sequence[Sign]) -> tuple[int, int]:
        """Where the signs stand, without those that only set the scene (the drug, the child)."""
        alarms = [sign for sign in signs if sign.concept not in self._context.settings] or signs
        return min(sign.start for sign in alarms), max(sign.end for sign in alarms)

    def _of_others(self, sentence: str, signs: Sequence[Sign]) -> bool:
        """Whether the signs belong to a pet, a film or something read, with no turn to a person in between."""
        first = min(sign.start for sign in signs)
        return any(
            match.start() >= first or not self._context.turns.search(sentence[match.end() : first])
            for match in self._context.others.finditer(sentence)
        )

    def _past(self, sentence: str, signs: Sequence[Sign]) -> bool:
        """Whether the signs are told as over.

        "history of" reaches over all that follows up to a turn; "all clear since" over all that stands before it; a
        date ("in 2019", "for three years") only over its own clause, so that it may date the treatment beside a sign.
        What is part of a sign ("worse over the past week") dates nothing.
        """
        context = self._context
        first, last = self._alarm_span(signs)

        def cues(pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
            for match in pattern.finditer(sentence):
                if not any(sign.start < match.end() and match.start() < sign.end for sign in signs):
                    yield match

        if any(
            match.start() >= first or not context.turns.search(sentence[match.end() : first])
            for match in cues(context.past)
        ):
            return True
        if any(match.start() >= first for match in cues(context.over)):
            return True
        for match in cues(context.dated):
            if match.start() > first:
                between = sentence[last : match.start()]
            else:
                between = sentence[match.end() : first]
                if match.start() == 0:  # "two years ago, she ..."
                    between = between.removeprefix(" ,")
            if not context.clause.search(between):
                return True
        return False

    def _supposed(self, sentence: str, signs: Sequence[Sign]) -> bool:
        """Whether the sentence is about the signs in general, or a supposition or question leads up to them.

        A supposition ("what if") reaches up to a turn ("but now I"); a question ("which dose") ends already where
        something is told of a person ("he cannot").
        """
        context = self._context
        first, last = self._alarm_span(signs)
        following = " ".join(sentence[last:].split()[:_TOPIC_REACH])
        if context.general.search(sentence) or context.topic_after.match(following):
            return True
        if any(
            match.start() <= first and not context.turns.search(sentence[match.end() : first])
            for match in context.hypothetical.finditer(sentence)
        ):
            return True
        return any(
            match.start() <= first
            and not context.turns.search(sentence[match.end() : first])
            and not context.told.search(sentence[match.end() : max(last, match.end())])
            for match in context.question.finditer(sentence)
        )

    def _negated(self, sentence: str, sign: Sign, others: Sequence[Sign]) -> bool:
        """Whether a sign is denied. A "not" inside a sign told with it ("not able to") denies nothing."""
        context = self._context
        before = sentence[: sign.start]
        for other in others:
            before = before[: other.start] + "-" * (min(other.end, sign.start) - other.start) + before[other.end :]
        before = context.pseudo.sub(lambda match: "-" * len(match.group()), before)
        for match in context.negation.finditer(before):
            between = before[match.end() :]
            if len(between.replace(",", " ").split()) <= context.reach and not context.terminators.search(between):
                return True
        after = sentence[sign.end :]
        if context.fine_after.match(after.lstrip()):
            return True
        stop = context.terminators.search(after)
        reached = " ".join(after[: stop.start() if stop else None].split()[: context.reach])
        return bool(context.negated_after.search(reached))


def _combinations(sentence: str, rule: Rule, signs: Mapping[str, Sequence[Sign]]) -> list[tuple[Sign, ...]]:
    """Every way in which the signs of one of the rule's groups stand near enough to each other."""
    return [
        chosen
        for group in rule.groups
        if all(concept in signs for concept in group)
        for chosen in product(*(signs[concept] for concept in group))
        if len({(sign.start, sign.end) for sign in chosen}) == len(chosen)
        and _words_between(sentence, chosen) <= rule.near
    ]


def _words_between(sentence: str, signs: Sequence[Sign]) -> int:
    first = min(sign.end for sign in signs)
    last = max(sign.start for sign in signs)
    return len(sentence[first:last].replace(",", " ").split()) if last > first else 0
