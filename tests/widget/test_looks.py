"""How the main states look: compared with committed pictures, coarsely, so that a hair's breadth is no difference.

The pictures are made with Debian's chromium and Liberation Sans. To make them anew after a wanted change, then look at
them and commit them:  LOOKS=new .venv/bin/python -m pytest -n 0 tests/widget/test_looks.py
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from tests.widget.browser import Visit, Visitor

LOOKS = Path(__file__).parent / "looks"
FONT = "Liberation Sans"
MOST_DIFFERENT = 0.02
"""Share of the coarse pixels that may differ: a word, not a line."""
FIXED_FONT = """
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (options) {
  const shadow = attach.call(this, options);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`.frame { font-family: "%s" !important; } * { caret-color: transparent !important; }`);
  queueMicrotask(() => (shadow.adoptedStyleSheets = [...shadow.adoptedStyleSheets, sheet]));
  return shadow;
};
""".replace("%s", FONT)
STEP = 4
"""Pixels that are looked at as one."""
UNLIKE = 40
"""Of 255, in any colour."""
WIDE = {"width": 1100, "height": 720}
NARROW = {"width": 320, "height": 640}


def empty(visit: Visit) -> None:
    """Nothing has been said."""


def options(visit: Visit) -> None:
    """The options for a case, with the case and its map."""
    visit.say("I am pregnant, the cellcept gives me mild diarrhoea and my lungs are doing well on it")


def figures(visit: Visit) -> None:
    """A comparison with its forest plots."""
    visit.say("rituximab or cyclophosphamide?")
    visit.answers.last.get_by_role("table").wait_for()


def sources(visit: Visit) -> None:
    """The drawer on a citation."""
    figures(visit)
    visit.answers.last.locator(".mark.citation").first.click()
    visit.drawer.locator(".references a").first.wait_for()


def editing(visit: Visit) -> None:
    """A chip being changed."""
    options(visit)
    if visit.page.viewport_size == NARROW:
        visit.page.get_by_role("button", name=re.compile(r"^Case \(")).click()
    visit.page.get_by_role("button", name="Pregnancy pregnant, change").click()


def emergency(visit: Visit) -> None:
    """An emergency, and a question after it."""
    visit.say("I am coughing up blood and cannot breathe")


STATES: list[tuple[Callable[[Visit], None], str, dict[str, int]]] = [
    (empty, "light", WIDE),
    (options, "light", WIDE),
    (options, "dark", WIDE),
    (options, "light", NARROW),
    (figures, "light", WIDE),
    (sources, "dark", WIDE),
    (editing, "dark", NARROW),
    (emergency, "light", NARROW),
]


def difference(one: Image.Image, other: Image.Image) -> float:
    """The share of two pictures that differs, looked at coarsely; 1 where they are not of one size."""
    if one.size != other.size:
        return 1
    width, height = one.size
    coarse = [
        picture.convert("RGB").resize((width // STEP, height // STEP), Image.Resampling.BOX) for picture in (one, other)
    ]
    bands = ImageChops.difference(*coarse).split()
    highest = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])
    counts = highest.histogram()
    return sum(counts[UNLIKE:]) / sum(counts)


@pytest.mark.parametrize(
    ("state", "scheme", "viewport"), STATES, ids=[f"{s.__name__}-{c}-{v['width']}" for s, c, v in STATES]
)
def test_it_looks_as_it_did(
    visitor: Visitor,
    state: Callable[[Visit], None],
    scheme: str,
    viewport: dict[str, int],
) -> None:
    visit = visitor(color_scheme=scheme, viewport=viewport, reduced_motion="reduce")
    visit.page.add_init_script(FIXED_FONT)
    visit.open()
    if not visit.page.evaluate(
        f"""() => {{
          const pen = new OffscreenCanvas(1, 1).getContext("2d");
          const width = (font) => (pen.font = `40px ${{font}}`, pen.measureText("Mycophenolate 0.263").width);
          return width('"{FONT}", monospace') !== width("monospace");
        }}"""
    ):
        how = f"the pictures need the font {FONT} (Debian: apt install fonts-liberation)"
        if os.environ.get("CI"):
            pytest.fail(how)
        pytest.skip(how)
    state(visit)
    visit.page.wait_for_timeout(400)
    shown = Image.open(io.BytesIO(visit.page.screenshot(animations="disabled", caret="hide")))
    picture = LOOKS / f"{state.__name__}-{scheme}-{viewport['width']}.png"
    if os.environ.get("LOOKS") == "new":
        shown.quantize(64).save(picture, optimize=True)
    share = difference(shown, Image.open(picture))
    if share > MOST_DIFFERENT:
        seen = picture.with_suffix(".seen.png")
        shown.save(seen)
        pytest.fail(f"{share:.1%} differs from {picture.name}: look at {seen}")
