"""Plain text as Markdown that Teams shows as it was written, in messages and in Adaptive Cards.

Only what would be taken for markup is escaped: some clients show a needless backslash. Line by line, since most marks
mean something at the start of a line alone: "- 5" is no list, ">= 45" no quotation, "2*3*4" not italic.
"""

from __future__ import annotations

import re

_ALWAYS = re.compile(r"([\\*_~`])")
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_ENTITY = re.compile(r"&(?=#?\w{1,32};)")
_LINK = re.compile(r"\](?=\()")
_DEFINITION = re.compile(r"^(\[[^\]]*)\](?=:)")
_START = re.compile(r"^([>#+\-=|])")
_NUMBERED = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")


def escape(text: str) -> str:
    """One or several lines, each as it should read. Citation marks ("[1]") stay as they are: Teams links them."""
    return "\n".join(_line(line.strip()) for line in text.split("\n"))


def paragraphs(text: str) -> str:
    """Lines as paragraphs of a message: Teams joins lines that only one break separates."""
    return "\n\n".join(line for line in escape(text).split("\n") if line)


def _line(line: str) -> str:
    pieces, last = [], 0
    for address in _ADDRESS.finditer(line):
        pieces += [_words(line[last : address.start()]), address.group()]
        last = address.end()
    pieces.append(_words(line[last:]))
    escaped = _DEFINITION.sub(r"\1\\]", "".join(pieces))
    return _NUMBERED.sub(r"\1\\\2", _START.sub(r"\\\1", escaped))


def _words(text: str) -> str:
    text = _ALWAYS.sub(r"\\\1", text)
    text = _TAG.sub(r"\\<", text)
    text = _ENTITY.sub(r"\\&", text)
    return _LINK.sub(r"\\]", text)
