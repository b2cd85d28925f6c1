"""Names of medicines that are not in the treatment table: the listed ones, and words built like a drug's name."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Final

_STEMS: Final = re.compile(
    r"[a-z]{3,}(?:mab|mabs|umab|tinib|ciclib|parib|rafenib|cept|pril|statin|vastatin|sartan|olol|dipine|gliptin|gliflozin|"
    r"glutide|prazole|conazole|floxacin|cillin|mycin|cycline|oxetine|triptyline|triptan|setron|dronate|lukast|parin|xaban)$"
)
"""Stems of the World Health Organization's list of common stems for nonproprietary names, as far as no word of ordinary
English ends in them."""
_ORDINARY: Final = frozenset({"accept", "concept", "except", "intercept", "precept", "april", "percept"})
_FEWEST_LETTERS: Final = 4


def names_other_drug(tokens: Collection[str]) -> bool:
    """Whether one of the lower-case words names a medicine that the table does not hold.

    The words of the table's own drugs must have been taken out before: "rituximab" ends like many others.
    """
    listed = _listed()
    return any(word in listed or (word not in _ORDINARY and bool(_STEMS.match(word))) for word in tokens)


@lru_cache(maxsize=1)
def _listed() -> frozenset[str]:
    from bot.guidance.loader import load_table

    names = (name.lower() for group in load_table().other_drugs.values() for name in group)
    return frozenset(name for name in names if name.isalpha() and len(name) >= _FEWEST_LETTERS)
