"""Reads YAML so that every mapping knows the file and line it came from.

The loader needs the line to say where a mistake is; PyYAML's own constructors forget it and are slower than the event
stream used here. Plain scalars follow the YAML 1.2 core schema: `yes` and `on` are words, `true` is a truth value.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONSTANTS: Final[dict[str, Any]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_FLOAT: Final = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_NUMBER_STARTS: Final = frozenset("-+.0123456789")


class TableError(ValueError):
    """The table is not usable. The message lists every problem as `file:line: what is wrong; how to mend it`."""


class Located(dict[str, Any]):
    """A YAML mapping that remembers its file, its line and the line of each key."""

    __slots__ = ("file", "key_lines", "line")

    def __init__(self, file: str, line: int) -> None:
        super().__init__()
        self.file = file
        self.line = line
        self.key_lines: dict[str, int] = {}

    def where(self, key: str | None = None) -> str:
        """`file:line` of the mapping, or of one of its keys."""
        line = self.key_lines.get(key, self.line) if key else self.line
        return f"{self.file}:{line}"


def _plain(value: str) -> Any:
    """What an unquoted scalar means."""
    if value in _CONSTANTS:
        return _CONSTANTS[value]
    if value[0] in _NUMBER_STARTS:
        if _INTEGER.fullmatch(value):
            return int(value)
        if _FLOAT.fullmatch(value):
            return float(value)
    return value


class _Builder:
    """Turns the events of one file into mappings, lists and scalars."""

    def __init__(self, parser: Any, file: str) -> None:
        self.next = parser.get_event
        self.file = file
        self.anchors: dict[str, Any] = {}

    def value(self, event: Any) -> Any:
        """The value that starts with `event`."""
        if isinstance(event, yaml.ScalarEvent):
            built = _plain(event.value) if event.implicit[0] else event.value
        elif isinstance(event, yaml.MappingStartEvent):
            built = self.mapping(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            built = []
            while not isinstance(item := self.next(), yaml.SequenceEndEvent):
                built.append(self.value(item))
        else:
            return self.anchors[event.anchor]
        if event.anchor:
            self.anchors[event.anchor] = built
        return built

    def mapping(self, event: Any) -> Located:
        """A mapping; keys merged with `<<` never override its own."""
        mapping = Located(self.file, event.start_mark.line + 1)
        inherited: dict[str, Any] = {}
        while not isinstance(key_event := self.next(), yaml.MappingEndEvent):
            line = key_event.start_mark.line + 1
            if not isinstance(key_event, yaml.ScalarEvent):
                raise TableError(f"{self.file}:{line}: a key is not a word; write 'key: value'")
            key = key_event.value
            value = self.value(self.next())
            if key == "<<" and key_event.implicit[0]:
                inherited.update(value)
                continue
            if key in mapping:
                raise TableError(f"{self.file}:{line}: key '{key}' stands twice; keep one of them")
            mapping[key] = value
            mapping.key_lines[key] = line
        for key, value in inherited.items():
            mapping.setdefault(key, value)
        return mapping


def read_yaml(path: Path, name: str) -> Any:
    """Parse one file. `name` is how messages call it. Raises TableError for text that is not YAML or is empty."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise TableError(f"{name}: cannot be read ({error.strerror}); restore the file") from error
    parser = _LOADER(text)
    try:
        parser.get_event()  # start of the stream
        if isinstance(parser.get_event(), yaml.StreamEndEvent):
            raise TableError(f"{name}:1: the file is empty; write its rows or remove it")
        return _Builder(parser, name).value(parser.get_event())
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problem = getattr(error, "problem", None) or "not YAML"
        raise TableError(f"{name}:{line}: {problem}; quote the text or mend the indentation") from error
    finally:
        parser.dispose()
