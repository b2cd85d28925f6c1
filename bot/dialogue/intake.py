"""The facts of a message, taken into the memory."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from bot.dialogue.answering import SEVERITY_OF, Reply, bare_course, bare_severity, reply_to
from bot.dialogue.data import has_cue, is_short
from bot.dialogue.facts import Clash, differs, merge
from bot.dialogue.focus import TOPIC_OF_SLOT, measured_again, topic_of
from bot.dialogue.kinds import NEVER_TRIED, NO_ALTERNATIVE, REPLACED
from bot.dialogue.memory import Memory
from bot.dialogue.reading import Facts, Mention, Reading
from bot.dialogue.results import result_of_the_test_spoken_of
from bot.dialogue.told_as import really_denied, told_words
from bot.dialogue.withdraw import CO_MEDICATION, OF_AN_EFFECT, without
from bot.guidance.conditions import expand
from bot.guidance.model import Case

ASKING = ("ask_dose", "ask_monitoring", "ask_evidence", "compare_drugs", "ask_contraindication", "ask_drug_risk")
QUESTIONS_OF_CHOICE = ("ask_alternatives", "ask_drug_info", "compare_drugs", "ask_drug_risk")
"""Questions in which "without hair loss" says what is wanted, and takes nothing back."""
SURELY_ASKED = 0.7
_CLAUSE_MARK = re.compile(r"[.,;:!?\n]")
MAY_BE_UNKNOWN = ("pregnancy", "ild_severity", "ild_course", "low_dlco", "mmf_response", "side_effect_severity")
OF_A_SEVERITY = frozenset(("side_effect_severity", "ild_severity"))


@dataclass(frozen=True)
class Intake:
    """The memory after the facts of a message, and how they came in. ``denied``: what was supposed is not so."""

    memory: Memory
    before: Case
    reply: Reply | None
    clashes: tuple[Clash, ...] = ()
    replaced: tuple[str, ...] = ()
    denied: bool = False

    @property
    def news(self) -> bool:
        """Did the message say something of the patient that was not held?"""
        return bool(self.changed or self.clashes)

    @property
    def changed(self) -> dict[str, Any]:
        """The facts that are not as they were, with their values now."""
        return {slot: getattr(self.memory.case, slot) for slot in differs(self.before, self.memory.case)}


def take_in(memory: Memory, reading: Reading) -> Intake:
    """Facts and replies stored; scenario values are not."""
    reply = reply_to(replace(memory, turns=memory.turns - 1), reading)
    results = result_of_the_test_spoken_of(memory, reading)
    own = reply is not None and reply.slot in SEVERITY_OF
    bare = {} if own or results else bare_severity(memory, reading)  # "intermediate" of a test is no degree
    facts = {**bare, **reading.facts}
    unknown = tuple(slot for slot in MAY_BE_UNKNOWN if slot in reading.facts) if _is_not_known(reading) else ()
    facts = {slot: value for slot, value in facts.items() if slot not in unknown}
    settled = {s: v for s, v in reply.facts.items() if s not in unknown} if reply is not None else {}
    settled.update(_of_scenario(memory, reading))
    facts.update(settled)
    facts.update(_tried(memory, reading))
    facts.update(bare_course(memory, reading))
    if memory.case.pregnancy == "planning" and has_cue("not_pregnant_for_now", reading.text):
        facts.pop("pregnancy", None)  # the wish goes on
    if reading.ordinal is not None and is_short(reading.text):
        facts.pop("side_effect_persistent", None)  # "and the third" counts a list, not how often it came
    if "side_effect" not in facts and not memory.case.side_effect and not _asked_for("side_effect", memory):
        facts.pop("side_effect_persistent", None)  # nothing is there that could go on
    if _is_of_the_drug_spoken_of(memory, reading):
        facts = {slot: value for slot, value in facts.items() if slot not in ("side_effect", *OF_AN_EFFECT)}
    if _tells_of_a_drug_tried(memory, reading):
        facts.pop("mmf_response", None)
    facts.update(measured_again(memory, reading.text))
    if results:
        facts["contraindications"] = results
    if taken := _takes_what_was_asked_of(memory, reading):
        facts["contraindications"] = [*facts.get("contraindications", ()), *taken]
    if reading.intent in ("thank", "give_feedback") and not reading.drugs and not _asked_for("mmf_response", memory):
        facts.pop("mmf_response", None)  # "thanks, that helped" is said of the answer
    if "drugs_tried" in facts:  # a gout tablet or a steroid had before is no alternative that failed
        facts["drugs_tried"] = [d for d in facts["drugs_tried"] if d not in NEVER_TRIED]
    if "ild_course" in facts and facts.get("ild_severity") == "present_unspecified" and _lungs_known(memory.case):
        del facts["ild_severity"]  # it only came with the course
    if facts.get("ild_severity") == "none" and _of_the_response(memory, reading):
        del facts["ild_severity"]  # "lungs good" on the drug says that it works
    facts.pop("audience", None)
    shorthand = reading.audience == "patient" and has_cue("as_prescriber", reading.text)
    first = memory.case.audience is None and not shorthand
    if reading.audience and (first or _says_who(reading)):
        facts["audience"] = reading.audience
    if reading.act == "plain" and reading.intent != "set_audience":
        facts.pop("audience", None)  # plain words for one answer are no lasting choice
    correcting = reading.intent == "correct_info" or has_cue("change", reading.text)
    retracted = really_denied(memory, reading, reading.retracted, correcting=correcting)
    if reading.intent in QUESTIONS_OF_CHOICE and has_cue("wanting_without", reading.text):
        retracted = {slot: values for slot, values in retracted.items() if slot != "side_effect"}
    if bare and set(retracted) >= OF_A_SEVERITY:  # "moderate, not severe" takes back the one that it is about
        retracted = {slot: values for slot, values in retracted.items() if slot in bare or slot not in OF_A_SEVERITY}
    held = without(memory.case, reading.withdrawn)
    merged = merge(held, facts, retracted, correcting=correcting, settled=settled)
    replaced = tuple(dict.fromkeys((*reading.withdrawn, *merged.replaced)))
    after = replace(memory.with_case(merged.case), topic=_topic(memory, reading, {**bare, **settled}))
    after = replace(after, asked=tuple(dict.fromkeys((*after.asked, *unknown))))
    after = replace(after, told_as=told_words(memory, reading, merged.case.side_effect))
    after = replace(after, named=_named_together(reading, facts) or memory.named)
    if memory.scenario and has_cue("denied", reading.text):
        after = after.without_scenario()
    if reply is not None and not reply.unclear:
        after = replace(after, pending=None)
    denied = bool(memory.scenario) and not after.scenario
    return Intake(after, memory.case, reply, merged.clashes, replaced, denied)


def _is_not_known(reading: Reading) -> bool:
    """ "Pregnant: don't know" names a fact to say that it is not known."""
    return reading.reply == "unknown" and has_cue("is_not_known", reading.text.strip())


def _is_of_the_drug_spoken_of(memory: Memory, reading: Reading) -> bool:
    """ "It causes diarrhoea too, right?", after nintedanib was asked about, tells no effect of mycophenolate."""
    other = bool(memory.drugs) and not set(memory.drugs) & REPLACED and not reading.drugs
    own = any(m.concept == "side_effect" and "asserted" in m.context for m in reading.mentions)  # "my diarrhoea"
    return other and not own and reading.intent == "ask_drug_risk" and "?" in reading.text


def _tells_of_a_drug_tried(memory: Memory, reading: Reading) -> bool:
    """ "It worked for the lungs", said of ciclosporin that was had before, is no response to mycophenolate."""
    tried = bool(memory.drugs) and set(memory.drugs) <= expand(memory.case.drugs_tried)
    return tried and not reading.drugs and not _asked_for("mmf_response", memory)


def _topic(memory: Memory, reading: Reading, settled: Facts) -> str | None:
    """What was last spoken of: by the message, else by the fact that it settled."""
    by_reply = [TOPIC_OF_SLOT[slot] for slot in settled if slot in TOPIC_OF_SLOT]
    return topic_of(reading) or (by_reply[-1] if by_reply else memory.topic)


def _named_together(reading: Reading, facts: Facts) -> tuple[str, ...]:
    """The drugs of a message that names several, without those replaced or tried: a list that can be pointed at."""
    tried = set(facts.get("drugs_tried", ()))
    named = tuple(d for d in reading.drugs if d not in NO_ALTERNATIVE and d not in tried)
    return named if len(named) > 1 else ()


def _asked_for(slot: str, memory: Memory) -> bool:
    return memory.pending is not None and memory.pending.slot == slot


def _of_the_response(memory: Memory, reading: Reading) -> bool:
    """Is "no lung disease" only another reading of the words that tell how well the drug works?"""
    if _asked_for("ild_severity", memory):
        return False
    spans = {(m.start, m.end) for m in reading.mentions if m.concept == "response"}
    none = [m for m in reading.mentions if m.concept == "ild" and m.value == "none"]
    return bool(none) and all((m.start, m.end) in spans for m in none)


def _lungs_known(case: Case) -> bool:
    return case.ild_severity not in (None, "none")


def _says_who(reading: Reading) -> bool:
    """Only who says who they are changes the register; a way of writing does not."""
    return reading.intent == "set_audience" or has_cue("says_who", reading.text)


def _tried(memory: Memory, reading: Reading) -> Facts:
    """Drugs named in reply to "which have been tried?", or as had before ("did have azathioprine"), were tried."""
    if has_cue("a_relative_had", reading.text) and has_cue("asks_for_me", reading.text):
        return {}  # what a brother was given is not what was tried
    dropped = [m.value for m in reading.mentions if m.concept == "drug" and _is_given_up(reading.text, m)]
    if memory.case.drugs_tried:
        one_more = (
            m for m in reading.mentions if m.concept == "drug" and has_cue("too_as_well", reading.text[m.end :])
        )
        dropped += [m.value for m in one_more]
    if dropped and "?" not in reading.text and not reading.hypothetical and "drugs_tried" not in reading.facts:
        return {"drugs_tried": [d for d in dict.fromkeys(dropped) if d not in NEVER_TRIED]}
    spoken_of = reading.drugs or (memory.drugs if len(memory.drugs) == 1 and has_cue("had_that", reading.text) else ())
    named = [d for d in spoken_of if d not in NEVER_TRIED and d not in reading.retracted.get("drugs_tried", ())]
    if not named or "drugs_tried" in reading.facts or reading.hypothetical or "?" in reading.text:
        return {}
    if set(named) & set(reading.absent.get("drugs", ())) or reading.reply == "no":
        return {}
    if len(named) > 1 and has_cue("sets_against", reading.text):
        return {}  # "cni arm or rtx arm" is a choice to make, not what was had
    if any(a.intent in ASKING and a.confidence >= SURELY_ASKED for a in reading.asked):
        return {}
    if has_cue("opens_a_question", reading.text.strip()) and any(a.intent in ASKING for a in reading.asked):
        return {}  # "is tac any safer than what he was on"
    pending = memory.pending
    was_asked = pending is not None and pending.slot == "drugs_tried" and pending.turn == memory.turns - 1
    if was_asked or has_cue("had_drug", reading.text) or has_cue("had_that", reading.text):
        return {"drugs_tried": named}
    return {}


def _takes_what_was_asked_of(memory: Memory, reading: Reading) -> list[str]:
    """ "I do take it", after a gout tablet was only asked about, tells that it is taken."""
    last = memory.questions[-1] if memory.questions else None
    if last is None or reading.drugs or reading.hypothetical or "?" in reading.text:
        return []
    asked = [v for v in CO_MEDICATION if v in (*last.aspects, *last.drugs) and v not in memory.case.contraindications]
    told = len(asked) == 1 and reading.reply != "no" and has_cue("takes_it", reading.text)
    return asked if told and not has_cue("denied", reading.text) else []


def _spoke_of_a_pregnancy(memory: Memory) -> bool:
    return bool(memory.questions) and memory.questions[-1].kind == "ask_pregnancy"


def _is_given_up(text: str, mention: Mention) -> bool:
    """ "Tac stopped for good" tells that it was had; "should tac be stopped" and "if tac failed" do not."""
    clause = _CLAUSE_MARK.split(text[: mention.start])[-1].strip()
    told = not has_cue("opens_a_question", clause) and not has_cue("conditional", clause)
    return told and has_cue("given_up", text[mention.end :])


def _of_scenario(memory: Memory, reading: Reading) -> Facts:
    """After "what if she were pregnant?", a bare "she is not" (or "she is") states what was only supposed.

    Who does not plan a pregnancy may still be pregnant: only a supposed pregnancy is denied as a fact.
    """
    spoken_of = memory.scenario.get("pregnancy") or memory.case.pregnancy or _asked_for("pregnancy", memory)
    if spoken_of and "pregnancy" not in reading.facts and has_cue("planning_one", reading.text.strip()):
        return {"pregnancy": "planning"}
    tested_for = memory.scenario.get("pregnancy") or memory.case.pregnancy or _spoke_of_a_pregnancy(memory)
    if tested_for and not reading.hypothetical and has_cue("pregnancy_test_positive", reading.text.strip()):
        return {"pregnancy": "pregnant"}
    in_question = "pregnant" in (memory.case.pregnancy, memory.scenario.get("pregnancy"))  # planning one goes on
    tested = in_question and "pregnancy" not in reading.facts
    if tested and has_cue("pregnancy_test_negative", reading.text.strip()):
        return {"pregnancy": "not_pregnant"}
    has_it = (
        set(memory.scenario) == {"side_effect"} and not reading.facts.get("side_effect") and not reading.hypothetical
    )
    if has_it and "?" not in reading.text and has_cue("has_it_now", reading.text):
        return dict(memory.scenario)
    supposed = memory.scenario.get("pregnancy")
    if supposed is None or "pregnancy" in reading.facts or reading.hypothetical:
        return {}
    if has_cue("denied", reading.text):
        planned = memory.case.pregnancy in ("planning", "breastfeeding")  # goes on, though she is not pregnant now
        return {"pregnancy": "not_pregnant"} if supposed == "pregnant" and not planned else {}
    return {"pregnancy": supposed} if has_cue("affirmed", reading.text) else {}
