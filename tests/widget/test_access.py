"""Everybody can use it: keyboard alone, screen readers, narrow and zoomed screens, forced colours, calm motion."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.widget.browser import WIDGET, Visit, Visitor

AXE = WIDGET / "node_modules" / "axe-core" / "axe.min.js"
STOMACH = "mild stomach upset on cellcept, lungs doing well on it"
WIDE = {"width": 1280, "height": 860}
NARROW = {"width": 320, "height": 640}
ZOOMED = {"width": 640, "height": 430}
"""What 200 % zoom leaves of 1280 by 860."""


def violations(visit: Visit) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA and good practice, one line each."""
    if not AXE.exists():
        how = "axe-core is not installed: scripts/widget --check"
        if os.environ.get("CI"):
            pytest.fail(how)
        pytest.skip(how)
    # By the debugger's way in: the page's own policy would refuse the script.
    found: dict[str, Any] = visit.page.evaluate(
        AXE.read_text()
        + """;(async () => await axe.run(document, {
          runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
        }))()"""
    )
    return [f"{v['id']}: {[n['target'] for n in v['nodes']][:4]}" for v in found["violations"]]


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visitor: Visitor, scheme: str, viewport: dict[str, int]) -> None:
    visit = visitor(color_scheme=scheme, viewport=viewport, reduced_motion="reduce").open()
    assert not violations(visit), "empty"
    visit.say("I am pregnant, the cellcept gives me mild diarrhoea and my lungs are doing well on it")
    visit.page.get_by_role("button", name=re.compile("^Why not")).first.click()
    assert not violations(visit), "options"
    visit.say("rituximab or cyclophosphamide?")
    visit.answers.last.get_by_role("table").wait_for()
    visit.say("what has to be monitored on azathioprine?")
    visit.answers.last.locator('[data-picture="timeline"]').first.wait_for()
    if viewport == NARROW:
        visit.page.get_by_role("button", name=re.compile(r"^Case \(")).click()
    visit.page.get_by_role("button", name=re.compile(", change$")).first.click()
    assert not violations(visit), "pictures, table, case"
    visit.page.keyboard.press("Escape")
    if viewport == NARROW:
        visit.page.get_by_role("button", name=re.compile(r"^Case \(")).click()
    visit.answers.last.locator(".mark").first.click()
    visit.drawer.locator(".references a").first.wait_for()
    assert not violations(visit), "drawer"
    visit.page.keyboard.press("Escape")
    visit.say("I am coughing up blood")
    assert not violations(visit), "emergency"


@pytest.mark.parametrize(
    "viewport", [NARROW, ZOOMED, {"width": 768, "height": 900}, {"width": 1920, "height": 1000}], ids=str
)
def test_nothing_is_scrolled_sideways(visitor: Visitor, viewport: dict[str, int]) -> None:
    visit = visitor(viewport=viewport).open()
    assert visit.width_fits()
    for message in (STOMACH, "rituximab or cyclophosphamide?", "azathioprine dose for 58 kg?", "w" * 300):
        visit.say(message)
        visit.page.wait_for_timeout(300)
        assert visit.width_fits(), message
    caption = visit.page.locator("table caption").bounding_box()
    assert caption is not None and caption["height"] < 100, "the table's title is squeezed"
    visit.answers.first.locator(".mark").first.click()
    visit.drawer.locator(".review .meta").wait_for()
    assert visit.width_fits()


def test_targets_are_large_enough(visitor: Visitor) -> None:
    visit = visitor(viewport=NARROW).open()
    visit.say(STOMACH)
    visit.page.get_by_role("button", name=re.compile(r"^Case \(")).click()
    small = visit.page.evaluate(
        """() => [...document.querySelector("mycophenolate-assistant").shadowRoot
            .querySelectorAll("button, summary, input, select, a")]
          .map((e) => [e.closest("label") ?? e, e.getAttribute("aria-label") || e.textContent])
          .map(([e, name]) => [e.getBoundingClientRect(), name])
          .filter(([box]) => box.width && box.height && (box.width < 24 || box.height < 24))
          .map(([box, name]) => `${name}: ${box.width}x${box.height}`)"""
    )
    assert not small, small


def test_a_whole_conversation_by_keyboard(visit: Visit) -> None:
    page = visit.page
    keys = page.keyboard

    def tab_to(name: str, most: int = 120, back: bool = False) -> None:
        for _ in range(most):
            keys.press("Shift+Tab" if back else "Tab")
            if re.search(name, focused()):
                return
        pytest.fail(f"{name} cannot be reached by Tab")

    def focused() -> str:
        name: str = page.evaluate(
            """() => {
              const e = document.querySelector("mycophenolate-assistant").shadowRoot.activeElement;
              return e ? e.getAttribute("aria-label") || e.labels?.[0]?.textContent || e.textContent : "";
            }"""
        )
        return name

    tab_to("^Your message$")
    visit.after(
        lambda: (keys.type("I am pregnant and on cellcept with mild diarrhoea, it works well"), keys.press("Enter"))
    )
    assert focused() == "Your message", "the focus stays where one writes"
    # Into the answer: a reason, a source, and back by Escape.
    tab_to("^Why not Cyclophosphamide", back=True)
    keys.press("Enter")
    expect(page.locator(".why:visible")).to_have_count(1)
    tab_to("open the sources")
    mark = focused()
    keys.press("Enter")
    expect(visit.drawer).to_be_visible()
    keys.press("Escape")
    assert focused() == mark, "the focus comes back to the mark"
    # The case: change a chip.
    tab_to("^Pregnancy pregnant, change$")
    keys.press("Enter")
    assert re.search("pregnant", focused())
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    tab_to("^Apply$")
    visit.after(lambda: keys.press("Enter"))
    assert page.locator(".remark").count() == 1
    assert focused(), "the focus is not lost when the editor closes"
    # A suggestion: the focus stays with it, and what comes next is behind it.
    for _ in range(200):
        keys.press("Shift+Tab")
        if page.evaluate(
            """() => Boolean(document.querySelector("mycophenolate-assistant").shadowRoot
                 .activeElement?.closest(".suggestions"))"""
        ):
            break
    chosen = focused()
    visit.after(lambda: keys.press("Enter"))
    assert focused() == chosen
    # The menu closes by Escape and gives the focus back.
    tab_to("^More$", back=True, most=300)
    keys.press("Enter")
    keys.press("Tab")
    keys.press("Escape")
    expect(page.locator("details.menu")).not_to_have_attribute("open", "")
    assert re.search("^More", focused())


def test_focus_is_seen(visit: Visit) -> None:
    visit.say(STOMACH)
    for _ in range(25):
        visit.page.keyboard.press("Tab")
        seen = visit.page.evaluate(
            """() => {
              const e = document.querySelector("mycophenolate-assistant").shadowRoot.activeElement;
              if (!e) return true;
              const field = e.closest(".field");
              const style = getComputedStyle(field && e.tagName === "TEXTAREA" ? field : e);
              return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
            }"""
        )
        assert seen


def test_the_log_announces_an_answer_once(visit: Visit) -> None:
    log = visit.page.get_by_role("log")
    expect(log).to_have_attribute("aria-live", "polite")
    visit.page.evaluate(
        """() => {
          const log = document.querySelector("mycophenolate-assistant").shadowRoot.querySelector("[role=log]");
          window.news = [];
          new MutationObserver((all) => {
            for (const one of all) for (const node of one.addedNodes) {
              const off = (node.nodeType === 1 ? node : node.parentElement).closest?.("[aria-live=off]");
              if (!off) window.news.push((node.textContent || "").slice(0, 40));
            }
          }).observe(log, {childList: true, subtree: true});
        }"""
    )
    answer = visit.say("rituximab or cyclophosphamide?")
    answer.get_by_role("table").wait_for()
    visit.page.wait_for_timeout(1_800)
    answer.get_by_role("button", name=re.compile("^Why ")).first.click()
    # What was said, and the answer: two additions, each whole; pictures that come later are no news.
    assert len(visit.page.evaluate("() => window.news")) == 2
    expect(answer).to_have_attribute("aria-live", "off")


def test_motion_is_calm_where_wanted(visitor: Visitor) -> None:
    visit = visitor(reduced_motion="reduce").open()
    visit.say(STOMACH)
    moving = visit.page.evaluate(
        "() => document.querySelector('mycophenolate-assistant').shadowRoot.getAnimations().length"
    )
    assert moving == 0


def test_forced_colours_keep_edges(visitor: Visitor, tmp_path: Path) -> None:
    visit = visitor(forced_colors="active").open()
    answer = visit.say(STOMACH)
    for part in (answer.locator(".stance").first, answer.locator(".option").first, visit.chips.first):
        width = part.evaluate("(e) => getComputedStyle(e).borderTopWidth")
        assert width != "0px"
    assert not violations(visit)


def test_the_theme_can_be_chosen(visit: Visit) -> None:
    def paper() -> str:
        colour: str = visit.page.locator(".frame").evaluate("(e) => getComputedStyle(e).backgroundColor")
        return colour

    light = paper()
    visit.page.locator(".menu summary").click()
    visit.page.get_by_label("Dark").check()
    dark = paper()
    assert dark != light
    visit.page.reload()
    assert paper() == dark
    visit.page.emulate_media(color_scheme="dark")
    visit.page.locator(".menu summary").click()
    visit.page.get_by_label("Light").check()
    assert paper() == light
