"""Tokens: spaCy's tokenizer and sentencizer, with rules for what people type about drugs and laboratory values."""

from __future__ import annotations

import functools
import importlib
import re
import sys
import unicodedata
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.pipeline import Sentencizer
    from spacy.tokenizer import Tokenizer
    from spacy.tokens import Doc

_NUMBER = re.compile(r"\d+(?:[.,]\d+)?$")
_JOINING = frozenset("-'")
# "3.0g", "70kg", "38.9C": the unit is a word of its own
_UNIT = re.compile(
    r"(?<![\w.])(\d+(?:[.,]\d+)?)(?=(?:mcg|mg|g|kg|kgs|lb|lbs|cm|ml|m2|c|f|x|yo|wks?|weeks?|months?)\b)", re.I
)
# "HBsAg+": the sign is a word of its own
_PLUS = re.compile(r"(?<=\w)(?=\+(?:[^\w+]|$))")
# "CYC->AZA", "MMF => tac", "mmf→imuran": one drug after another
_ARROW = re.compile(r"[-=~]+>$|[→⇒⇨➔➜➝➡⟶⟹↦↔⇔⇄]$")
_SHAFTS = frozenset("-=~")
_TRENDS = {"↓": "down", "↑": "up", "↘": "down", "↗": "up", "⬇": "down", "⬆": "up"}
ARROW = "->"
"""The normal form of every arrow."""
# "im", "shes": the tokenizer cuts off what an apostrophe was left out of
_AFTER_PRONOUN = {("i", "m"): "'m", ("i", "ve"): "'ve", ("she", "s"): "'s", ("he", "s"): "'s", ("what", "s"): "'s"}
# what the tokenizer cuts off in "can't", "won't", "dont"
_INITIAL = re.compile(r"\w\.$")
"""A letter with a full stop: at the end of "hepatitis B." it is no initial."""
_NUMBER_WORDS = {
    "eleven": 11.0, "twelve": 12.0, "thirteen": 13.0, "fourteen": 14.0, "fifteen": 15.0, "sixteen": 16.0,
    "seventeen": 17.0, "eighteen": 18.0, "nineteen": 19.0, "twenty": 20.0, "thirty": 30.0, "forty": 40.0,
    "fifty": 50.0, "sixty": 60.0, "seventy": 70.0, "eighty": 80.0, "ninety": 90.0,
}  # fmt: skip
_BEFORE_NOT = frozenset({"ca", "wo", "sha"})
_FULL = {"n't": "not", "nt": "not", "ca": "can", "wo": "will", "sha": "shall"}


@dataclass(slots=True)
class Token:
    """One word or mark. ``norm`` is what patterns see.

    ``drug`` is a canonical id, ``mended`` marks a word whose spelling was corrected, ``foreign_drug`` one
    that names a drug outside the table, ``sentence`` counts from 0.
    """

    text: str
    norm: str
    start: int
    end: int
    sentence: int
    is_mark: bool = False
    number: float | None = None
    drug: str | None = None
    mended: bool = False
    foreign_drug: bool = False


def fold(word: str) -> str:
    """Lower case without accents: 'Diarrhée' -> 'diarrhee'."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word.lower().replace("ß", "ss"))
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


@functools.lru_cache(maxsize=1)
def _tools() -> tuple[Tokenizer, Sentencizer]:
    """spaCy's English tokenizer with our infixes, made directly: changing those of a whole pipeline builds it twice."""
    _leave_out_commands()
    from spacy import util
    from spacy.lang.en import English
    from spacy.pipeline import Sentencizer
    from spacy.tokenizer import Tokenizer
    from spacy.vocab import create_vocab

    english = English.Defaults
    infixes = [
        *(english.infixes or []),
        r"[↓↑↘↗⬇⬆]+",
        r"(?<=[^\s])(?:[-=~]*[>→⇒⇨➔➜➝➡⟶⟹↦↔⇔⇄]|\|)(?=\S)",
        r"(?<=[A-Za-z0-9])[/,;:+&>=<~()](?=\S)",
        r"(?<=[a-z])[.!?](?=[A-Z])",
        r"(?<=[A-Za-z])-(?=\d)",
        r"(?<=\d)-(?=[A-Za-z])",
    ]
    signs = r"[↓↑↘↗⬇⬆]+"
    tokenizer = Tokenizer(
        create_vocab("en", english),
        rules={name: rule for name, rule in english.tokenizer_exceptions.items() if not _INITIAL.match(name)},
        prefix_search=util.compile_prefix_regex([*(english.prefixes or []), signs]).search,
        suffix_search=util.compile_suffix_regex([*(english.suffixes or []), signs, r"(?<=[A-Z])\."]).search,
        infix_finditer=util.compile_infix_regex(infixes).finditer,
        token_match=english.token_match,
        url_match=english.url_match,
    )
    return tokenizer, Sentencizer()


def _leave_out_commands() -> None:
    """spaCy imports its command line with itself, which nothing here uses: half of its time to start."""
    if "spacy" in sys.modules or "spacy.cli" in sys.modules:
        return
    commands, info = ModuleType("spacy.cli"), ModuleType("spacy.cli.info")
    commands.__path__ = []
    info.info = None  # type: ignore[attr-defined]
    sys.modules |= {commands.__name__: commands, info.__name__: info}
    try:
        importlib.import_module("spacy")
    finally:
        for module in (commands, info):
            sys.modules.pop(module.__name__, None)


def tokenize(text: str) -> list[Token]:
    """Tokens of a clean text. Hyphens and apostrophes inside a word are dropped: 'RP-ILD' gives 'rp', 'ild'."""
    spaced = _PLUS.sub("\u200a", _UNIT.sub("\\1\u200a", text))
    tokenizer, sentencizer = _tools()
    doc = sentencizer(tokenizer(spaced))
    offsets = _offsets(spaced)
    tokens: list[Token] = []
    sentence = -1
    for word in doc:
        if word.is_sent_start:
            sentence += 1
        raw = word.text
        if raw.isspace():
            if "\n" in raw and tokens:
                tokens.append(Token(raw, "\n", offsets[word.idx], offsets[word.idx + len(raw)], sentence, True))
            continue
        inside = 0 < word.i < len(doc) - 1 and not doc[word.i - 1].whitespace_ and not word.whitespace_
        if raw in _JOINING and inside:
            continue
        cut_off = word.lower_ in _BEFORE_NOT and not _is_not(doc, word.i + 1)  # "bladder ca" is no "can't"
        norm = fold(word.lower_) if cut_off else _FULL.get(word.lower_) or fold(word.lower_)
        if tokens and not doc[word.i - 1].whitespace_:
            norm = _AFTER_PRONOUN.get((tokens[-1].norm, norm), norm)
        if raw == ">" and tokens and tokens[-1].text in _SHAFTS and not doc[word.i - 1].whitespace_:
            tokens[-1].norm, tokens[-1].end = ARROW, offsets[word.idx + len(raw)]
            continue
        norm = ARROW if _ARROW.match(raw) else _TRENDS.get(raw[:1], norm)
        number = float(raw.replace(",", ".")) if _NUMBER.match(raw) else _NUMBER_WORDS.get(norm)
        mark = raw[:1] not in _TRENDS and not any(sign.isalnum() for sign in raw)
        tokens.append(Token(raw, norm, offsets[word.idx], offsets[word.idx + len(raw)], sentence, mark, number))
    return tokens


def _is_not(doc: Doc, place: int) -> bool:
    return place < len(doc) and doc[place].lower_ in ("n't", "nt", "not")


def _offsets(spaced: str) -> list[int]:
    """For each character of the text with its units set apart, the place in the text as it came."""
    places, at = [], 0
    for sign in spaced:
        places.append(at)
        at += sign != "\u200a"
    return [*places, at]
