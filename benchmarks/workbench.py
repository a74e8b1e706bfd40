"""From a change to the first new number, and to the full draws, on ``korea-2019``: at the server and in a browser; and what the page weighs.

``python benchmarks/workbench.py [MOVES]`` moves ``worth_deterrent`` fifty times (or so many), and changes the tree as often: an option closed, a step hidden, a
private fact revealed, a commitment, an option added, in turn. The first number is timed at the session, and from the event in a browser to the figure on the page
(where there is Chromium and playwright); the full draws are timed on every tenth move, for each takes seconds.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path

from page import Watch, table

from detente import load, situations
from detente.workbench.session import Session

MOVES = 50
FULL_EVERY = 10
QUANTITY, LOW, HIGH = "worth_deterrent", 35.0, 60.0
OF_THE_TREE = {
    "an option closed": ("remove card.keep", "remove faucet.relax", "remove path.china", "remove offer.vague"),
    "a step hidden": ("hide deed", "hide card", "hide faucet", "hide late_summit"),
    "a private fact revealed": ("reveal intent", "reveal resolve"),
    "a commitment": ("commit faucet=hold", "commit offer=full_first", "commit path=talk", "commit response=harden"),
    "an option added": ("add path.wait=Kim waits", "add response.leave=Washington walks away"),
}
"""Changes that make another game."""


def main() -> None:
    """Time all, print the table."""
    moves = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else MOVES
    watch = Watch()
    values = [round(LOW + (HIGH - LOW) * ((7 * i) % moves) / moves, 3) for i in range(moves)]
    rows = [*at_the_session(values), *in_a_browser(values)]
    others = watch.others()
    note = f"{os.cpu_count()} cores" + (f", of which others kept {others:.1f} busy" if others is not None else "")
    table("workbench", ["from a change to", "changes", "median, ms", "worst, ms"], rows, note)
    table("asked", ["asked for", "times", "median, ms", "worst, ms"], when_asked(), note)
    weigh()


def row(name: str, seconds: Sequence[float]) -> list[object]:
    """One line of the table."""
    return [name, len(seconds), f"{1000 * statistics.median(seconds):.0f}", f"{1000 * max(seconds):.0f}"]


def at_the_session(values: Sequence[float]) -> list[list[object]]:
    """The first number, of a slider moved and of changes of the tree, and the full draws; without any web."""
    session = Session(load(situations.path("korea-2019")))
    for base in session.grow():
        if base.draws == 16:
            session.warm()
    first, full = [], []
    for i, value in enumerate(values):
        started = time.perf_counter()
        stages = session.ask([f"set quantities.{QUANTITY}={value}"])
        next(stages)
        first.append(time.perf_counter() - started)
        if i % FULL_EVERY == 0:
            for _ in stages:
                pass
            full.append(time.perf_counter() - started)
    tree = of_the_tree(session, -(-len(values) // len(OF_THE_TREE)))
    session.close()
    return [
        row("first number, at the server: a slider moved", first),
        *(row(f"first number, at the server: {kind}", seconds) for kind, seconds in tree.items()),
        row(f"{session.stages[-1]} draws, at the server", full),
    ]


def of_the_tree(session: Session, times: int) -> dict[str, list[float]]:
    """The first number after each kind of change that makes another game, so many times."""
    found: dict[str, list[float]] = {kind: [] for kind in OF_THE_TREE}
    for i in range(times):
        for kind, words in OF_THE_TREE.items():
            started = time.perf_counter()
            next(session.ask([words[i % len(words)]]))
            found[kind].append(time.perf_counter() - started)
    return found


@contextlib.contextmanager
def served() -> Iterator[str]:
    """The address of ``detente open korea-2019`` in a process of its own."""
    with tempfile.TemporaryDirectory() as state:
        command = [sys.executable, "-m", "detente", "open", "korea-2019", "--no-browser"]
        environment = {**os.environ, "XDG_STATE_HOME": state}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        assert process.stdout is not None
        yield next(found.group() for line in process.stdout if (found := re.search(r"http://\S+", line)))
        process.kill()
        process.wait()


MOVE = """([id, value]) => new Promise((done) => {
  const started = performance.now(), slider = document.getElementById(id), forecast = document.getElementById("forecast");
  const before = Number(forecast.dataset.ask || 0);
  const seen = new MutationObserver(() => {
    if (Number(forecast.dataset.ask) > before) { seen.disconnect(); requestAnimationFrame(() => done(performance.now() - started)); }
  });
  seen.observe(document.getElementById("answers"), { childList: true });
  slider.value = value;
  slider.dispatchEvent(new Event("input"));
  slider.dispatchEvent(new Event("change"));
})"""


def in_a_browser(values: Sequence[float]) -> list[list[object]]:
    """From the slider's event to the figure on the page; nothing where there is no browser."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        found = None
    if found is None:
        return []
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(address)
        page.wait_for_selector("#details section", timeout=300_000)
        first, rested, full = [], [], []
        for i, value in enumerate(values):
            started = time.perf_counter()
            first.append(page.evaluate(MOVE, [f"slider-{QUANTITY}", value]) / 1000)
            if i % FULL_EVERY == 0:
                page.wait_for_selector("#forecast[aria-busy=false]", timeout=300_000)
                full.append(time.perf_counter() - started)
        for value in values[::2]:
            time.sleep(1.0)  # in which the refining of the last move has begun
            rested.append(page.evaluate(MOVE, [f"slider-{QUANTITY}", value + 0.011]) / 1000)
        browser.close()
    return [
        row("first number, on the page, move after move", first),
        row("first number, on the page, while the last move is refined", rested),
        row("full draws, on the page", full),
    ]


def when_asked() -> list[list[object]]:
    """What is asked for by hand, after all draws are in: the tree's root, its nodes down the likeliest way and beside it, each section."""
    from detente.workbench import explaining
    from detente.workbench.bench import Bench
    from detente.workbench.stream import Hand
    from detente.workbench.tree import Trees

    bench = Bench(situations.path("korea-2019"), writable=False)
    session, hand, trees = bench.open_session(), Hand(bench, lambda _: None), Trees()
    for _ in session.ask(()):
        pass
    started = time.perf_counter()
    found = trees.opened(session, (), [], hand)
    root, nodes = time.perf_counter() - started, []
    while found["options"]:
        way = found["way"]
        for option in sorted(found["options"], key=lambda option: option["figure"]["mean"]):
            started = time.perf_counter()
            found = trees.opened(session, (), [*way, option["key"]], hand)
            nodes.append(time.perf_counter() - started)
    rows = [row("the game tree", [root]), row("a further node of it", nodes)]
    for part in explaining.parts(session.situation):
        started = time.perf_counter()
        explaining.section(session, (), part["name"], hand)
        rows.append(row(part["title"].lower(), [time.perf_counter() - started]))
    bench.close()
    return rows


def weigh() -> None:
    """What the page weighs: its files, and the situation with its pictures."""
    from detente.workbench import view

    folder = Path(str(resources.files("detente.workbench"))) / "static"
    sizes = {file.name: file.stat().st_size for file in sorted(folder.iterdir())}
    session = Session(load(situations.path("korea-2019")))
    sizes["situation (korea-2019)"] = len(json.dumps(view.opened(session)).encode())
    session.close()
    table("page", ["file", "bytes"], [*sizes.items(), ("all", sum(sizes.values()))])


if __name__ == "__main__":
    main()
