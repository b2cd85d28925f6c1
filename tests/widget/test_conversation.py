"""What a person does on the page, from the first question to forgetting it all."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, WebSocketRoute, expect

from tests.running import Running
from tests.widget.browser import Visit, Visitor

STOMACH = "mild stomach upset on cellcept, lungs doing well on it"
PREGNANT = "I am pregnant, the cellcept gives me mild diarrhoea and my lungs are doing well on it"


def test_first_conversation(visit: Visit) -> None:
    first = visit.page.get_by_role("button", name=re.compile("CellCept upsets my stomach"))
    answer = visit.click(first)
    expect(visit.page.locator(".bubble").last).to_contain_text("CellCept upsets my stomach")
    assert visit.page.locator(".empty").is_hidden()
    expect(answer.locator("h3")).not_to_be_empty()
    expect(answer.locator(".notice")).to_contain_text("no doctor has signed it off yet")
    # One question, answered with a click: the case knows more, the old question is no longer open.
    question = answer.locator(".ask .question").inner_text()
    answer = visit.click(answer.locator(".ask .reply").first)
    assert visit.page.locator(".ask .question:visible").count() <= 2
    newest = answer.locator(".ask .question")
    assert newest.count() == 0 or newest.inner_text() != question
    # A suggestion.
    answer = visit.click(answer.locator(".suggestions .reply").first)
    expect(answer.locator("h3")).not_to_be_empty()
    assert visit.chips.count() >= 2


def test_options_are_cards_with_stance_and_rows(visit: Visit) -> None:
    answer = visit.say(STOMACH)
    split = visit.option(answer, "split_mmf_dose")
    expect(split.locator(".stance")).to_have_text(re.compile("First choice here"))
    expect(split.locator(".lead .mark.citation")).to_have_text("[3]")
    expect(visit.option(answer, "azathioprine").locator(".caution")).to_contain_text("Take care:")
    why = split.get_by_role("button", name=re.compile("^Why "))
    why.click()
    expect(why).to_have_attribute("aria-expanded", "true")
    expect(split.locator(".why .statement").first).to_be_visible()
    expect(answer.locator(".noted.assumed li").first).to_be_visible()


def test_why_not(visit: Visit) -> None:
    answer = visit.say(PREGNANT)
    out = visit.option(answer, "cyclophosphamide")
    expect(out.locator("s")).to_have_text("Cyclophosphamide")
    expect(out.locator(".why")).to_be_hidden()
    visit.button("Why not Cyclophosphamide?", out).click()
    expect(out.locator(".why .reason-full")).to_be_visible()
    assert out.locator(".why .statement").count() >= 1


def test_correction_by_chip_marks_what_changed(visit: Visit) -> None:
    visit.say(PREGNANT)
    visit.button("Pregnancy pregnant, change").click()
    visit.page.get_by_label("not pregnant", exact=True).check()
    answer = visit.click(visit.button("Apply"))
    expect(visit.page.locator(".remark").last).to_contain_text("not pregnant")
    expect(answer.locator(".changed")).to_contain_text("What changed")
    expect(visit.option(answer, "split_mmf_dose").locator(".option-title .flag")).to_have_text("was: Ruled out")
    expect(visit.page.locator('.chip[data-slot="pregnancy"] .value')).to_have_text("not pregnant")
    # And back.
    answer = visit.click(visit.button("Undo"))
    expect(visit.page.locator('.chip[data-slot="pregnancy"] .value')).to_have_text("pregnant")
    expect(visit.option(answer, "split_mmf_dose").locator(".stance")).to_contain_text("Ruled out")


def test_removing_and_adding_a_fact(visit: Visit) -> None:
    visit.say(STOMACH)
    before = visit.chips.count()
    visit.click(visit.page.get_by_role("button", name=re.compile("^Remove .*: mild$")))
    assert visit.chips.count() == before - 1
    visit.button("Add a fact").click()
    visit.page.get_by_label("What do you want to add?").select_option("weight_kg")
    visit.page.get_by_label("kg", exact=True).fill("58")
    visit.click(visit.button("Apply"))
    expect(visit.page.locator('.chip[data-slot="weight_kg"] .value')).to_have_text("58 kg")


def test_new_patient_clears_the_case(visit: Visit) -> None:
    visit.say(STOMACH)
    visit.click(visit.button("New patient"))
    expect(visit.chips).to_have_count(0)


def test_a_citation_opens_the_sources(visit: Visit) -> None:
    answer = visit.say("rituximab or cyclophosphamide?")
    mark = answer.get_by_role("button", name="Citation 2, confirmed: open the sources").first
    mark.click()
    expect(visit.drawer).to_be_visible()
    expect(visit.drawer.locator(".claim blockquote")).to_contain_text("0.263")
    expect(visit.drawer.locator(".number .tag")).to_have_text("confirmed")
    expect(visit.drawer.locator(".check .tag")).to_contain_text("Others agree")
    expect(visit.drawer.locator(".review")).to_contain_text("No clinician has signed this row yet")
    links = visit.drawer.locator("a")
    assert links.count() >= 1
    for i in range(links.count()):
        assert (links.nth(i).get_attribute("href") or "").startswith("https://")
        assert "noopener" in (links.nth(i).get_attribute("rel") or "")
    visit.page.keyboard.press("Escape")
    expect(visit.drawer).to_be_hidden()
    expect(mark).to_be_focused()


@pytest.mark.parametrize(("number", "status"), [(1, "a conjecture"), (3, "unresolved")])
def test_a_number_that_is_not_known_is_never_made_known(visit: Visit, number: int, status: str) -> None:
    answer = visit.say(STOMACH)
    answer.get_by_role("button", name=f"Citation {number}, {status}: open the sources").first.click()
    expect(visit.drawer.locator(".number .tag").first).to_have_text(status)
    expect(visit.drawer.locator(".number").first).to_contain_text("Not printed by the article")


def test_pictures_of_a_comparison(visit: Visit) -> None:
    answer = visit.say("rituximab or cyclophosphamide?")
    forest = answer.locator('[data-picture="forest"][data-row="C14"]')
    expect(forest.locator("figcaption")).to_have_text("Hazard ratio 0.263 (95% CI 0.094–0.732)")
    expect(forest.locator(".limits")).to_contain_text("retrospective")
    expect(forest.locator("svg desc")).to_contain_text("favours rituximab")
    table = answer.get_by_role("table", name=re.compile("Comparison of Rituximab"))
    expect(table.get_by_role("columnheader", name="Cyclophosphamide")).to_be_visible()
    assert table.get_by_role("rowheader").count() >= 4


def test_timelines_come_from_typed_numbers(visit: Visit) -> None:
    answer = visit.say("rituximab dose?")
    lane = answer.locator('[data-picture="timeline"][data-row="C15"]')
    expect(lane.locator("svg desc")).to_contain_text("375 mg/m² every week × 4")
    expect(lane.locator("svg desc")).to_contain_text("1000 mg at day 0, day 14")
    answer = visit.say("what has to be monitored on azathioprine?")
    lane = answer.locator('[data-picture="timeline"][data-row="D-azathioprine-monitoring"]')
    expect(lane.locator("svg desc")).to_contain_text("every week for 1 month, then every 2 weeks for 2 months")


def test_the_option_map_is_the_case(visit: Visit) -> None:
    visit.say(PREGNANT)
    side = visit.page.locator(".side-map svg")
    expect(side.locator("desc")).to_contain_text("Cyclophosphamide: Ruled out")
    assert side.locator(".cross").count() >= 1
    assert side.locator(".node.lit").count() >= 1


def test_dose_calculation_shows_its_formula(visit: Visit) -> None:
    answer = visit.say("azathioprine dose for 58 kg?")
    expect(answer.locator(".formula")).to_contain_text("2-3 mg/kg/day × 58 kg = 116–174 mg/day")


def test_an_emergency_comes_first_and_stays(visit: Visit) -> None:
    visit.say(STOMACH)
    answer = visit.say("I am coughing up blood and cannot breathe")
    pinned = visit.page.get_by_role("alert")
    expect(pinned).to_contain_text("Emergency")
    expect(answer.locator(".escalation")).to_have_attribute("data-level", "emergency")
    visit.say("and the dose of tacrolimus?")
    expect(pinned).to_be_in_viewport()
    box = pinned.bounding_box()
    assert box is not None and box["y"] < 120
    visit.page.reload()
    expect(visit.page.get_by_role("alert")).to_contain_text("Emergency")
    visit.say("It has been dealt with")
    expect(visit.page.get_by_role("alert")).to_be_empty()


def test_an_answer_is_for_whom_it_is(visit: Visit) -> None:
    visit.say(STOMACH)
    visit.click(visit.button("Clinicians"))
    expect(visit.button("Clinicians")).to_have_attribute("aria-pressed", "true")
    expect(visit.answers.last.locator(".notice")).to_contain_text("For professionals")
    visit.click(visit.button("Patients"))
    expect(visit.answers.last.locator(".notice")).to_contain_text("no doctor has signed it off")


def test_the_audience_can_be_chosen_first(visit: Visit) -> None:
    visit.button("Clinicians").click()
    answer = visit.say("tacrolimus dose?")
    expect(answer.locator(".notice")).to_contain_text("For professionals")
    expect(visit.answers).to_have_count(1)
    visit.page.reload()
    expect(visit.answers).to_have_count(1)
    expect(visit.page.locator(".remark")).to_have_count(0)


def test_reload_brings_everything_back(visit: Visit) -> None:
    visit.say(STOMACH)
    visit.click(visit.page.get_by_role("button", name=re.compile("^Remove .*: mild$")))
    shown = visit.page.locator(".turns").inner_text()
    case = visit.page.locator("aside .chips").inner_text()
    visit.page.reload()
    expect(visit.answers).to_have_count(2)
    expect(visit.page.locator("aside .chips")).to_have_text(re.compile(re.escape(case.split("\n")[0])))
    assert visit.page.locator(".turns").inner_text() == shown
    visit.say("tacrolimus dose?")


def test_forget(visit: Visit, site: Running) -> None:
    visit.say(STOMACH)
    token = visit.page.evaluate("() => sessionStorage.getItem('mycophenolate-assistant.session')")
    visit.page.locator(".menu summary").click()
    visit.button("Forget this conversation").click()
    expect(visit.button("Keep it")).to_be_focused()
    visit.button("Delete").click()
    expect(visit.answers).to_have_count(0)
    expect(visit.chips).to_have_count(0)
    expect(visit.page.locator(".empty")).to_be_visible()
    asked = visit.context.request.get(f"{site.base}/api/v1/conversation", headers={"Authorization": f"Bearer {token}"})
    assert asked.status == 401
    visit.page.reload()
    expect(visit.page.locator(".empty")).to_be_visible()
    visit.say("tacrolimus dose?")


def test_two_browsers_never_read_each_other(visitor: Visitor, site: Running) -> None:
    ann, bob = visitor().open(), visitor().open()
    ann.say("I am pregnant and on cellcept")
    bob.say("tacrolimus dose?")
    expect(bob.chips).to_have_count(0)
    key = "mycophenolate-assistant.session"
    token = ann.page.evaluate(f"() => sessionStorage.getItem('{key}')")
    # Bob has only what can be seen or guessed: a made-up, a changed and a cut token read nothing.
    for wrong in (token[:-2] + ("aa" if token[-2:] != "aa" else "bb"), token[: len(token) // 2], "ann", "0" * 40):
        asked = bob.context.request.get(
            f"{site.base}/api/v1/conversation", headers={"Authorization": f"Bearer {wrong}"}
        )
        assert asked.status == 401
        bob.page.evaluate("([key, token]) => sessionStorage.setItem(key, token)", [key, wrong])
        bob.errors.clear()
        bob.page.reload()
        expect(bob.page.locator(".empty")).to_be_visible()
        bob.say("tacrolimus dose?")
        assert "pregnant" not in bob.page.locator("aside.case").inner_text().lower()
        bob.errors.clear()  # the browser logs that the wrong token was refused
    expect(ann.answers).to_have_count(1)


def test_reconnect_in_mid_answer(visitor: Visitor) -> None:
    visit = visitor()
    sockets: list[WebSocketRoute] = []
    cut: list[bool] = []

    def through(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        sockets.append(socket)

        def from_page(message: str | bytes) -> None:
            server.send(message)
            # The question is on its way; the line breaks before the answer.
            if isinstance(message, str) and '"message"' in message and not cut:
                cut.append(True)
                socket.close()
                server.close()

        socket.on_message(from_page)
        server.on_message(socket.send)

    visit.page.route_web_socket(re.compile(r"/web/socket\.io/"), through)
    visit.open()
    visit.message.focus()
    visit.page.wait_for_function(
        "() => document.querySelector('mycophenolate-assistant').shadowRoot.querySelector('[data-link=up]')"
    )
    visit.say(STOMACH)
    assert cut
    expect(visit.answers).to_have_count(1)
    expect(visit.page.locator(".bubble")).to_have_count(1)
    visit.page.wait_for_function(
        "() => document.querySelector('mycophenolate-assistant').shadowRoot.querySelector('[data-link=up]')"
    )
    visit.say("tacrolimus dose?")
    assert len(sockets) >= 2
    visit.page.reload()
    expect(visit.page.locator(".bubble")).to_have_count(2)
    expect(visit.answers).to_have_count(2)


def test_without_websockets_http_carries_it(visitor: Visitor) -> None:
    visit = visitor()
    visit.page.route_web_socket(re.compile(r"/web/socket\.io/"), lambda socket: socket.close())
    visit.open()
    visit.say(STOMACH)
    visit.say("tacrolimus dose?")
    expect(visit.answers).to_have_count(2)


def test_connection_lost_and_restored(visit: Visit) -> None:
    visit.say(STOMACH)
    visit.context.set_offline(True)
    visit.message.fill("tacrolimus dose?")
    visit.message.press("Enter")
    expect(visit.button("Try again")).to_be_visible(timeout=15_000)
    # What could not be sent is sent by itself once the line is back.
    visit.after(lambda: visit.context.set_offline(False))
    expect(visit.answers).to_have_count(2)
    expect(visit.page.locator(".bubble")).to_have_count(2)
    visit.errors.clear()  # the browser logs that it was offline


def test_feedback(visit: Visit) -> None:
    answer = visit.say(STOMACH)
    visit.button("Not helpful", answer).click()
    line = answer.get_by_label(re.compile("What was wrong"))
    expect(line).to_be_focused()
    line.fill("The dose is missing")
    with visit.page.expect_response("**/api/v1/feedback") as told:
        line.press("Enter")
    assert told.value.status == 204
    expect(answer.locator(".thanks")).to_be_visible()


def _download(visit: Visit, name: str) -> str:
    with visit.page.expect_download() as told:
        visit.button(name, visit.answers.last).click()
    return Path(told.value.path()).read_text()


def test_download_and_copy_carry_sources_date_version_notice(visitor: Visitor) -> None:
    visit = visitor(permissions=["clipboard-read", "clipboard-write"]).open()
    visit.say("rituximab or cyclophosphamide?")
    text = _download(visit, "Markdown")
    for part in ("0.263", "10.3899/jrheum.190505", "Table 1.0.0", "2025-07-29", "Notice:", "Made on 20", "C14"):
        assert part.replace("-", "\\-") in text or part in text, part
    data: dict[str, Any] = json.loads(_download(visit, "JSON"))
    answer = data["answers"][0]["answer"]
    assert answer["version"] == 1 and answer["review"]["table_version"] and answer["notice"]
    visit.button("Copy", visit.answers.last).click()
    expect(visit.page.locator(".toast")).to_have_text("Copied")
    assert "0.263" in visit.page.evaluate("() => navigator.clipboard.readText()")


def test_print_is_a_clean_page(visit: Visit) -> None:
    visit.say("rituximab or cyclophosphamide?")
    visit.button("Print", visit.answers.last).click()
    paper = visit.page.frame_locator("iframe[data-mycophenolate-print]")
    expect(paper.locator("h1")).to_contain_text("Mycophenolate side effects")
    expect(paper.locator("footer")).to_contain_text("Notice:")
    expect(paper.locator("body")).to_contain_text("10.3899/jrheum.190505")
    assert paper.locator("button, input, textarea").count() == 0


def test_nothing_about_a_patient_is_left_in_the_browser(visit: Visit) -> None:
    visit.say("I am pregnant, 61.5 kg, and cellcept gives me diarrhoea")
    left = visit.page.evaluate(
        "() => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href])"
    ).lower()
    for word in ("pregnan", "61.5", "diarrh", "cellcept"):
        assert word not in left.replace(str(json.loads(left)[1].get("mycophenolate-assistant.session", "")), ""), word
    assert json.loads(left)[0] == {}


def test_a_message_is_not_sent_twice_by_a_double_click(visit: Visit) -> None:
    answer = visit.say(STOMACH)
    reply = answer.locator(".ask .reply").first
    visit.after(lambda: reply.dblclick())
    visit.page.wait_for_timeout(500)
    expect(visit.answers).to_have_count(2)


def test_no_dialogue_of_the_browser_opens(visit: Visit) -> None:
    opened: list[Dialog] = []
    page: Page = visit.page
    page.on("dialog", lambda dialog: opened.append(dialog))
    visit.say("<script>alert(1)</script> tacrolimus dose?")
    assert not opened
