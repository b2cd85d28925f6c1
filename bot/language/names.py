"""Drug names in a message: exact names of the table first, then near misses of words that are no words.

A near miss is compared with the names of **all** drugs, those that are not in the table included, so that one drug is
never taken for another; two drugs that are about as near mean that neither is taken.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.language.dictation import Dictation
from bot.language.patterns import MMF
from bot.language.short_names import ShortName, load_short_names
from bot.language.spelling import Speller, sound
from bot.language.tokens import Token, fold

if TYPE_CHECKING:
    from bot.guidance.rows import Table

OTHER = "other_drug"
"""Stands for a drug that the table does not hold."""

_WORD = re.compile(r"[^\W_]+")
_LATIN = re.compile(r"[a-z0-9 .+'/-]+$")
# "MMF1g", "pred5", "aza50mg": name and dose in one
_WITH_DOSE = re.compile(r"([a-z]{3,})\d+(?:\.\d+)?(?:mg|g|mcg)?$")
_MARGIN = 0.06
_SHORTEST_FUZZY = 5
_LARGEST_PART = 0.65
"""Of a name that was taken apart, one ordinary word cannot be more than this share: "presents on" is no prednisone."""
_LONGEST_NAME = 6
_NAMES_OF_UNITS = frozenset({"mg", "mcg", "g", "mg/kg", "ng/ml", "mg/day"})


class Found(NamedTuple):
    """Tokens ``start`` to ``end`` (exclusive) name ``drug``."""

    start: int
    end: int
    drug: str


def cutoff(length: int) -> float:
    """How alike an unknown word of that length and a drug name must be (1 = the same)."""
    return 0.8 if length <= 6 else 0.78 if length <= 9 else 0.72


class DrugNames:
    """All names of all drugs."""

    def __init__(self, table: Table, never: frozenset[str] = frozenset()) -> None:
        """``never``: words of other languages that are no misspelt names ("perds" is no "preds")."""
        self._never = never
        self._exact: dict[tuple[str, ...], str] = {}
        self._ambiguous: dict[tuple[str, ...], str] = {}
        self._scripts: dict[str, str] = {}
        self.printed = {drug_id: drug.label for drug_id, drug in table.drugs.items()}
        for names in table.other_drugs.values():
            self._add(names, OTHER)
        for drug_id, drug in table.drugs.items():
            self._add(drug.names, drug_id)
            for name in drug.ambiguous:
                self._ambiguous.setdefault(_words(name), drug_id)
        short, terms = load_short_names()
        self._ambiguous.update(dict.fromkeys(terms, ""))
        self._short: dict[str, list[ShortName]] = defaultdict(list)
        for row in short:
            self._short[row.name[0]].append(row)
            self._ambiguous.pop(row.name, None)
        self._by_first: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for words in sorted({*self._exact, *self._ambiguous}, key=len, reverse=True):
            self._by_first[words[0]].append(words)
        self._single = {
            words[0]: drug for words, drug in self._exact.items() if len(words) == 1 and _is_fuzzy(words[0])
        }
        self._by_second: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for words in self._exact:
            if len(words) > 1:
                self._by_second[words[1]].append(words)
        self._joined = {"".join(words): drug for words, drug in self._exact.items() if len("".join(words)) > 5}
        self._dictation = Dictation(self._joined)
        self._long_words = frozenset(w for words in self._exact for w in words if len(w) >= _SHORTEST_FUZZY)
        self._choices = list(self._single)
        self._sounds = [sound(name) for name in self._choices]

    def _add(self, names: Iterable[str], drug: str) -> None:
        for name in names:
            if not _LATIN.match(fold(name)):
                self._scripts[name] = drug
                continue
            words = _words(name)
            if words and (drug != OTHER or words not in self._exact):
                self._exact[words] = drug

    def words(self) -> frozenset[str]:
        """Single words that are (parts of) names."""
        return frozenset(word for words in (*self._exact, *((name,) for name in self._short)) for word in words)

    def in_other_scripts(self, text: str) -> list[str]:
        """Drugs whose names in other scripts stand in the text, in the order of the table."""
        return list(dict.fromkeys(drug for name, drug in self._scripts.items() if name in text and drug != OTHER))

    def find(self, tokens: list[Token], speller: Speller) -> list[Found]:
        """Every drug named, in the order of the text, without overlaps; OTHER for drugs outside the table."""
        found: list[Found] = []
        at = 0
        while at < len(tokens):
            hit = (
                self._exact_at(tokens, at)
                or self._dictated_at(tokens, at, speller)
                or self._near_at(tokens, at, speller)
            )
            if hit and hit.end == at + 1 and len(tokens[at].norm) >= _SHORTEST_FUZZY:
                hit = self._with_its_salt(tokens, at, hit.drug) or hit
            if hit:
                found.append(hit)
            at = hit.end if hit else at + 1
        taken = {n for hit in found for n in range(hit.start, hit.end)}
        found += self._short_names(tokens, taken, frozenset(hit.drug for hit in found))
        found += self._by_context(tokens, taken | {n for hit in found for n in range(hit.start, hit.end)}, bool(found))
        return sorted(hit for hit in found if hit.drug)

    def _names_at(
        self, tokens: list[Token], at: int, known: Mapping[tuple[str, ...], str]
    ) -> Iterator[tuple[int, str]]:
        for words in self._by_first.get(tokens[at].norm, ()):
            end = at + len(words)
            if words in known and tuple(t.norm for t in tokens[at:end]) == words:
                yield end, known[words]

    def _exact_at(self, tokens: list[Token], at: int) -> Found | None:
        hit = next(self._names_at(tokens, at, self._exact), None)
        shadow = next(self._names_at(tokens, at, self._ambiguous), None)
        if shadow and (not hit or shadow[0] > hit[0]) and self._holds_name(tokens, at, shadow[0]):
            return Found(at, shadow[0], "")  # "steroid cream" is not the drug that its first word names
        if hit:
            return Found(at, hit[0], hit[1])
        norm = tokens[at].norm
        singular = norm[:-1] if norm.endswith("s") and len(norm) > 3 else ""
        if (singular,) in self._exact:
            return Found(at, at + 1, self._exact[(singular,)])
        dosed = _WITH_DOSE.match(norm)
        if dosed and (dosed[1],) in self._exact:
            return Found(at, at + 1, self._exact[(dosed[1],)])
        return None

    def _holds_name(self, tokens: list[Token], start: int, end: int) -> bool:
        return any(True for n in range(start, end) for _ in self._names_at(tokens, n, self._exact))

    def _dictated_at(self, tokens: list[Token], at: int, speller: Speller) -> Found | None:
        """A name that a dictation took apart; a word that is (nearly) a name by itself takes no part in one."""
        hit = self._dictation.at(tokens, at, self._long_words)
        if hit is None or hit[1] == OTHER:
            return None
        parts = [t.norm for t in tokens[at : hit[0]]]
        share = _LARGEST_PART * sum(map(len, parts))
        for word in parts:
            if len(word) >= _SHORTEST_FUZZY and not speller.knows(word) and self.nearest(word) not in (None, OTHER):
                return None
            if len(word) > share and speller.knows(word):
                return None
        return Found(at, *hit)

    def _near_at(self, tokens: list[Token], at: int, speller: Speller) -> Found | None:
        word = tokens[at].norm
        if at + 1 < len(tokens):
            joined = word + tokens[at + 1].norm
            if joined in self._joined and min(len(word), len(tokens[at + 1].norm)) > 1:
                return Found(at, at + 2, self._joined[joined])
            if len(joined) >= 9 and not (speller.knows(word) and speller.knows(tokens[at + 1].norm)):
                drug = self.nearest(joined, 0.86)
                if drug and not self.nearest(word):
                    return Found(at, at + 2, drug)
        if len(word) >= _SHORTEST_FUZZY and word.isalpha() and word not in self._never and not speller.knows(word):
            drug = self.nearest(word)
            if drug:
                return Found(at, at + 1, drug)
        return None

    def _with_its_salt(self, tokens: list[Token], at: int, drug: str) -> Found | None:
        """ "Mycofenolate sodium": the longer name that begins with the misspelt one, where the rest is as printed."""
        following = tuple(t.norm for t in tokens[at + 1 : at + 3])
        for name in self._by_second.get(following[0], ()) if following else ():
            if self._single.get(name[0]) == drug and following[: len(name) - 1] == name[1:]:
                return Found(at, at + len(name), self._exact[name])
        return None

    @functools.lru_cache(maxsize=4096)  # noqa: B019 (these names live as long as the process)
    def nearest(self, word: str, at_least: float = 0.0) -> str | None:
        """The drug whose name is clearly nearest to a misspelt word, OTHER for one outside the table, or None."""
        least = max(at_least, cutoff(len(word)))
        scores: dict[str, float] = {}
        for query, choices in ((word, self._choices), (sound(word), self._sounds)):
            hits = process.extract(
                query, choices, scorer=OSA.normalized_similarity, score_cutoff=least - _MARGIN, limit=6
            )
            for _, score, place in hits:
                name = self._choices[place]
                if name[0] == word[0] or sound(name)[:1] == sound(word)[:1] or score > 0.85:
                    drug = self._single[name]
                    scores[drug] = max(scores.get(drug, 0.0), score)
        ranked = sorted(scores.items(), key=lambda item: -item[1])
        if not ranked or ranked[0][1] < least:
            return None
        if (
            len(ranked) > 1
            and ranked[0][1] - ranked[1][1] < _MARGIN
            and not _same_substance(ranked[0][0], ranked[1][0])
        ):
            return None
        return ranked[0][0]

    def _short_names(self, tokens: list[Token], taken: set[int], drugs: frozenset[str]) -> list[Found]:
        """Names of ``short_names.yml`` where no longer name stands."""
        found = []
        for at, token in enumerate(tokens):
            rows = [row for row in self._short.get(token.norm, ()) if row.fits(tokens, at, drugs)]
            if rows and at not in taken:
                found.append(Found(at, at + len(rows[0].name), rows[0].drug))
        return found

    def _by_context(self, tokens: list[Token], taken: set[int], drug_named: bool) -> list[Found]:
        """Ambiguous names: several words, or capitals beside another drug or a dose."""
        found = []
        dose = any(t.norm in _NAMES_OF_UNITS for t in tokens)
        for at, token in enumerate(tokens):
            for end, drug in self._names_at(tokens, at, self._ambiguous):
                if taken & set(range(at, end)):
                    continue
                capital = token.text.isupper() and len(tokens) > 1 and (drug_named or dose)
                if end - at > 1 or capital or (dose and drug_named and len(token.norm) > 3):
                    found.append(Found(at, end, drug))
                    taken = taken | set(range(at, end))
                    break
        return found


def _words(name: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(fold(name)))[:_LONGEST_NAME]


def _is_fuzzy(word: str) -> bool:
    return len(word) >= _SHORTEST_FUZZY and word.isascii() and word.isalpha()


def _same_substance(first: str, second: str) -> bool:
    return {first, second} <= MMF
