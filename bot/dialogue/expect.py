"""What a message most likely is in the middle of a conversation, when its words alone do not settle it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.dialogue.cited import another_reference
from bot.dialogue.data import DialogueDataError, asks_of_the_whole_case, has_cue, is_short, read
from bot.dialogue.kinds import A_GUESS, ABOUT_A_DRUG, REPLACED
from bot.dialogue.memory import Memory
from bot.dialogue.reading import Asked, Reading
from bot.dialogue.said_out import drugs_said_to_be_out
from bot.dialogue.signs import SIGNS
from bot.guidance.knowledge import load_knowledge
from bot.guidance.model import INTENTS
from bot.guidance.vocabulary import TOPICS

TOLD = frozenset(("ild_severity", "ild_course", "low_dlco"))
SECOND_VOICE = 0.05
"""A question that the classifier hears at least so much beside a correction is answered."""


CERTAIN = 0.95
"""At this confidence an intent is believed, however rarely a short follow-up is one."""
TELLING = ("provide_patient_info", "correct_info")
A_FEW = 3
"""More words than these that are taken for a statement, and ask nothing, are one ("her numbers are normal again")."""
TWO_WORDS = 2
BY_THE_WAY = ("goodbye", "greet", "thank", "bot_challenge", "affirm", "deny")
UNSURE = 0.6
"""Below this confidence a few words that name their subject are believed before the classifier."""


@dataclass(frozen=True)
class _Expectations:
    """expectations.yml: the confidence that needs no second look, intents by topic, and (signs, weight) by intent."""

    sure: float
    boost: float
    floor: float
    topics: Mapping[str, str]
    rows: Mapping[str, tuple[tuple[str, ...], float]]
    unlikely: tuple[str, ...]
    words: tuple[str, ...]


@lru_cache(maxsize=1)
def _expectations() -> _Expectations:
    data = read("expectations.yml")
    rows = {intent: (tuple(row["without"]), float(row["weight"])) for intent, row in data["rows"].items()}
    signs = {sign for without, _ in rows.values() for sign in without if not sign.startswith("act:")}
    named = {*rows, *data["topics"].values(), *data["unlikely"], *data["words"]} - set(INTENTS)
    unknown = named | (signs - set(SIGNS)) | (set(data["topics"]) - set(TOPICS))
    if unknown:
        raise DialogueDataError(f"expectations.yml: unknown intents, signs or topics: {sorted(unknown)}")
    return _Expectations(
        sure=float(data["sure"]),
        boost=float(data["boost"]),
        floor=float(data["floor"]),
        topics=data["topics"],
        rows=rows,
        unlikely=tuple(data["unlikely"]),
        words=tuple(data["words"]),
    )


def in_context(memory: Memory, reading: Reading) -> Reading:
    """The reading with the intents that the running conversation makes likely; unchanged when nothing was asked yet."""
    if reading.act == "sources" and reading.intent != "ask_citation" and has_cue("what_it_says", reading.text):
        reading = replace(reading, act=None)  # "IVIG? what does the article say" asks for no reference
    if memory.last is not None and memory.last.kind == "ask_citation":
        reading = replace(reading, asked=tuple(another_reference(asked) for asked in reading.asked))
    if (
        reading.act is None
        and has_cue("bare_next", reading.text.strip())
        and reading.intent in ("restart", *_expectations().unlikely)
    ):
        go_on = replace(reading.asked[0], intent="ask_clarification") if reading.asked else Asked("ask_clarification")
        return replace(reading, asked=(go_on,), act="longer")
    if reading.red_flag is None and reading.problem is None:
        reading = replace(reading, asked=tuple(map(_beside_who_asks, reading.asked)))
    begun = memory.last is not None or memory.questions or len(reading.asked) > 1
    if not begun or reading.red_flag is not None or reading.problem is not None:
        return reading
    return replace(reading, asked=tuple(_most_likely(asked, reading, memory) for asked in reading.asked))


def _beside_who_asks(asked: Asked) -> Asked:
    """The question in the same breath as who asks it or a greeting ("ward pharmacist. cyclophosphamide regimen")."""
    of_a_drug = set(asked.drugs) - set(REPLACED)
    heard_at_best = max((score for _, score in asked.ranking), default=asked.confidence)
    if asked.intent in BY_THE_WAY and heard_at_best < A_GUESS and not is_short(asked.text):
        return replace(asked, intent="out_of_scope")  # "but I might want to next year" is no farewell
    guessed = heard_at_best < (UNSURE if is_short(asked.text) else A_GUESS)
    if asked.intent == "out_of_scope" and guessed and _in_the_article(asked) and not asked.aspects:
        of_what = next((intent for intent in _expectations().words if has_cue(intent, asked.text)), "ask_drug_info")
        return replace(asked, intent=of_what, ranking=())
    if asked.intent not in ("set_audience", "greet") or not of_a_drug:
        return asked
    named = next((intent for intent in _expectations().words if has_cue(intent, asked.text)), None)
    heard = [(score, intent) for intent, score in asked.ranking if intent in ABOUT_A_DRUG and score >= SECOND_VOICE]
    return replace(asked, intent=named or (max(heard)[1] if heard else "ask_drug_info"))


def _in_the_article(asked: Asked) -> bool:
    drugs = load_knowledge().table.drugs
    return any(drugs[d].group == "in_article" for d in asked.drugs if d in drugs and d not in REPLACED)


def _no_by_the_way(asked: Asked) -> Asked:
    """A greeting without its word, or thanks that are only guessed, is none once a conversation runs ("to whom")."""
    heard = max((score for _, score in asked.ranking), default=asked.confidence)
    greeting = asked.intent == "greet" and not has_cue("greets", asked.text)
    guessed = asked.intent in ("goodbye", "thank", "bot_challenge", "give_feedback") and heard < A_GUESS
    if not (greeting or guessed):
        return asked
    if "first_choice" in asked.aspects:
        return replace(asked, intent="ask_alternatives", confidence=_expectations().sure, ranking=())
    unheard = replace(asked, intent="out_of_scope", confidence=A_GUESS / 2, ranking=())
    return of_its_subject(asked) or unheard


def _most_likely(asked: Asked, reading: Reading, memory: Memory) -> Asked:
    known = _expectations()
    asked = _no_by_the_way(asked) if memory.questions else asked
    if asked.intent == "ask_citation" and has_cue("asks_of_a_reference", asked.text):
        return replace(asked, confidence=max(asked.confidence, known.sure))
    if asked.intent == "out_of_scope" and memory.drugs and has_cue("known_for_another_disease", asked.text):
        drugs = (
            asked.drugs or memory.recent[-1:] or memory.drugs[:1]
        )  # "isn't that for scleroderma" is about the drug spoken of
        return replace(asked, intent="ask_drug_info", drugs=drugs, confidence=known.sure)
    unsure = asked.confidence < known.sure
    if unsure and memory.questions and not asked.drugs and asks_of_the_whole_case(asked.text):
        return replace(asked, intent="ask_contraindication", confidence=known.sure)
    wished = unsure and len(asked.drugs) == 1 and has_cue("rather_have", asked.text)
    if wished and not has_cue("asking", asked.text) and not drugs_said_to_be_out(reading):
        return replace(asked, intent="ask_drug_info", confidence=known.sure)  # "she'd rather have aza"
    elliptic = _by_its_words(asked, memory) or _an_attribute(asked, memory)
    if elliptic is not None:
        return replace(asked, intent=elliptic, confidence=max(asked.confidence, known.sure))
    if asked.drugs and asked.confidence < UNSURE and has_cue("asks_leave", asked.text.strip()):
        return replace(asked, intent="ask_contraindication")
    if _names_our_drug(asked, reading):
        return replace(asked, intent="ask_drug_info")
    if asked.intent == "restart" and reading.act != "new_patient" and asked.confidence < known.sure:
        others = [(score, intent) for intent, score in asked.ranking if intent not in ("restart", *BY_THE_WAY)]
        asked = replace(asked, intent=max(others)[1] if others else "out_of_scope")  # forgetting a case has to be asked
    if not memory.questions:
        return asked
    if reading.act == "sources" and asked.confidence < UNSURE and not asked.drugs:
        return replace(asked, intent="ask_citation", confidence=known.sure)
    if asked.confidence < known.sure and _only_tells(asked, reading):
        return replace(asked, intent="provide_patient_info")
    if asked.confidence >= known.sure or len(asked.ranking) < 2:
        return _question_beside_a_fact(asked)
    if asked.intent == "report_side_effect" and "side_effect" in reading.facts and "?" not in asked.text:
        return asked  # "my hands shake" asks of no drug's risks, whatever was spoken of
    scores = {intent: score for intent, score in asked.ranking if intent != "emergency" or intent == asked.intent}
    for topic in _topics(asked):
        if topic in known.topics:
            scores[known.topics[topic]] = max(known.floor, scores.get(known.topics[topic], 0.0))
    weighed = [(score * _weight(intent, asked, reading, memory), intent) for intent, score in scores.items()]
    best, intent = max(weighed)
    total = sum(score for score, _ in weighed)
    if total and intent != asked.intent:
        asked = replace(asked, intent=intent, confidence=best / total)
    return _question_beside_a_fact(asked)


def _names_our_drug(asked: Asked, reading: Reading) -> bool:
    """Beside a question within the subject, "is aza an option?" is within it too, unless it surely is not."""
    drugs = load_knowledge().table.drugs
    ours = any(drugs[d].group == "in_article" for d in asked.drugs if d in drugs)
    within = any(other is not asked and other.intent != asked.intent for other in reading.asked)
    return asked.intent == "out_of_scope" and ours and within and asked.confidence < _expectations().sure


def _an_attribute(asked: Asked, memory: Memory) -> str | None:
    """A bare term ("PFS?") that the table holds of the drugs just spoken of is asked of them, not to be explained."""
    few = is_short(asked.text) and not has_cue("defining", asked.text)
    of_drugs = bool(memory.questions) and memory.questions[-1].kind in ABOUT_A_DRUG and bool(memory.drugs)
    if asked.intent != "ask_clarification" or not (few and of_drugs) or asked.drugs:
        return None
    topics = _expectations().topics
    return next((topics[t] for t in _topics(asked) if t in topics and topics[t] in ABOUT_A_DRUG), None)


def of_its_subject(asked: Asked) -> Asked | None:
    """A word to be explained that is a subject of the table ("what counts as low?"): asked of what it belongs to."""
    topics = _expectations().topics
    intent = next((topics[topic] for topic in _topics(asked) if topic in topics), None)
    return replace(asked, intent=intent) if intent else None


def _by_its_words(asked: Asked, memory: Memory) -> str | None:
    """What a few words ask of what was last spoken of ("schedule?", "what else do I watch"), if they tell.

    Only where the classifier hears something that a short follow-up hardly ever is, or is not sure.
    """
    advice = has_cue("asks_advice", asked.text.strip()) and asked.confidence < CERTAIN and bool(memory.questions)
    if advice and asked.intent in _expectations().unlikely:
        return "ask_alternatives"
    absurd = bool(memory.drugs) and asked.intent in _expectations().unlikely
    if absurd and len(asked.text.split()) <= TWO_WORDS and has_cue("ends_in_a_name", asked.text.strip()):
        return next((intent for intent in _expectations().words if has_cue(intent, asked.text)), None)
    few = is_short(asked.text) and asked.citation is None
    known = _expectations()
    told = asked.intent in TELLING and asked.confidence >= known.sure and len(asked.text.split()) > A_FEW
    told = told and "?" not in asked.text and not has_cue("asking", asked.text)
    absurd = asked.intent in known.unlikely and not asked.drugs and asked.confidence < CERTAIN and not told
    unsure = asked.confidence < _doubted(asked)
    if not few or not (absurd or unsure):
        return None
    if not (memory.drugs or memory.options):
        return None
    named = next((intent for intent in known.words if has_cue(intent, asked.text)), None)
    heard_as_risk = any(known.topics.get(topic) == "ask_drug_risk" for topic in _topics(asked)[:1])
    of_a_risk = named not in (None, "ask_alternatives") and heard_as_risk
    return "ask_drug_risk" if of_a_risk else named  # "infusion reactions" asks for no infusion


def _doubted(asked: Asked) -> float:
    """The confidence below which the words are believed; more where they name no subject but that of another intent."""
    known = _expectations()
    if has_cue_of(asked.intent, asked.text):
        return UNSURE
    aspects = load_knowledge().table.aspects
    borne_out = any(
        known.topics.get(topic) == asked.intent for a in asked.aspects if a in aspects for topic in aspects[a].topics
    )
    return CERTAIN if asked.intent in known.words and not borne_out else known.sure


def has_cue_of(intent: str, text: str) -> bool:
    """Do the words themselves speak for the intent, or is there no list of words for it to be without?"""
    if intent == "ask_drug_info":  # what a question of any attribute is taken for
        return False
    return intent not in _expectations().words or has_cue(intent, text)


def _only_tells(asked: Asked, reading: Reading) -> bool:
    """A finding told in a few words ("repeat scan: now severe"): facts of the lungs, no drug, nothing that asks."""
    few = is_short(asked.text)
    asks = "?" in asked.text or has_cue("asking", asked.text)
    return few and not asks and not asked.drugs and bool(TOLD & set(reading.facts))


def _question_beside_a_fact(asked: Asked) -> Asked:
    """A statement that names a drug which is no fact ("she is not. cyc dose?"), or asks of a subject, is a question.

    The facts are taken in anyway; the question would be lost.
    """
    guessed = asked.intent == "correct_info" and not asked.drugs and asked.confidence < UNSURE
    if guessed and has_cue("asking", asked.text) and (subject := of_its_subject(asked)):
        return subject
    if asked.intent != "correct_info" or not asked.drugs or has_cue("other_drug_meant", asked.text):
        return asked
    if has_cue("against", asked.text):
        return replace(asked, intent="compare_drugs", confidence=asked.confidence)
    asking = [(score, intent) for intent, score in asked.ranking if intent in ABOUT_A_DRUG and score >= SECOND_VOICE]
    if not asking:
        named = next((intent for intent in _expectations().words if has_cue(intent, asked.text)), None)
        return replace(asked, intent=named) if named else asked
    score, intent = max(asking)
    return replace(asked, intent=intent, confidence=score)


def _weight(intent: str, asked: Asked, reading: Reading, memory: Memory) -> float:
    known = _expectations()
    if intent in {known.topics.get(topic) for topic in _topics(asked)}:
        return known.boost
    without, weight = known.rows.get(intent, ((), 1.0))
    return 1.0 if any(_shown(sign, asked, reading, memory) for sign in without) else weight


def _shown(sign: str, asked: Asked, reading: Reading, memory: Memory) -> bool:
    if sign.startswith("act:"):
        return reading.act == sign.removeprefix("act:")
    return SIGNS[sign](asked, reading, memory)


def _topics(asked: Asked) -> tuple[str, ...]:
    """The topics of the first finer subject that the question names."""
    aspects = load_knowledge().table.aspects
    return next((aspects[a].topics for a in asked.aspects if a in aspects), ())
