"""Drugs that are said to be impossible without the fact that rules them out ("tacrolimus is contraindicated").

The table rules a drug out by facts of the case; a bare statement is none of them. The answer then says so and asks for
the reason, so that nobody takes a list for heeding what it could not heed.
"""

from __future__ import annotations

from bot.dialogue.data import has_cue
from bot.dialogue.kinds import REPLACED
from bot.dialogue.reading import Mention, Reading
from bot.guidance.knowledge import listed, load_knowledge

_MARK = "drugname"


def drugs_said_to_be_out(reading: Reading) -> tuple[str, ...]:
    """The drugs other than mycophenolate that the message rules out by word alone; none when it asks or supposes."""
    named = [m for m in reading.mentions if m.concept == "drug" and m.value not in REPLACED]
    plain = reading.text.replace("\u2019", "'").replace("n't", " not").strip()  # "can't" opens no question
    denies = has_cue("denies_at_once", plain)
    asks = "?" in reading.text or (has_cue("opens_a_question", plain) and not denies)
    if not named or asks or reading.hypothetical or reading.facts.get("contraindications"):
        return ()
    return tuple(dict.fromkeys(m.value for m in named if _is_said_to_be_out(reading.text, m)))


def _is_said_to_be_out(text: str, mention: Mention) -> bool:
    return has_cue("drug_said_to_be_out", f"{text[: mention.start]}{_MARK}{text[mention.end :]}")


def in_words(drugs: tuple[str, ...]) -> str:
    """The drugs as the note names them."""
    return listed([load_knowledge().label(drug) for drug in drugs])
