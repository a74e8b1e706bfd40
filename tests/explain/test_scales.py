"""Points on a scale are told by their number, wherever they are told."""

from __future__ import annotations

import re

import pytest
import small_games

from detente import forecast, loads
from detente.report import levers
from detente.report.consequences import in_words
from detente.report.effects import option_named
from detente.report.findings import Findings
from detente.report.hints import to_watch

TEXT = small_games.bargain(0.1)
WORDED = TEXT.replace("{from: 0, to: 1, count: 11}", "{from: 0, to: 1, count: 11, text: The share of B}")


@pytest.mark.parametrize(("text", "said"), [(TEXT, "Share: 0.3"), (WORDED, "The share of B: 0.3")])
def test_a_point_on_a_scale_is_told_by_its_number(text, said):
    situation = loads(text)
    base = forecast(situation, draws=16)
    assert option_named(situation, "share", "v3") == said
    lever = next(each for each in base.leverage(draws=16).levers if each.words == "commit share=v3")
    assert levers.phrase(lever, situation) == f"“{said}”, certain and known to all"
    (compared,) = base.what_if("commit share=v3", draws=16)
    assert compared.text.endswith("0.3")
    assert "v3" not in compared.text
    assert not any("v3" in way for way in base.paths.text)
    own = said if text == WORDED else "0.3"
    assert base.moves.set_index("option").loc["v3", "text"] == own


def test_what_to_watch_names_the_step_of_a_number():
    text = TEXT.replace("count: 11}", "count: 11}, text: What A offers").replace("precision: 200", "precision: 5")
    findings = Findings(forecast(loads(text), draws=64))
    said = to_watch(findings, findings.answers[0])
    assert re.match(r"“What A offers: [\d.]+” \(", said), said


def test_a_scale_written_out_keeps_its_words():
    base = forecast(loads(WORDED), draws=16)
    (compared,) = base.what_if("remove share.v3", draws=16)
    assert compared.text == "never: The share of B: 0.3"
    assert in_words(compared)
