"""What-ifs side by side: one base where it is one, and each its own where draws were lost."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
import small_games
from rich.console import Console

from detente import forecast, loads
from detente.explain.comparison import Comparison
from detente.report.comparison_terminal import OWN_BASE, print_comparison


def printed(comparison: Comparison) -> str:
    console = Console(file=io.StringIO(), width=80, color_system=None)
    print_comparison(comparison, console, everything=True)
    assert max(map(len, console.file.getvalue().splitlines())) <= 80
    return " ".join(console.file.getvalue().split())


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    text = small_games.bargain(0.1).replace("precision: 200", "precision: {low: 2, high: 9}")
    return forecast(loads(text), draws=32).what_if("remove answer.counter", "remove share.v10", draws=32)


def test_one_base_is_printed_once(comparison):
    said = printed(comparison)
    (base,) = {round(100 * w["accepts"].base) for w in comparison}
    assert "Question base 1 2" in said
    assert f"Accepted? {base}\u00a0%".replace("\u00a0", " ") in said.replace("\u00a0", " ")
    assert OWN_BASE not in said


def test_each_what_if_has_its_own_base_where_other_draws_were_lost(comparison):
    first, second = comparison
    answer = second.answers[0]
    moved = replace(answer, figure=replace(answer.figure, base=0.123))
    said = printed(Comparison(comparison.base, (first, replace(second, answers=(moved,), draws=20, lost=12))))
    own = round(100 * first["accepts"].base)
    assert "Question 1 2" in said
    assert f"Accepted? {own} → " in said
    assert " 12 → " in said
    assert OWN_BASE in said
    assert (
        "remove share.v10: left out, for it could not be solved or makes the record impossible there: 12 draws; compared on 20 draws."
        in said
    )
