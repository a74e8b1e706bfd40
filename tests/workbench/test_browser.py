"""The workbench in a real browser, on a server of its own process; what it shows is what the Python API says."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from detente import forecast, loads, what_if
from detente.explain.why import why

pytestmark = pytest.mark.browser
sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright, of the extra `test`")

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DRAWS = 250
SOON = 30_000


@pytest.fixture(scope="module")
def browser():
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is on the machine")
    with sync_api.sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield made
        made.close()


class Server:
    """``detente open`` on a file, in its own process."""

    def __init__(self, file: Path) -> None:
        self.file, self.process, self.address = file, None, ""

    def start(self) -> None:
        command = [sys.executable, "-m", "detente", "open", str(self.file), "--draws", str(DRAWS), "--no-browser"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ)
        for line in self.process.stdout:
            if match := re.search(r"http://\S+", line):
                self.address = match.group()
                return
        raise AssertionError("the server said no address")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture
def server(file):
    made = Server(file)
    made.start()
    yield made
    made.kill()


@pytest.fixture
def page(browser, server):
    """The page, open and settled; in the end nothing may have been asked of anybody else, nor gone wrong in it."""
    context = browser.new_context(accept_downloads=True)
    opened = context.new_page()
    addresses, wrong = [], []
    opened.on("request", lambda request: addresses.append(request.url))
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda message: wrong.append(message.text) if "Content Security" in message.text else None)
    opened.goto(server.address)
    settled(opened)
    yield opened
    origin = re.match(r"http://[^/]+/", server.address).group()
    assert [url for url in addresses if not url.startswith((origin, origin.replace("http", "ws"), "blob:"))] == []
    assert wrong == []
    context.close()


def settled(page, changed=None):
    """Wait until all draws are in; ``changed`` is how many changes must be in force."""
    page.wait_for_selector("#forecast[aria-busy=false] #stage[data-final=true]", timeout=SOON)
    if changed is not None:
        assert page.locator("#changes .chip").count() == changed


def until(come):
    """Wait for what the page itself may not be asked to wait for: its policy lets nobody run code in it."""
    end = time.monotonic() + SOON / 1000
    while not come():
        assert time.monotonic() < end
        time.sleep(0.05)


def move(page, name, value):
    """Put a slider at a value, as a hand does."""
    page.evaluate(
        """([id, value]) => { const slider = document.getElementById(id); slider.value = value;
           slider.dispatchEvent(new Event("input")); slider.dispatchEvent(new Event("change")); }""",
        [f"slider-{name}", value],
    )


def reads(page, question):
    """What the page says of a question: before, after, and the difference in points."""
    text = page.locator(f"[data-question={question}] .moved").inner_text()
    before, after, points = re.match(r"(\S+)\s%\s→\s(\S+)\s%\s+(\S+) points", text).groups()
    return before, after, points


def held_at(page):
    return re.search(r"([\d.]+)$", page.locator("#changes .chip").first.inner_text().split("×")[0].strip()).group(1)


def expected(text, question, *changes):
    """The same from the Python API."""
    figure = what_if(forecast(loads(text), draws=DRAWS), *changes, draws=DRAWS)[0][question]
    points = (
        f"{100 * figure.difference:+.0f}" if abs(figure.difference) >= 0.0095 else f"{100 * figure.difference:+.1f}"
    )
    return f"{100 * figure.base:.0f}", f"{100 * figure.changed:.0f}", points.replace("-", "−")


def test_a_slider_moved_says_what_the_python_api_says(page, small_text):
    assert page.title().startswith("A dispute")
    assert page.locator("#answers .answer").count() == 2
    move(page, "damage", 0.7)
    settled(page, 1)
    assert reads(page, "concede") == expected(small_text, "concede", f"set damage={held_at(page)}")
    page.click("#undo")
    settled(page, 0)
    page.click("#redo")
    settled(page, 1)
    assert reads(page, "concede") == expected(small_text, "concede", f"set damage={held_at(page)}")


def test_forty_moves_in_a_row_end_in_the_right_answer(page, small_text):
    for i in range(40):
        move(page, "damage", 0.5 + i / 40)
    settled(page, 1)
    last = held_at(page)
    assert float(last) == pytest.approx(1.475, abs=0.02)
    assert reads(page, "sanctions") == expected(small_text, "sanctions", f"set damage={last}")


def test_options_and_sight_can_be_switched(page, small_text):
    page.click("#tab-moves")
    page.get_by_label("Commitment").last.select_option(label="Certain: It imposes sanctions")
    settled(page, 1)
    assert reads(page, "concede") == expected(small_text, "concede", "commit sanctions=impose")
    page.get_by_label("Who sees it").first.select_option(label="Shown to all")
    settled(page, 2)
    assert reads(page, "concede") == expected(small_text, "concede", "commit sanctions=impose; reveal resolve")


def test_a_mistake_in_the_file_is_shown_at_its_line_and_mended(page, file, small_text):
    page.click("#tab-text")
    wrong = small_text.replace("high: 1.5", "high: 0.1")
    page.fill("#yaml", wrong)
    line = 1 + wrong[: wrong.index("high: 0.1")].count("\n")
    page.wait_for_selector(f"#problems >> text=Line {line}")
    assert page.locator("#gutter mark").inner_text().strip() == f"▸{line}"
    assert page.is_disabled("#use")
    mended = small_text.replace("high: 1.5", "high: 3")
    page.fill("#yaml", mended)
    page.wait_for_selector("#use:not([disabled])")
    assert page.locator("#problems li").count() == 0
    page.click("#use")
    page.wait_for_selector("text=This is what is forecast.", timeout=SOON)
    answer = f"{100 * forecast(loads(mended), draws=DRAWS).answers.probability[0]:.0f}\u00a0%"
    page.wait_for_selector(
        f"#forecast[aria-busy=false] [data-question=concede] .percent >> text={answer}", timeout=SOON
    )
    assert file.read_text(encoding="utf-8") == small_text, "nothing is written without asking"
    page.click("#save")
    page.click("#dialog-yes")
    page.wait_for_selector("#save[disabled]")
    assert file.read_text(encoding="utf-8") == mended


def test_a_file_changed_elsewhere_is_picked_up_and_never_written_over_unasked(page, file, small_text):
    theirs = small_text.replace("title: A dispute", "title: Another dispute")
    file.write_text(theirs, encoding="utf-8")
    page.wait_for_selector("h1 >> text=Another dispute", timeout=SOON)
    page.click("#tab-text")
    assert page.input_value("#yaml") == theirs


def test_variants_stand_side_by_side(page, small_text):
    for name, value in (("Mild", 0.6), ("Harsh", 1.6)):
        move(page, "damage", value)
        settled(page, 1)
        page.click("#keep")
        page.fill("#dialog-input", name)
        page.click("#dialog-yes")
    page.click("#tab-variants")
    page.wait_for_selector("#variants .variant:nth-of-type(1) >> text=all 250 draws", timeout=SOON)
    page.wait_for_selector("#variants .variant:nth-of-type(2) >> text=all 250 draws", timeout=SOON)
    shown = page.locator("#variants tbody tr").first.locator("td").all_inner_texts()
    mild, harsh = (expected(small_text, "concede", f"set damage={value}") for value in (0.6, 1.6))
    assert shown[0].startswith(mild[0])
    assert [cell.split("\u00a0")[0] for cell in shown[1:]] == [mild[1], harsh[1]]


def test_what_is_taken_away(page, tmp_path):
    move(page, "damage", 0.7)
    settled(page, 1)
    taken = {}
    for what in ("html", "pdf", "yaml", "zip"):
        page.click(".menu summary")
        with page.expect_download(timeout=SOON) as download:
            page.click(f"[data-take={what}]")
        assert download.value.suggested_filename == f"small-variant.{what}"
        download.value.save_as(tmp_path / what)
        taken[what] = (tmp_path / what).read_bytes()
    assert taken["html"].startswith(b"<!doctype html>")
    assert taken["pdf"].startswith(b"%PDF-")
    assert taken["zip"].startswith(b"PK")
    assert loads(taken["yaml"].decode()).quantities["damage"].specification.value == pytest.approx(0.7, abs=0.02)


def taken_from(page, menu, ending, tmp_path):
    """What a chart's or table's menu hands over: its name and content."""
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    with page.expect_download(timeout=SOON) as download:
        menu.get_by_role("button", name=f"as {ending}").click()
    download.value.save_as(tmp_path / "taken")
    return download.value.suggested_filename, (tmp_path / "taken").read_bytes()


def test_charts_and_tables_are_taken_where_they_stand(page, tmp_path):
    page.wait_for_selector("#details figure", timeout=SOON)
    answers = page.locator("#take-answers .take")
    name, content = taken_from(page, answers, "SVG", tmp_path)
    assert (name, content[:4]) == ("small-answers.svg", b"<svg")
    name, content = taken_from(page, answers, "PNG", tmp_path)
    assert (name, content[:4]) == ("small-answers.png", b"\x89PNG")
    name, content = taken_from(page, answers, "CSV", tmp_path)
    assert content.startswith(b"question,text,given,before")
    menus = page.locator("#details .take")
    assert menus.count() >= 6, "curves, moves, ways and beliefs have theirs"
    for i in range(menus.count()):
        name, content = taken_from(page, menus.nth(i), "CSV", tmp_path)
        assert content.count(b"\r\n") > 1, name
    menus.first.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert menus.first.get_attribute("open") is None


def test_the_table_of_variants_is_taken_as_it_is_shown(page, tmp_path):
    move(page, "damage", 0.6)
    settled(page, 1)
    page.click("#keep")
    page.fill("#dialog-input", "=Mild, or so")
    page.click("#dialog-yes")
    page.click("#tab-variants")
    page.wait_for_selector("#variants .variant >> text=all 250 draws", timeout=SOON)
    _, content = taken_from(page, page.locator("#variants .take"), "CSV", tmp_path)
    head, first, *_ = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert head == ["Question", "As in the file", "'=Mild, or so"], "no spreadsheet takes it for a formula"
    assert first[0] == "Does the target concede?"
    assert len(first) == 3


def test_why_an_answer_changed_is_told_and_forgotten_with_the_change(page, small_text):
    page.click("#tab-moves")
    page.get_by_label("Commitment").last.select_option(label="Certain: It imposes sanctions")
    page.wait_for_selector("#ask-why", timeout=SOON)
    page.locator("#ask-why").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#why h2", timeout=SOON)
    expected = why(loads(small_text), "commit sanctions=impose", draws=100).in_words()
    assert page.locator("#why > p").all_inner_texts() == expected
    assert page.evaluate("document.activeElement.textContent") == "Why this changed", (
        "the focus stays where it was asked"
    )
    page.locator("#why select").select_option(label="Are there sanctions?")
    page.wait_for_selector("#why p >> text=Are there sanctions?", timeout=SOON)
    page.click("#undo")
    settled(page, 0)
    assert page.locator("#why").inner_text() == ""


def test_why_can_be_cancelled_and_says_what_the_server_says(page):
    page.click("#tab-moves")
    page.get_by_label("Commitment").last.select_option(label="Certain: It imposes sanctions")
    page.wait_for_selector("#ask-why", timeout=SOON)
    page.route("**/why", lambda _: None)  # takes for ever
    page.click("#ask-why")
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_selector("#ask-why")
    assert page.locator("#why .warning").count() == 0, "what was given up has not failed"
    assert page.evaluate("document.activeElement.id") == "ask-why"
    page.unroute("**/why")
    page.route("**/why", lambda route: route.fulfill(status=400, body="not understood: the sign"))
    page.click("#ask-why")
    page.wait_for_selector("#why .warning >> text=It could not be worked out: not understood: the sign")
    page.unroute("**/why")
    page.route("**/why", lambda route: route.abort())
    page.click("#ask-why")
    page.wait_for_selector("#why .warning >> text=the connection may be lost")
    page.unroute("**/why")
    page.click("#ask-why")
    page.wait_for_selector("#why h2", timeout=SOON)


def test_two_tabs_on_one_file_show_the_same(page, server, small_text):
    other = page.context.new_page()
    other.goto(server.address)
    settled(other)
    move(page, "damage", 0.7)
    settled(page, 1)
    other.wait_for_selector("#changes .chip", timeout=SOON)
    settled(other, 1)
    assert reads(other, "concede") == reads(page, "concede")
    move(other, "zeal", 0.3)
    until(lambda: page.locator("#changes .chip").count() == 2)
    settled(page, 2)
    settled(other, 2)
    words = f"set damage={held_at(page)}; set zeal=0.3"
    assert reads(page, "concede") == reads(other, "concede") == expected(small_text, "concede", words)
    other.click("#undo")
    until(lambda: page.locator("#changes .chip").count() == 1)
    page.click("#tab-text")
    page.fill("#yaml", small_text.replace("title: A dispute", "title: Half written"))
    until(lambda: "Half written" in other.input_value("#yaml"))
    time.sleep(0.6)
    other.close()
    page.reload()
    settled(page, 1)
    assert "Half written" in page.input_value("#yaml"), "nothing of either is lost"


def test_of_two_tabs_the_one_that_went_on_without_a_server_is_heard(page, server, small_text):
    other = page.context.new_page()
    other.goto(server.address)
    settled(other)
    server.kill()
    page.wait_for_selector("#notice >> text=The connection is lost", timeout=SOON)
    move(page, "damage", 0.7)
    server.start()
    settled(page, 1)
    other.wait_for_selector("#changes .chip", timeout=SOON)
    settled(other, 1)
    assert reads(other, "concede") == expected(small_text, "concede", f"set damage={held_at(page)}")
    other.close()


def test_a_file_with_mistakes_opens_into_the_editor_and_goes_on_once_mended(browser, file, small_text):
    wrong = small_text.replace("high: 1.5", "high: 0.1")
    file.write_text(wrong, encoding="utf-8")
    server = Server(file)
    server.start()
    context = browser.new_context()
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(server.address)
    line = 1 + wrong[: wrong.index("high: 0.1")].count("\n")
    page.wait_for_selector(f"#problems >> text=Line {line}", timeout=SOON)
    assert "has mistakes" in page.locator("h1").inner_text()
    assert page.get_attribute("#tab-text", "aria-selected") == "true"
    page.fill("#yaml", small_text)
    page.wait_for_selector("#use:not([disabled])", timeout=SOON)
    page.click("#use")
    page.wait_for_selector("h1 >> text=A dispute", timeout=SOON)
    settled(page, 0)
    move(page, "damage", 0.7)
    settled(page, 1)
    assert reads(page, "concede") == expected(small_text, "concede", f"set damage={held_at(page)}")
    assert file.read_text(encoding="utf-8") == wrong
    page.click("#save")
    page.click("#dialog-yes")
    page.wait_for_selector("#save[disabled]")
    assert file.read_text(encoding="utf-8") == small_text
    assert faults == []
    context.close()
    server.kill()


def test_a_server_killed_and_started_again_is_found_and_nothing_is_lost(page, server, small_text):
    move(page, "damage", 0.7)
    settled(page, 1)
    time.sleep(0.6)  # the draft is kept a moment after the last change
    server.kill()
    page.wait_for_selector("#notice:not([hidden]) >> text=The connection is lost", timeout=SOON)
    move(page, "zeal", 0.3)
    before = server.address
    server.start()
    assert server.address == before
    page.wait_for_selector("#notice", state="hidden", timeout=SOON)
    page.wait_for_selector("#forecast[aria-busy=true]", timeout=SOON)
    settled(page, 2)
    words = [f"set damage={held_at(page)}", "set zeal=0.3"]
    assert reads(page, "concede") == expected(small_text, "concede", "; ".join(words))
    time.sleep(0.6)
    page.reload()
    settled(page, 2)


def test_it_can_be_worked_by_keyboard(page):
    page.locator("#slider-damage").focus()
    page.keyboard.press("ArrowRight")
    settled(page, 1)
    page.keyboard.press("Control+z")
    settled(page, 0)
    page.locator("#tab-numbers").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "tab-moves"
    unnamed = page.evaluate(
        """[...document.querySelectorAll("button, input, select, textarea")].filter((e) =>
           !(e.labels?.length || e.getAttribute("aria-label") || e.textContent || e.title)).map((e) => e.outerHTML)"""
    )
    assert unnamed == []


def test_the_tree_is_opened_by_keyboard_and_says_what_the_python_api_says(page, small_text):
    page.locator("#tab-numbers").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_selector("#tree .branches", timeout=SOON)
    assert page.evaluate("document.activeElement.id") == "tab-tree"
    page.locator("#tree .branches button").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#tree h2 >> text=The target")
    assert page.evaluate("document.activeElement.tagName") == "H2", "the focus goes with the node"
    made = forecast(loads(small_text), draws=DRAWS)
    answer = made.moves.set_index(["step", "option"]).loc[("answer", "concede")]
    assert page.locator("#tree .branches .percent").first.inner_text() == f"{100 * answer.probability:.0f}\u00a0%"
    thinks = page.locator("#tree .believes li").all_inner_texts()
    assert [text.split("\u00a0")[0] for text in thinks] == ["50", "50"]
    page.locator("#tree .branches button").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#tree h2 >> text=The end")
    assert page.locator("#tree .crumbs li").count() == 3
    page.keyboard.press("Backspace")
    page.wait_for_selector("#tree h2 >> text=The target")
    page.locator("#tree .crumbs button").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#tree h2 >> text=How firm the sender is")


def test_the_tree_follows_the_changes_made_and_keeps_its_place(page):
    page.click("#tab-tree")
    page.wait_for_selector("#tree .branches", timeout=SOON)
    page.locator("#tree .branches button").first.click()
    page.wait_for_selector("#tree h2 >> text=The target")
    before = page.locator("#tree .branches .percent").first.inner_text()
    move(page, "damage", 0.6)
    settled(page, 1)
    page.wait_for_function(
        "(before) => document.querySelector('#tree .branches .percent')?.innerText !== before", arg=before, timeout=SOON
    )
    assert "The target" in page.locator("#tree h2").inner_text()


def test_the_picture_tells_what_stands_behind_it_and_can_be_worked_by_keyboard(page):
    page.click("#tab-process")
    row = page.locator("#process .wide [data-name=answer]")
    row.hover()
    page.wait_for_selector("#behind h2 >> text=The target's answer")
    page.locator("#process .wide [data-actor=TGT]").focus()
    page.wait_for_selector("#behind >> text=Source: Our own judgement")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    page.wait_for_selector("#behind h2 >> text=The target's answer")
    assert page.evaluate("document.activeElement.dataset.name") == "answer"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "pan"
    width = page.locator("#process .wide svg").bounding_box()["width"]
    page.keyboard.press("+")
    assert page.locator("#process .wide svg").bounding_box()["width"] == pytest.approx(1.25 * width, rel=0.01)
    page.fill("#find-step", "sanctions")
    page.press("#find-step", "Enter")
    page.wait_for_selector("#behind h2 >> text=What the sender does")
    page.select_option("#eyes", label="as The target")
    assert page.locator("#process .wide .veiled").count() == 1


def test_no_words_of_the_picture_run_out_of_it_or_into_another_line(browser):
    """Measured by the browser in the font that it has: the lines of the founding case's picture, wide, narrow and with a title."""
    from detente import load, situations
    from detente.report import process
    from detente.report.standalone import titled

    korea = load(situations.path("korea-2019"))
    page = browser.new_page()
    for width in (700, 340):
        drawn = process.draw(korea, width)
        long = "How far Washington would go below complete denuclearisation if nobody at home were looking"
        page.set_content(drawn + titled(drawn, long, long))
        over = page.evaluate(
            """() => [...document.querySelectorAll("svg svg, body > svg")].flatMap((svg) => {
               const right = svg.getBoundingClientRect().right;
               return [...svg.querySelectorAll("text")].filter((text) => text.getBoundingClientRect().right > right + 1).map((text) => text.textContent); })"""
        )
        assert over == [], width
    page.close()


def test_every_control_is_reached_by_tab_and_shows_that_it_is(page):
    page.wait_for_selector("#who-leverage button", timeout=SOON)
    for tab in ("numbers", "moves", "process", "tree"):
        page.click(f"#tab-{tab}")
        if tab == "tree":
            page.wait_for_selector("#tree .branches", timeout=SOON)
        wanted = page.evaluate(
            """() => { const all = [...document.querySelectorAll("button, input, select, textarea, summary, a[href], [tabindex='0']")];
               all.forEach((e) => { delete e.dataset.tabbed; });
               const wanted = all.filter((e) => !e.disabled && e.tabIndex >= 0 && e.checkVisibility());
               wanted.forEach((e, i) => { e.dataset.tabbed = i; }); document.activeElement.blur(); return wanted.length; }"""
        )
        reached, unseen = set(), []
        for _ in range(wanted + 5):
            page.keyboard.press("Tab")
            at, outline, what = page.evaluate(
                """() => { const e = document.activeElement;
                   return [e.dataset.tabbed, getComputedStyle(e).outlineStyle, e.outerHTML.slice(0, 200)]; }"""
            )
            reached.add(at)
            if at is not None and outline == "none":
                unseen.append(what)
        assert reached >= {str(i) for i in range(wanted)}, tab
        assert unseen == [], tab


def test_a_section_can_be_asked_for_and_cancelled(page):
    page.route("**/explain/leverage", lambda _: None)  # takes for ever
    page.click("#who-leverage button")
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_selector("#who-leverage >> text=Who can change it?")
    page.unroute("**/explain/leverage")
    page.click("#who-leverage button")
    page.wait_for_selector("#who-leverage .matrix", timeout=SOON)
    page.locator("#who-leverage .levers button").first.click()
    settled(page, 1)
    page.wait_for_selector("#who-dissent button", timeout=SOON)
    page.click("#who-dissent button")
    page.wait_for_selector("#who-dissent svg", timeout=SOON)


def test_a_section_is_refined_in_the_background_and_says_over_how_many_draws(page):
    page.wait_for_selector("#who-leverage button", timeout=SOON)
    held = []
    page.route(
        "**/explain/leverage", lambda r: held.append(r) if '"fine":true' in r.request.post_data else r.continue_()
    )
    page.click("#who-leverage button")
    page.wait_for_selector("#who-leverage .how >> text=64 draws", timeout=SOON)
    until(lambda: page.wait_for_timeout(50) or held)
    page.locator("#who-leverage .levers button").first.focus()
    held[0].continue_()
    page.wait_for_selector("#who-leverage .how >> text=200 draws", timeout=SOON)
    assert "refined" not in page.locator("#who-leverage .how").inner_text()
    assert page.evaluate("document.activeElement.textContent") == "Try", "the focus stays where it was"


def test_the_matrix_the_dissent_and_the_opened_tree_are_taken_where_they_stand(page, tmp_path):
    for name in ("leverage", "dissent"):
        page.wait_for_selector(f"#who-{name} button", timeout=SOON)
        page.click(f"#who-{name} button")
        page.wait_for_selector(f"#who-{name} .take", timeout=SOON)
        called, content = taken_from(page, page.locator(f"#who-{name} .take").first, "SVG", tmp_path)
        assert (called, content[:4]) == (f"small-{name}.svg", b"<svg")
    name, content = taken_from(page, page.locator("#who-leverage .take").nth(1), "CSV", tmp_path)
    assert name == "small-levers.csv"
    assert content.startswith(b"actor,step,option,kind,what_if,affected,base,changed,difference")
    page.click("#tab-tree")
    page.wait_for_selector("#tree .branches", timeout=SOON)
    page.locator("#tree .branches button").first.click()
    page.wait_for_selector("#tree h2 >> text=The target")
    for ending, first in (("SVG", b"<svg"), ("PNG", b"\x89PNG"), ("CSV", b"kind,of,outcome,probability")):
        name, content = taken_from(page, page.locator("#tree .take"), ending, tmp_path)
        assert (name, content[: len(first)]) == (f"small-tree.{ending.lower()}", first)
    page.locator("#tree .branches button").first.click()
    page.wait_for_selector("#tree h2 >> text=The end")
    _, content = taken_from(page, page.locator("#tree .take"), "CSV", tmp_path)
    assert content.decode().splitlines()[0] == "actor,interest,payoff"


def test_every_table_and_every_picture_has_its_menu(page):
    """What stands on the page as a table or a chart is among the neighbours of a menu that takes it away."""
    move(page, "damage", 0.7)
    settled(page, 1)
    page.click("#keep")
    page.click("#dialog-yes")
    page.wait_for_selector("#who-dissent button", timeout=SOON)
    for name in ("leverage", "information", "dissent"):
        page.click(f"#who-{name} button")
        page.wait_for_selector(f"#who-{name} h3", timeout=SOON)
    page.click("#ask-why")
    page.wait_for_selector("#why h2", timeout=SOON)
    for tab in ("tree", "process", "variants"):
        page.click(f"#tab-{tab}")
    page.wait_for_selector("#tree .branches, #tree table", state="attached", timeout=SOON)
    without = page.evaluate(
        """[...document.querySelectorAll("table, figure, .chart, .branches, #answers, .levers, .ways")].filter((each) => {
           for (let at = each, up = 0; at && up < 4; at = at.parentElement, up += 1)
             if ([...at.parentElement.children].some((other) => other.matches(".take, #take-answers, .picture-tools:has(.take)"))) return false;
           return !each.querySelector(".take"); }).map((each) => each.outerHTML.slice(0, 120))"""
    )
    assert without == []


def test_axe_finds_nothing(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    move(page, "damage", 0.7)
    settled(page, 1)
    page.click("#keep")
    page.fill("#dialog-input", "Mild")
    page.click("#dialog-yes")
    for name in ("leverage", "dissent"):
        page.wait_for_selector(f"#who-{name} button", timeout=SOON)
        page.click(f"#who-{name} button")
        page.wait_for_selector(f"#who-{name} h3", timeout=SOON)
    page.click("#tab-tree")
    page.wait_for_selector("#tree .branches", timeout=SOON)
    page.locator("#tree .branches button").first.click()
    page.wait_for_selector("#tree h2 >> text=The target")
    page.click("#tab-text")
    page.fill("#yaml", "title: half done")
    page.wait_for_selector("#problems li")
    found = {}
    for scheme in ("light", "dark"):
        for width in (1280, 390):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 800})
            for tab in [each.get_attribute("id") for each in page.locator("[role=tab]").all()]:
                page.click(f"#{tab}")
                if tab == "tab-process":
                    page.locator("#process svg:visible [data-actor=TGT]").click()
                for wrong in axe.run(page).response["violations"]:
                    found[scheme, width, tab, wrong["id"]] = [node["html"][:200] for node in wrong["nodes"]]
    assert found == {}


def test_it_ends_in_order_at_an_interrupt(server):
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(timeout=10) in (0, 130)


def test_nothing_runs_out_of_the_page(page):
    for width in (360, 400, 800, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        for tab in ("numbers", "moves", "process", "tree", "text", "variants"):
            page.click(f"#tab-{tab}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, tab)
