"""Strict reading of the language part's data files: every error names its file and says how to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

LANGUAGES = ("en", "es", "de", "fr", "pt", "it", "hi")
"""Languages of lexicon and context terms; ``hi`` is Hindi in Latin letters."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class LexiconError(ValueError):
    """A data file that cannot be used; the message names the file, the place and the mistake."""


class _UniqueKeys(_Loader):  # type: ignore[misc]
    """Refuses a key that is given twice, which plain YAML loading would swallow."""


def _mapping(loader: Any, node: Any) -> dict[Any, Any]:
    keys = [key.value for key, _ in node.value]
    double = {key for key in keys if keys.count(key) > 1}
    if double:
        raise LexiconError(f"line {node.start_mark.line + 1}: {sorted(double)} given twice; merge the two")
    result: dict[Any, Any] = yaml.SafeLoader.construct_mapping(loader, node, deep=True)
    return result


_UniqueKeys.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def load_yaml(path: Path) -> dict[str, Any]:
    """The file's mapping; raises LexiconError for anything but a mapping with unique keys."""
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeys)
    except (yaml.YAMLError, LexiconError) as error:
        raise LexiconError(f"{path.name}: {error}") from error
    if not isinstance(data, dict):
        raise LexiconError(f"{path.name}: expected a mapping at the top")
    return data


def check_keys(row: dict[str, Any], known: set[str], needed: set[str], where: str) -> None:
    """Raise LexiconError when ``row`` has a key outside ``known`` or lacks one of ``needed``."""
    if unknown := set(row) - known:
        raise LexiconError(f"{where}: unknown keys {sorted(unknown)}; known are {sorted(known)}")
    if missing := needed - set(row):
        raise LexiconError(f"{where}: {sorted(missing)} missing")


def terms_by_language(row: dict[str, Any], where: str) -> Iterator[tuple[str, str]]:
    """(language, term) for each term of a row; terms are a list, or one string with commas between them."""
    for language in LANGUAGES:
        terms = row.get(language, [])
        if isinstance(terms, str):
            terms = [term.strip() for term in terms.split(",")]
        if not isinstance(terms, list) or not all(isinstance(term, str) and term for term in terms):
            raise LexiconError(f"{where}, {language}: terms must be text (quote words like yes and no)")
        yield from ((language, term) for term in terms)
