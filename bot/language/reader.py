"""From a message to a Reading: everything but intents and the emergency gate, which build on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.language import text as cleaning
from bot.language.attribution import lay_to_drugs
from bot.language.concepts import Concept, find_concepts
from bot.language.context import Context, load_context
from bot.language.facts import fill_slots
from bot.language.homophones import put_right
from bot.language.kin import of_another_member, patient_among
from bot.language.languages import detect, gloss
from bot.language.lexicon_loader import Lexicon, load_lexicon
from bot.language.lung_concepts import lung_concepts
from bot.language.measures import UNIT_WORDS
from bot.language.names import OTHER, DrugNames
from bot.language.reading import Mention, QuestionPart, Reading
from bot.language.segments import Subjects, citation_number, parts
from bot.language.speech import act_of, audience_of, ordinal_of, person_of, reply_of, threat_of
from bot.language.spelling import Speller
from bot.language.tokens import Token, tokenize

if TYPE_CHECKING:
    from bot.guidance.rows import Table

UNREADABLE = ("empty", "too_long", "symbols_only", "command", "attachment")
"""Problems with which nothing in the message is taken as said."""
_HIDDEN = frozenset(
    {"act", "reply", "audience", "threat", "option", "tried", "ordinal", "person", "drug_word", "not_so", "aspect"}
)


class Reader:
    """Reads messages; built once from the treatment table, it holds no state between messages."""

    def __init__(self, table: Table) -> None:
        self._lexicon: Lexicon = load_lexicon()
        self._context: Context = load_context()
        self._names = DrugNames(table, frozenset().union(*self._lexicon.foreign_words.values()))
        self._speller = Speller(self._lexicon.words | self._context.words, self._names.words() | UNIT_WORDS)
        self._subjects = Subjects(table)
        self.read("warm up")  # builds the tokenizer and the English indexes now, not at the first message

    def read(self, message: str) -> Reading:
        """The Reading of any text; never raises for what a person may type."""
        text = cleaning.normalise(message[: cleaning.MAX_CHARACTERS])
        problem = cleaning.problem_of(message, text)
        if problem in UNREADABLE:
            return Reading(text=text, canonical=text, problem=problem, questions=(QuestionPart(text=text),))
        if not any(sign.isalnum() for sign in text):
            return self._smiley(message, text)
        plain = tokenize(text)
        tokens = self._with_drugs(plain)
        language = detect(tokens, text, self._speller.knows, self._lexicon.foreign_words)
        if language == "en":
            self._mend(tokens)
        found = find_concepts(tokens, self._lexicon, self._context, language)
        patient = patient_among(tokens)
        concepts = lay_to_drugs(of_another_member(found, tokens, patient), tokens)
        lungs = lung_concepts(concepts, tokens)
        reading = self._reading(text, language, problem, plain, tokens, concepts, lungs)
        return replace(reading, kin=patient)

    def _smiley(self, message: str, text: str) -> Reading:
        reply = cleaning.smiley(message)
        return Reading(
            text=text or message.strip(), canonical={"yes": "yes", "no": "no"}.get(reply or "", "thanks"),
            reply=reply if reply in ("yes", "no") else None, questions=(QuestionPart(text=message.strip()),),
        )  # fmt: skip

    def _with_drugs(self, plain: Sequence[Token]) -> list[Token]:
        """The tokens with each drug name made one token that carries its id."""
        found = {hit.start: hit for hit in self._names.find(list(plain), self._speller)}
        tokens: list[Token] = []
        at = 0
        while at < len(plain):
            hit = found.get(at)
            if hit is None or hit.drug == OTHER:
                tokens.append(replace(plain[at], foreign_drug=hit is not None))
                at += 1
                continue
            last = plain[hit.end - 1]
            name = " ".join(t.text for t in plain[at : hit.end])
            tokens.append(Token(name, hit.drug, plain[at].start, last.end, plain[at].sentence, drug=hit.drug))
            at = hit.end
        return tokens

    def _mend(self, tokens: list[Token]) -> None:
        for token in tokens:
            if token.drug is None and not token.is_mark and token.number is None:
                corrected = self._speller.correct(token.norm)
                if corrected is not None:
                    token.norm, token.mended = corrected, True
        put_right(tokens)

    def _reading(
        self, text: str, language: str, problem: str | None, plain: list[Token], tokens: list[Token],
        concepts: list[Concept], lungs: list[Concept],
    ) -> Reading:  # fmt: skip
        slots = fill_slots(concepts, lungs, tokens)
        in_other_scripts = [drug for drug in self._names.in_other_scripts(text) if drug not in slots.drugs]
        slots.drugs += in_other_scripts
        audience = audience_of(concepts)
        ordinal = ordinal_of(concepts, tokens)
        problem = problem or threat_of(concepts)
        facts: dict[str, Any] = dict(slots.facts)
        if audience is not None:
            facts["audience"] = audience
        if problem == "injection":
            facts = {}
        act = act_of(concepts, tokens, citation_number(text))
        if act in ("undo", "repeat") and (slots.facts or slots.severity or slots.retracted):
            act = None  # "scratch that, it's moderate" corrects, "repeat CT: severe" reports
        questions = parts(text, tokens, plain, concepts, self._subjects, ordinal)
        return Reading(
            text=text,
            language=language,
            canonical=self._canonical(text, tokens, language),
            questions=_with_other_scripts(questions, in_other_scripts),
            drugs=tuple(slots.drugs),
            side_effect=tuple(slots.side_effect),
            ild=tuple(slots.ild),
            pregnancy=slots.pregnancy,
            audience=audience,
            absent={slot: tuple(values) for slot, values in slots.absent.items() if values},
            hypothetical=slots.hypothetical,
            facts=facts,
            scenario=slots.scenario,
            retracted={slot: tuple(values) for slot, values in slots.retracted.items() if values},
            severity=slots.severity,
            reply=reply_of(concepts, tokens),
            act=act if problem is None else None,
            ordinal=ordinal,
            person=person_of(concepts),
            problem=problem,
            mentions=tuple(_mention(c, text, tokens) for c in [*concepts, *lungs] if c.concept not in _HIDDEN),
        )

    def _canonical(self, text: str, tokens: Sequence[Token], language: str) -> str:
        """The text with drugs by their printed names, mended words, and common foreign words in English."""
        out, last = [], 0
        for token in tokens:
            out.append(text[last : token.start])
            raw = text[token.start : token.end]
            out.append(self._names.printed[token.drug] if token.drug else token.norm if token.mended else raw)
            last = token.end
        return gloss("".join([*out, text[last:]]), language)


def _with_other_scripts(questions: tuple[QuestionPart, ...], drugs: Sequence[str]) -> tuple[QuestionPart, ...]:
    if len(questions) == 1 and drugs:
        return (replace(questions[0], drugs=(*questions[0].drugs, *drugs)),)
    return questions


def _mention(concept: Concept, text: str, tokens: Sequence[Token]) -> Mention:
    start, end = tokens[concept.match.start].start, tokens[concept.match.end - 1].end
    context = tuple(sorted({*concept.modifiers, concept.status} - {"fact"}))
    return Mention(concept.concept, concept.value, text[start:end], start, end, context, concept.drug)
