"""From the concepts of a message to the slots of the contract: facts, scenario, what is absent, what it is about."""

from __future__ import annotations

from collections.abc import Sequence

from bot.language.concepts import Concept, is_mmf
from bot.language.degree_targets import nearest_target, of_a_pronoun
from bot.language.measures import height_cm, weight_kg
from bot.language.pregnancy_facts import fill_pregnancy
from bot.language.questions import spans
from bot.language.slots import DENIED, Slots, unique
from bot.language.tokens import Token
from bot.language.tried import drugs_tried
from bot.language.word_lists import words

ILD_SHOWN = ("none", "mild", "moderate", "severe", "rapidly_progressive", "refractory")
"""Values that ``understood.ild`` names; any other word about the lungs is shown as present_unspecified."""
_SHORT = 14
_CONTROL = frozenset({"control", "controlled", "controlling"})
_DISEASE = words("names_of_the_disease") | {
    "disease",
    "ild",
    "lungs",
    "lung",
    "muscles",
    "muscle",
    "joints",
    "breathing",
    "it",
    "things",
    "me",
}
_A_DEGREE_ALONE = 2
_ELLIPTIC = 3
"""Words of a question that leaves out what was named before: "they never offered me IVIG, should they?"."""
_CORRECTING = words("correcting_words")
_COMING_BACK = words("words_of_coming_back")
_DENIALS = frozenset({"not", "n't", "never", "hardly", "barely", "nicht", "no", "pas", "non", "nao"})
_OTHER_DISEASES = words("other_diseases")
_CLAUSE_ENDS = frozenset({",", ".", ";", "but", "\n"})
_IT = frozenset({"it", "that", "this", "one", "them"})
_SUBJECTS = _IT | {"its", "she", "he", "they", "i", "we", "my", "the"}
SEVERITIES = ("mild", "moderate", "severe")
COURSES = ("stable", "progressive", "progressive_fibrotic", "rapidly_progressive", "refractory")
_COURSE_RANK = {"rapidly_progressive": 4, "refractory": 3, "progressive_fibrotic": 2, "progressive": 1, "stable": 0}


def fill_slots(concepts: Sequence[Concept], lungs: Sequence[Concept], tokens: Sequence[Token]) -> Slots:
    """All slots of one message. ``lungs`` are the joined lung concepts (``lung_concepts``)."""
    slots = Slots()
    _drugs(slots, concepts, tokens)
    _effects(slots, concepts, tokens)
    _ild(slots, concepts, lungs)
    fill_pregnancy(slots, concepts, tokens)
    _conditions(slots, concepts)
    _bare_severity(slots, concepts, lungs, tokens)
    if (weight := weight_kg(tokens)) is not None:
        slots.facts["weight_kg"] = weight
    if (height := height_cm(tokens)) is not None:
        slots.facts["height_cm"] = height
    subjects = (
        "side_effect",
        "pregnancy",
        "lung",
        "ild",
        "contraindication",
        "severity",
        "course",
        "tried",
        "response",
        "persistent",
    )
    slots.hypothetical = any(
        c.status == "scenario" and c.modifiers & {"hypothetical"} for c in concepts if c.concept in subjects
    ) or bool(slots.scenario.get("pregnancy") and "pregnancy" not in slots.facts)
    return slots


def _store(slots: Slots, slot: str, values: Sequence[Concept]) -> None:
    """List slots: facts, what is supposed, what is absent."""
    stated = unique(c.value for c in values if c.status == "fact")
    supposed = unique(c.value for c in values if c.supposed and c.value not in stated)
    denied = unique(c.value for c in values if c.status in DENIED and c.value not in stated)
    if stated:
        slots.facts[slot] = stated
    if supposed:
        slots.scenario[slot] = supposed
    if denied:
        slots.absent[slot] = denied
        slots.retracted[slot] = denied


def _drugs(slots: Slots, concepts: Sequence[Concept], tokens: Sequence[Token]) -> None:
    mentions = [c for c in concepts if c.concept == "drug"]
    kept = unique(c.value for c in mentions if c.status not in ("absent", "mentioned"))
    denied = unique(c.value for c in mentions if c.status == "absent" and c.value not in kept)
    if _asks_of_it(tokens):
        kept, denied = [*kept, *denied], []
    slots.drugs = kept
    if denied:
        slots.absent["drugs"] = denied
    tried = drugs_tried(concepts, tokens)
    if tried.tried:
        slots.facts["drugs_tried"] = list(tried.tried)
    if tried.supposed:
        slots.scenario["drugs_tried"] = list(tried.supposed)
    anothers = [c.value for c in mentions if c.status == "withdrawn"]
    if never := unique([*tried.never, *(d for d in (*denied, *anothers) if not is_mmf(d))]):
        slots.retracted["drugs_tried"] = never


def _asks_of_it(tokens: Sequence[Token]) -> bool:
    """ "She has never had rituximab, would it help?" is about rituximab, though she has not had it."""
    return any(
        not any(t.drug for t in tokens[s.start : s.end])
        and (any(t.norm in _IT for t in tokens[s.start : s.end]) or (s.start > 0 and s.end - s.start <= _ELLIPTIC))
        for s in spans(tokens)
    )


def _effects(slots: Slots, concepts: Sequence[Concept], tokens: Sequence[Token]) -> None:
    effects = [c for c in concepts if c.concept == "side_effect" and (c.drug is None or is_mmf(c.drug))]
    slots.side_effect = unique(c.value for c in effects if c.talked_about and not _is_over(c, tokens))
    _store(slots, "side_effect", effects)
    over = unique(c.value for c in effects if _is_over(c, tokens) and c.value not in slots.side_effect)
    if over:
        slots.absent["side_effect"] = unique([*slots.absent.get("side_effect", []), *over])
    no_fever = any(c.concept == "sign" and c.status == "absent" for c in concepts)
    if no_fever and "infection" not in slots.side_effect:
        slots.absent["side_effect"] = unique([*slots.absent.get("side_effect", []), "infection"])
    carriers = [c for c in concepts if c.concept in ("side_effect", "effect_noun", "lung")]
    for c in concepts:
        if c.concept not in ("severity", "persistent") or c.status in ("absent", "other", "mentioned"):
            continue
        again = c.value == "again"  # only right beside the effect: not in "counts low, test again next week"
        target = nearest_target(c, carriers, tokens, reach=2 if again else 7, before=1 if again else 3)
        if target is None and c.concept == "severity":
            target = _of_the_sentence_before(c, carriers, tokens)
        if target is None or target.concept == "lung" or target.status in ("absent", "other"):
            continue
        if again and any(t.norm == "," for t in tokens[target.match.end : c.match.start]):
            continue
        if target.drug is not None and not is_mmf(target.drug):
            continue
        if c.concept == "severity":
            place = slots.facts if target.status == "fact" and c.status == "fact" else slots.scenario
            known = place.get("side_effect_severity")
            place["side_effect_severity"] = max((c.value, known or c.value), key=SEVERITIES.index)
        elif target.status == "fact" and c.status in ("fact", "past"):
            slots.facts["side_effect_persistent"] = c.value != "no"
    if not carriers and not any(c.concept in ("healthy", "contraindication") for c in concepts):
        _bare_persistence(slots, concepts, tokens)
    responses = [
        c for c in concepts if c.concept == "response" and (c.drug is None or is_mmf(c.drug)) and c.status == "fact"
    ]
    # "failed MMF for GI" is not that it did nothing, nor "I had to stop working"
    responses = [c for c in responses if c.value not in ("intolerance", "none")]
    only_an_option = any(c.concept == "option" for c in concepts)  # "splitting the dose didn't help" is not the drug
    responses = [c for c in responses if c.drug is not None or not (only_an_option and c.value == "poor")]
    responses = [c for c in responses if not _is_control_of_something_else(c, tokens)]
    if responses:
        values = [_response(c, tokens) for c in responses]
        slots.facts["mmf_response"] = "poor" if set(values) == {"poor"} else values[-1]


def _of_the_sentence_before(word: Concept, carriers: Sequence[Concept], tokens: Sequence[Token]) -> Concept | None:
    """ "It's her bowels. Mild", "they call it mild": a degree alone, or of "it", is of what was named last."""
    own = tokens[word.match.start].sentence
    said = [t for t in tokens if t.sentence == own and not t.is_mark]
    before = [c for c in carriers if tokens[c.match.start].sentence < own and c.status == "fact"]
    pointing = of_a_pronoun(word, tokens)
    return before[-1] if (len(said) <= _A_DEGREE_ALONE or pointing) and before else None


def _is_over(effect: Concept, tokens: Sequence[Token]) -> bool:
    """Has the effect gone? It still is what the message is about where the drug shall come back after it."""
    return (
        effect.status == "past" and "resolved" in effect.modifiers and not any(t.norm in _COMING_BACK for t in tokens)
    )


def _is_control_of_something_else(response: Concept, tokens: Sequence[Token]) -> bool:
    """ "Not controlled", said of a blood pressure: a response needs the disease, the lungs or the drug beside it."""
    said = {t.norm for t in tokens[response.match.start : response.match.end]}
    named = any(t.norm in _DISEASE or (t.drug and is_mmf(t.drug)) for t in tokens)
    return bool(said & _CONTROL) and not named


def _response(concept: Concept, tokens: Sequence[Token]) -> str:
    """ "Isn't helping my lungs": a good response denied right before it is a poor one; in "no, it works" it is not."""
    start = concept.match.start
    is_reply = tokens[0].norm == "no" and any(t.is_mark or t.drug or t.norm in _SUBJECTS for t in tokens[1 : start + 1])
    own = tokens[start].sentence  # "no temp no. It sorted her lungs": the "no" is of the sentence before
    before = {t.norm for t in tokens[max(int(is_reply), start - 2) : start] if t.sentence == own}
    return "poor" if concept.value == "good" and before & _DENIALS else concept.value


def _bare_persistence(slots: Slots, concepts: Sequence[Concept], tokens: Sequence[Token]) -> None:
    """ "It keeps coming back", in a short sentence: of an effect that was named before."""
    for c in concepts:
        sentence = [t for t in tokens if t.sentence == tokens[c.match.start].sentence]
        if len(sentence) > _SHORT:
            continue
        if c.concept == "persistent" and c.value != "again" and (c.status in ("fact", "past") or c.supposed):
            place = slots.scenario if c.supposed else slots.facts
            place["side_effect_persistent"] = c.value == "yes"


def _ild(slots: Slots, concepts: Sequence[Concept], lungs: Sequence[Concept]) -> None:
    disease = [c for c in concepts if c.concept == "lung" and c.value == "disease"]
    talked = [c for c in lungs if c.talked_about]
    slots.ild = unique(c.value for c in talked if c.value in ILD_SHOWN)
    if len(slots.ild) > 1 and "none" in slots.ild:
        slots.ild.remove("none")  # "severe ILD ruled out, mild changes": there is ILD
    vague = any(c.value not in ILD_SHOWN for c in talked) or any(c.talked_about for c in disease)
    if vague and not slots.ild:
        slots.ild = ["present_unspecified"]
    denied = unique(c.value for c in lungs if c.status in DENIED)
    if denied:
        slots.absent["ild"] = [value for value in denied if value not in slots.ild]
    for status_facts, place in ((("fact",), slots.facts), (("scenario", "asked"), slots.scenario)):
        severities = [c.value for c in lungs if c.status in status_facts and c.value in ("none", *SEVERITIES)]
        courses = [c.value for c in lungs if c.status in status_facts and c.value in COURSES]
        if severities:
            place["ild_severity"] = max(severities, key=("none", *SEVERITIES).index)
        elif courses or any(c.status in status_facts for c in disease):
            place["ild_severity"] = "present_unspecified"
        if courses:
            place["ild_course"] = max(courses, key=lambda value: _COURSE_RANK[value])
    if (
        slots.facts.get("ild_severity") == "present_unspecified"
        and slots.scenario.get("ild_severity") == "present_unspecified"
    ):
        del slots.scenario["ild_severity"]
    if denied_severity := [v for v in denied if v in ("none", *SEVERITIES)]:
        slots.retracted["ild_severity"] = denied_severity
    if denied_course := [v for v in denied if v in COURSES]:
        slots.retracted["ild_course"] = denied_course


def _conditions(slots: Slots, concepts: Sequence[Concept]) -> None:
    _store(slots, "contraindications", [c for c in concepts if c.concept == "contraindication"])
    slots.absent.pop("contraindications", None)
    for c in concepts:
        if c.concept == "healthy" and c.status in ("fact", "past"):
            _take_back(slots, c.value)
    diffusion = [c for c in concepts if c.concept == "low_dlco"]
    for c in diffusion:
        value = (c.value == "yes") != (c.status == "absent")
        if c.status in ("fact", "absent"):
            slots.facts["low_dlco"] = value
        elif c.supposed:
            slots.scenario["low_dlco"] = value


def _take_back(slots: Slots, values: str) -> None:
    for name in values.split(","):
        slot, value = name.split(".")
        if value in slots.facts.get(slot, []):
            continue
        places = (slots.retracted, slots.absent) if slot == "side_effect" else (slots.retracted,)
        for place in places:
            place[slot] = unique([*place.get(slot, []), value])


def _bare_severity(
    slots: Slots, concepts: Sequence[Concept], lungs: Sequence[Concept], tokens: Sequence[Token]
) -> None:
    """A word of degree that belongs to nothing named: the dialogue gives it to the question just asked."""
    words = [c for c in concepts if c.concept == "severity" and c.status == "fact" and not _of_another(c, tokens)]
    carriers = [c for c in concepts if c.concept in ("side_effect", "effect_noun", "lung", "ild")]
    said_of_it = [c for c in words if of_a_pronoun(c, tokens) and nearest_target(c, carriers, tokens) is None]
    said_of_it += [c for c in words if c not in said_of_it and _opens_the_message(c, carriers, tokens)]
    if words and ((not carriers and len(tokens) <= _SHORT) or said_of_it):
        slots.severity = (said_of_it or words)[-1].value
        denied = unique(c.value for c in concepts if c.concept == "severity" and c.status == "absent")
        if denied and any(t.norm in _CORRECTING for t in tokens):
            slots.retracted |= {"side_effect_severity": denied, "ild_severity": denied}


def _of_another(word: Concept, tokens: Sequence[Token]) -> bool:
    """ "Severe asthma": the degree of another disease."""
    return any(t.norm in _OTHER_DISEASES for t in tokens[word.match.end : word.match.end + 2])


def _opens_the_message(word: Concept, carriers: Sequence[Concept], tokens: Sequence[Token]) -> bool:
    """ "Pretty bad honestly, but my breathing tests went up": an answer first, then something else."""
    rest = tokens[word.match.end : word.match.end + 3]
    ends = any(t.norm in _CLAUSE_ENDS for t in rest)
    return word.match.start <= 1 and ends and nearest_target(word, carriers, tokens, before=0) is None
