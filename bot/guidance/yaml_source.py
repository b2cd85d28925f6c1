"""Reads YAML so that every mapping knows the file and line it came from.

The loader needs the line to say where a mistake is; PyYAML's own constructors forget it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TRUE = frozenset({"true", "yes", "on"})


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


def _scalar(node: yaml.ScalarNode) -> Any:
    """The Python value of a scalar; dates stay text, as the table prints them."""
    tag, value = node.tag, node.value
    if tag == "tag:yaml.org,2002:int":
        return int(value)
    if tag == "tag:yaml.org,2002:float":
        return float(value)
    if tag == "tag:yaml.org,2002:bool":
        return value.lower() in _TRUE
    if tag == "tag:yaml.org,2002:null":
        return None
    return value


def _build(node: yaml.Node, file: str) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, file) for item in node.value]
    mapping = Located(file, node.start_mark.line + 1)
    inherited: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if key_node.tag == "tag:yaml.org,2002:merge":
            inherited.update(_build(value_node, file))
            continue
        key = str(key_node.value)
        line = key_node.start_mark.line + 1
        if key in mapping:
            raise TableError(f"{file}:{line}: key '{key}' stands twice; keep one of them")
        mapping[key] = _build(value_node, file)
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
    loader = _LOADER(text)
    try:
        node = loader.get_single_node()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problem = getattr(error, "problem", None) or "not YAML"
        raise TableError(f"{name}:{line}: {problem}; quote the text or mend the indentation") from error
    finally:
        loader.dispose()
    if node is None:
        raise TableError(f"{name}:1: the file is empty; write its rows or remove it")
    return _build(node, name)
