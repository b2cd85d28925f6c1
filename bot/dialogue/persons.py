"""Whose case is it? Two people in one chat are told apart, or it is asked which of them is meant."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.dialogue.answering import reply_to
from bot.dialogue.data import has_cue
from bot.dialogue.kinds import ABOUT_A_DRUG
from bot.dialogue.memory import Memory, Parked
from bot.dialogue.reading import Reading
from bot.guidance.model import Case

CHANGES = frozenset((("self", "relative"), ("relative", "self"), ("self", "patient"), ("patient", "relative")))
"""From whose case to whose a message may jump. A relative of a patient who is met with "she" changes nothing."""
SAME, OTHER = 0, 1
OF_THE_ASSISTANT = (
    "bot_challenge",
    "greet",
    "goodbye",
    "thank",
    "ask_capabilities",
    "ask_review_status",
    "give_feedback",
)
"""Said to us, whoever says it: "am I talking to a doctor?"."""
WOMEN = frozenset({"mother", "sister", "wife", "daughter", "grandmother", "aunt"})
MEN = frozenset({"father", "brother", "husband", "son", "grandfather", "uncle"})


@dataclass(frozen=True)
class Whose:
    """The memory of the person whom the message is about. ``ask``: it is not clear; the message is parked."""

    memory: Memory
    reading: Reading
    notes: tuple[str, ...] = ()
    ask: bool = False


def whose(memory: Memory, reading: Reading) -> Whose:
    """The case that the message belongs to."""
    of_a_relative = reading.person == "relative" or has_cue("a_relative_had", reading.text)
    if of_a_relative and has_cue("asks_for_me", reading.text):
        # "my brother was given it, will I get it too": what he had is no fact of the one who asks
        mine = {slot: value for slot, value in reading.facts.items() if slot == "audience"}
        supposed = {slot: value for slot, value in reading.scenario.items() if slot != "drugs_tried"}
        reading = replace(reading, person="self", facts=mine, scenario=supposed)
    if has_cue("another_patient", reading.text.strip()):
        reading = replace(reading, person="other")
    if reading.person is None and memory.person == "relative" and has_cue("my_own_case", reading.text):
        reading = replace(reading, person="self")
    if has_cue("back_to_first", reading.text):
        if memory.parked is not None or memory.shelved is not None:
            return _back(memory, reading)
        reading = replace(reading, person=None)  # "forget my sister" speaks of the one who was spoken of before
    if memory.parked is not None:
        return _settled(memory, reading)
    known = set(memory.case.known()) - {"audience"}
    one_more = memory.person is None and reading.person == "relative" and has_cue("one_more_person", reading.text)
    another = _is_another_member(memory, reading)
    jumps = reading.person == "other" or one_more or another or (memory.person, reading.person) in CHANGES
    if known and jumps and _is_about_a_case(reading):
        shelf = memory.shelved
        if shelf is not None and shelf.person == reading.person:
            return Whose(_swapped(memory), reading, ("back_to_first_person",))
        parked = Parked(reading.facts, reading.person, memory.questions, reading.kin)
        return Whose(replace(memory, parked=parked), reading, ask=True)
    told = set(reading.facts) - {"audience"} or reading.retracted
    if known and not told and reading.person == "relative":
        return Whose(memory, reading)  # "my cousin is on that too" leaves open whose case is held
    if told and (memory.person, reading.person) == ("self", "relative"):
        # nothing was kept of the writer, but "back to me" leaves the relative's facts behind
        aside = Parked({}, "self", memory.questions)
        return Whose(replace(memory, person="relative", kin=reading.kin, shelved=aside), reading)
    person = reading.person if reading.person != "other" else None
    return Whose(replace(memory, person=memory.person or person, kin=memory.kin or reading.kin), reading)


def _is_another_member(memory: Memory, reading: Reading) -> bool:
    """ "Dad had hepatitis B" in a chat about a mother, or "he is tired", said of nobody named: not the patient.

    A man is told by what follows from it, that he is not pregnant, in a message without a word about pregnancy.
    """
    told = set(reading.facts) - {"audience"}
    if memory.person != "relative" or memory.kin is None or not told:
        return False
    if reading.kin is not None:
        return reading.kin != memory.kin
    a_man = reading.facts.get("pregnancy") == "not_pregnant" and reading.pregnancy is None
    return memory.kin in WOMEN and a_man


def _is_about_a_case(reading: Reading) -> bool:
    """ "My father asks what rituximab is" is about no one's case, whoever is named."""
    told = set(reading.facts) - {"audience"} or reading.scenario or reading.retracted
    if reading.person == "other" and not told and not has_cue("other_person", reading.text):
        return False  # "not for me yet" tells of no one else
    of_no_case = {*ABOUT_A_DRUG, *OF_THE_ASSISTANT}
    return bool(told) or not reading.asked or any(a.intent not in of_no_case for a in reading.asked)


def _back(memory: Memory, reading: Reading) -> Whose:
    """ "Back to me": what was said of the other person is given up, or put aside, and the first case goes on."""
    if memory.parked is None:
        return Whose(_swapped(memory), reading, ("back_to_first_person",))
    questions = memory.parked.questions or memory.questions
    pending = None if _asked(memory) else memory.pending
    memory = replace(memory, parked=None, pending=pending, questions=questions)
    return Whose(replace(memory, scenario={}, option_drugs=memory.case_options), reading, ("back_to_first_person",))


def _settled(memory: Memory, reading: Reading) -> Whose:
    """The message after "which person?": a reply to it, or the conversation goes on about the one last named."""
    parked, memory = memory.parked, replace(memory, parked=None)
    if parked is None:
        return Whose(memory, reading)
    reply = reply_to(replace(memory, turns=memory.turns - 1), reading) if _asked(memory) else None
    memory = replace(memory, pending=None) if _asked(memory) else memory
    same = reading.person is not None and reading.person == memory.person
    if reply is not None and reply.choice is not None:
        same = reply.choice == SAME
    elif has_cue("same_person", reading.text):
        same = True
    elif (first := _is_of_the_first(memory, parked, reading)) is not None:
        if first:
            return _back(replace(memory, parked=parked), reading)
        same = False
    elif _back_to_oneself(memory, reading) or (reply is None and _only_in_passing(parked) and _goes_on(reading)):
        return _back(replace(memory, parked=parked), reading)
    facts = {**parked.facts, **reading.facts}
    if same:
        return Whose(memory, replace(reading, facts=facts), ("same_person",))
    other = Memory(
        case=Case(audience=memory.case.audience),
        turns=memory.turns,
        questions=memory.questions,
        person=parked.person,
        kin=parked.kin,
        shelved=Parked(memory.case.known(), memory.person, parked.questions, memory.kin),
    )
    return Whose(other, replace(reading, facts=facts, reply=None), ("new_person",))


def _is_of_the_first(memory: Memory, parked: Parked, reading: Reading) -> bool | None:
    """Of two members of a family, is the first one meant ("no, that's dad, mum is clear", "what are her options")?

    None when neither a name nor a pronoun of one sex tells.
    """
    if memory.kin is None or parked.kin is None or memory.kin == parked.kin:
        return None
    if reading.kin in (memory.kin, parked.kin):
        return reading.kin == memory.kin
    for members, pronoun in ((WOMEN, "a_woman"), (MEN, "a_man")):
        if has_cue(pronoun, reading.text) and (memory.kin in members) != (parked.kin in members):
            return memory.kin in members
    return None


def _only_in_passing(parked: Parked) -> bool:
    """ "My husband takes it for his kidney": nothing was told that a case could be made of; a man is not pregnant."""
    told = {slot: value for slot, value in parked.facts.items() if slot != "audience"}
    return told in ({}, {"pregnancy": "not_pregnant"})


def _back_to_oneself(memory: Memory, reading: Reading) -> bool:
    return reading.person is None and memory.person == "self" and has_cue("first_person", reading.text)


def _goes_on(reading: Reading) -> bool:
    """The message neither names the other person, by a noun or a pronoun, nor tells a fact of anybody."""
    told = set(reading.facts) - {"audience"}
    return reading.person is None and not told and not has_cue("third_person", reading.text)


def _asked(memory: Memory) -> bool:
    return memory.pending is not None and memory.pending.slot == "which_person"


def _swapped(memory: Memory) -> Memory:
    """Back to the case that was put aside; the present one goes there instead."""
    shelf = memory.shelved or Parked()
    case = Case.from_mapping({**shelf.facts, "audience": memory.case.audience})
    aside = Parked(memory.case.known(), memory.person, memory.questions, memory.kin)
    memory = replace(memory, case=case, person=shelf.person, kin=shelf.kin, shelved=aside)
    memory = replace(memory, undo=(), asked=(), pending=None, told_as={})
    return replace(memory, questions=shelf.questions or memory.questions, scenario={})
