"""The walls of the house: which room may import which. A room that learns what it must not know fails here."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("bot", "actions")
MAY_IMPORT = {
    "bot/guidance": {"bot.guidance"},
    "bot/language": {"bot.language", "bot.guidance"},
    "bot/dialogue": {"bot.dialogue", "bot.guidance"},
    "bot/rendering": {"bot.rendering", "bot.guidance", "bot.dialogue.data"},  # the words for facts stand there
    "bot/channels": {"bot.channels", "bot.rendering"},
    "bot/runtime": {"bot", "actions"},
    "actions": {"actions", "bot.dialogue", "bot.guidance"},
}
"""Room -> what of ours it may import. Nothing flows back: nobody imports the runtime.

Rendering reads the words for facts that the conversation uses, so that a chip and a sentence call a fact the same.
"""
OUTSIDE = {
    "bot/guidance": {"yaml"},
    "bot/dialogue": {"yaml"},
    "bot/rendering": {"yaml"},
    "actions": {"rasa_sdk"},
}
"""Room -> the only libraries it may import; rooms that are not named are free."""


def imports(path: Path) -> set[str]:
    """Every module a file imports, also inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


def files(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_a_room_imports_only_what_its_walls_allow(room: str) -> None:
    assert files(room), f"{room} is empty"
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files(room)
        for name in imports(path)
        if name.split(".")[0] in OURS
        and not any(name == allowed or name.startswith(allowed + ".") for allowed in MAY_IMPORT[room])
    ]
    assert not wrong, wrong


@pytest.mark.parametrize("room", sorted(OUTSIDE))
def test_a_room_uses_only_the_libraries_it_needs(room: str) -> None:
    import sys

    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files(room)
        for name in imports(path)
        if (top := name.split(".")[0]) not in OURS and top not in sys.stdlib_module_names and top not in OUTSIDE[room]
    ]
    assert not wrong, wrong


def test_every_room_of_the_house_has_its_walls() -> None:
    rooms = {f"bot/{p.name}" for p in (ROOT / "bot").iterdir() if p.is_dir() and any(p.glob("*.py"))} | {"actions"}
    assert rooms == set(MAY_IMPORT)
