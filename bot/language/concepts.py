"""From found terms to concepts of one patient: what is stated, asked, supposed, denied or past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.language.context import Context
from bot.language.lexicon_loader import Lexicon, Term
from bot.language.measures import laboratory
from bot.language.organs import effects_of_organs, is_asked_of_organ
from bot.language.patterns import MMF, Match
from bot.language.questions import Span, spans, states_it
from bot.language.test_results import Result, results_of_tests
from bot.language.tokens import Token
from bot.language.word_lists import words

STATUSES = ("fact", "scenario", "asked", "absent", "withdrawn", "past", "other", "mentioned")
_PREGNANCY_NOUNS = words("pregnancy_nouns")
_PREGNANCY_STATED = words("pregnancy_stated")
_NURSING_NOUNS = words("nursing_nouns")
_JOINING = words("joints") | {"in", "during", "for"}
_LASTING = frozenset(
    {"hepatitis_b", "bladder_cancer_history", "prior_aza_myelotoxicity", "mmf_allergy", "tpmt_deficiency"}
    | {"tpmt_intermediate", "nudt15_deficiency"}
)
"""What stays a hazard when it is over: hepatitis B of long ago can come back, genes and allergies stay."""
_TAKING = frozenset({"on", "take", "takes", "taking", "taken", "using", "uses", "started", "under"})
_STATED_ONLY = frozenset({"pregnancy"})
_TOPIC = frozenset({"side_effect", "effect_noun", "lung", "ild", "severity", "course", "persistent"})
_CAUSING = words("asks_for_cause")
_AND = frozenset({"and", "&", "+", "n"})
_WRITER = frozenset({"i", "me", "myself"})
_SWALLOWS = frozenset({"side_effect", "contraindication", "ild", "cannot_be_pregnant", "healthy"})
_LUNG_DISEASE = Term("lung", "disease")  # "organising pneumonia" is no infection
_AFTER_AN_AUXILIARY = 2
_KEPT_BESIDE_A_RESULT = frozenset({"audience", "person", "aspect", "act", "option", "persistent"})
_GIVES_WAY = _SWALLOWS | {"lung", "course", "pregnancy", "response"}
_DEGREE_OF_LUNGS = ("mild", "moderate", "severe")


@dataclass(frozen=True)
class Concept:
    """A term in its place, with its ConText modifiers and what follows from them.

    ``status``: fact (stated of this patient), scenario (supposed), asked, absent (denied), withdrawn ("I never said
    that"), past, other (someone else's) or mentioned (a test or clinic named after it). ``drug``: what an effect or
    response is laid to, if anything is.
    """

    match: Match[Term]
    modifiers: frozenset[str]
    status: str
    drug: str | None = None

    @property
    def concept(self) -> str:
        """The concept group."""
        return self.match.row.concept

    @property
    def value(self) -> str:
        """The value within its group."""
        return self.match.row.value

    @property
    def talked_about(self) -> bool:
        """Is it something that the message is about (stated, asked, supposed or past)?"""
        return self.status in ("fact", "scenario", "asked", "past")

    @property
    def supposed(self) -> bool:
        """Does it hold for this answer only?"""
        return self.status in ("scenario", "asked")


def find_concepts(tokens: list[Token], lexicon: Lexicon, context: Context, language: str) -> list[Concept]:
    """All concepts of the message, in the order of the text."""
    said = lexicon.find(tokens, language)
    organs = {(m.start, m.end) for m in said if m.row.concept == "body"}
    results = results_of_tests(tokens)
    said = [m for m in said if not _within(m, results)] + [r.match for r in results]
    terms = effects_of_organs(said + laboratory(tokens) + _drug_terms(tokens), tokens)
    found = _without_overlaps(terms)
    modifiers = context.modifiers(tokens, found, language)
    asking = spans(tokens)
    concepts = []
    found = [_not_healthy_now(match, mods) for match, mods in zip(found, modifiers, strict=True)]
    for match, mods in zip(found, modifiers, strict=True):
        status = _status(match, mods, asking, tokens)
        if status == "fact" and match.row.concept == "side_effect" and (match.start, match.end) in organs:
            span = next((s for s in asking if s.start <= match.start < s.end), None)
            status = "asked" if is_asked_of_organ(match, span, tokens) else status
        if status == "fact" and _is_asked_result(match, results, asking):
            status = "asked"
        concepts.append(Concept(match, mods, status))
    return _settle_double_readings(other_peoples(concepts, tokens))


def _within(match: Match[Term], results: Sequence[Result]) -> bool:
    """Is the term part of a test with its result, and so no word of its own ("intermediate" of "TPMT intermediate")?"""
    return match.row.concept not in _KEPT_BESIDE_A_RESULT and any(
        r.start <= match.start and match.end <= r.match.end for r in results
    )


def _is_asked_result(match: Match[Term], results: Sequence[Result], asking: Sequence[Span]) -> bool:
    """ "Is my TPMT low" asks for the result, though "my" states that there is a test."""
    near = any(s.kind == "polar" and s.start < match.start <= s.start + _AFTER_AN_AUXILIARY for s in asking)
    return near and match.row.concept != "side_effect" and any(r.match is match for r in results)


def _not_healthy_now(match: Match[Term], modifiers: frozenset[str]) -> Match[Term]:
    """ "No stomach trouble until cellcept": what was in order before the drug is its effect now."""
    slot, _, value = match.row.value.partition(".")
    if match.row.concept == "healthy" and "reverted" in modifiers and slot == "side_effect":
        return replace(match, row=Term(slot, value))
    return match


def other_peoples(concepts: list[Concept], tokens: Sequence[Token]) -> list[Concept]:
    """A relative is the patient, unless the writer is one too: then what is said of the relative is another's."""
    people = [c for c in concepts if c.concept == "person" and c.value in ("relative", "self")]
    if {c.value for c in people} != {"relative", "self"}:
        return concepts
    kept = []
    for c in concepts:
        before = [p for p in people if p.match.start <= c.match.start]
        near = before[-1] if before else people[0]
        of_relative = near.value == "relative" and tokens[near.match.start].sentence == tokens[c.match.start].sentence
        of_relative = of_relative and not _together(near, tokens)
        of_relative = of_relative and tokens[max(0, c.match.start - 1)].norm not in ("i", "'m", "am")
        personal = c.concept not in ("drug", "person", "audience", "act", "reply", "threat", "option", "ordinal")
        kept.append(replace(c, status="other") if of_relative and personal and c.status == "fact" else c)
    return kept


def _together(relative: Concept, tokens: Sequence[Token]) -> bool:
    """ "My husband and I", "me and my partner" speak of both."""
    start, end = relative.match.start, relative.match.end
    after = [t.norm for t in tokens[end : end + 2]]
    before = [t.norm for t in reversed(tokens[max(0, start - 2) : start])]
    return any(len(pair) == 2 and pair[0] in _AND and pair[1] in _WRITER for pair in (after, before))


def _drug_terms(tokens: Sequence[Token]) -> list[Match[Term]]:
    terms = [Match(Term("drug", t.drug), n, n + 1) for n, t in enumerate(tokens) if t.drug is not None]
    taken = [m for m in terms if m.row.value in ("allopurinol", "febuxostat")]
    return terms + [Match(Term("contraindication", m.row.value), m.start, m.end) for m in taken]


def _without_overlaps(found: list[Match[Term]]) -> list[Match[Term]]:
    """Without terms that lie inside a longer one of another kind: "infection" in "active infection".

    Where mycophenolate is named, an infection that someone has is both an effect and a condition.
    """
    on_mmf = any(m.row.concept == "drug" and is_mmf(m.row.value) for m in found)

    def swallowed(match: Match[Term]) -> bool:
        if match.row.concept == "severity":
            return any(
                other.row.concept == "ild"
                and other.row.value in _DEGREE_OF_LUNGS
                and other.start <= match.start
                and match.end <= other.end
                for other in found
            )
        return match.row.concept in _GIVES_WAY and any(
            (other.row.concept in _SWALLOWS or (other.row == _LUNG_DISEASE and match.row.concept == "side_effect"))
            and other.row.concept != match.row.concept
            and not (match.row.value == "planning" and other.row.value == "fertility_wanted")
            and not (on_mmf and match.row.value == "infection" and other.row.value == "active_infection")
            and other.start <= match.start
            and match.end <= other.end
            and other.end - other.start > match.end - match.start
            for other in found
        )

    return sorted((m for m in found if not swallowed(m)), key=lambda m: (m.start, m.end))


def _status(match: Match[Term], mods: frozenset[str], asking: Sequence[Span], tokens: Sequence[Token]) -> str:
    concept = match.row.concept
    if mods >= {"withdrawn", "hypothetical"}:
        return "mentioned"  # "and if we stopped the allopurinol?" takes nothing back
    for modifier, status in (
        ("mentioned", "mentioned"),
        ("withdrawn", "withdrawn"),
        ("negated", "absent"),
        ("other", "other"),
    ):
        if modifier in mods:
            return status
    if mods & {"hypothetical", "generic", "uncertain"}:
        return "scenario"
    if mods & {"historical", "resolved"} and "reason" not in mods and match.row.value not in _LASTING:
        return "past"
    if concept == "pregnancy" and _is_topic(match, tokens):
        return "asked"
    if concept == "side_effect" and tokens[match.start].norm in ("how", "what"):
        return "asked"
    span = next((s for s in asking if s.start <= match.start < s.end), None)
    if span is None:
        return "fact"
    if concept in _STATED_ONLY:
        if any(t.norm.startswith("?") for t in tokens[match.start : match.end]):
            return "fact"  # "pregnant? no" is question and answer
        return "fact" if span.kind != "bare" and states_it(tokens, match.start) else "asked"
    if concept == "response" and span.kind == "polar":
        return "asked"  # "is my disease responding": "my" states that there is one, not how it responds
    if "asserted" in mods:
        return "fact"
    before = {t.norm for t in tokens[span.start : match.start]}
    if concept in _TOPIC and span.kind == "open" and not before & _CAUSING:
        return "fact"
    return "asked"


def _is_topic(match: Match[Term], tokens: Sequence[Token]) -> bool:
    """The noun alone ("for pregnancy", "the fetus") names a topic; "her pregnancy" states it."""
    if match.row.value == "breastfeeding" and tokens[match.start].norm in _NURSING_NOUNS:
        before, behind = tokens[max(0, match.start - 2) : match.start], tokens[match.end : match.end + 2]
        if len(before) == 2 and match.start > 2 and tokens[match.start - 3].norm in _TAKING:
            return False  # "nausea on MMF, breastfeeding" tells of the patient
        beside = (tuple(before), tuple(reversed(behind)))
        return any(len(pair) == 2 and pair[0].drug and pair[1].norm in _JOINING for pair in beside)
    if match.row.value != "pregnant" or match.end - match.start > 1 or tokens[match.start].norm not in _PREGNANCY_NOUNS:
        return False
    around = [*tokens[max(0, match.start - 3) : match.start], *tokens[match.end : match.end + 3]]
    return not any(t.norm in _PREGNANCY_STATED for t in around)


def _settle_double_readings(concepts: list[Concept]) -> list[Concept]:
    """The same words as an effect and as a condition: asked about, they are the effect; stated, the condition."""
    effects = {(c.match.start, c.match.end) for c in concepts if c.concept == "side_effect"}
    kept = []
    for c in concepts:
        twin = (c.match.start, c.match.end)
        conditions = [o for o in concepts if o.concept == "contraindication" and (o.match.start, o.match.end) == twin]
        if c.concept == "side_effect" and conditions and c.status in ("fact", "past", "absent"):
            continue
        if c.value == "malignancy" and twin in effects and c.supposed:
            continue
        denied_drug = any(
            o.concept == "drug" and o.match.start == c.match.start and o.status == "absent" for o in concepts
        )
        if c.concept == "contraindication" and denied_drug:
            kept.append(replace(c, status="absent"))
            continue
        kept.append(c)
    return kept


def is_mmf(drug: str | None) -> bool:
    """Is it mycophenolate, in either salt?"""
    return drug in MMF
