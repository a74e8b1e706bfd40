"""The sentences on an answer, where nothing stands out and where one quantity or step does."""

import re

import numpy as np
import pytest

from detente.forecast.result import Forecast
from detente.report.findings import Findings
from detente.report.hints import hangs_on, hint, tips, to_watch


def changed(forecast: Forecast, **figures) -> Findings:
    """The made-up forecast with other answers (draws,) in place of its first question's, and what more is given."""
    data = forecast.data.copy(deep=True)
    if "answer" in figures:
        data["answer"][0] = figures.pop("answer")
    return Findings(Forecast(data.assign(figures), forecast.certificate, forecast.provenance))


def test_nothing_stands_out(forecast) -> None:
    noise = np.random.default_rng(1).uniform(0.3, 0.6, size=400)
    found = changed(forecast, answer=noise)
    said = hint(found, found.answers[0])
    assert said.hangs_on == "No single quantity stands out from noise."
    assert said.tips == "No single quantity is seen to carry it across even odds."
    assert said.watch == ""  # this forecast was saved without what there is to watch


def test_one_strong_driver_and_its_tipping_point(forecast) -> None:
    x = forecast.data["quantity"].values[0]
    found = changed(forecast, answer=1 / (1 + np.exp(-2 * (x - 0.5))))
    answer = found.answers[0]
    assert [d.text for d in answer.drivers] == ["What the deterrent is worth to Kim"]
    assert answer.drivers[0].share > 0.98
    assert "in its lowest third" in hangs_on(answer)
    assert "of the variance between draws." in hangs_on(answer)
    said = tips(found, answer)
    place = re.match(
        r"What the deterrent is worth to Kim: on average more likely than not above ([\d.]+) points \(", said
    )
    assert place
    assert float(place[1]) == pytest.approx(0.5, abs=0.05)
    assert said.endswith("less likely than not on the other side.")


def test_an_effect_that_turns_is_said_with_its_middle(forecast) -> None:
    x = forecast.data["quantity"].values[0]
    noise = 0.02 * np.random.default_rng(2).normal(size=400)
    found = changed(forecast, answer=0.1 + 0.8 * np.exp(-(x**2)) + noise)
    (driver, *_) = found.answers[0].drivers
    assert driver.arrow == "↕"
    assert "in its middle third" in driver.sentence
    assert "crosses even odds at" in tips(found, found.answers[0])


@pytest.mark.parametrize("tells", [True, False])
def test_watching(forecast, tells) -> None:
    data = forecast.data
    options = [str(o) for o in data["option"].values]
    rows = [options.index(f"faucet.{o}") for o in ("hold", "relax")]
    step = [str(s) for s in data["step"].values].index("faucet")
    chance = data["move"].values[rows] * data["reached"].values[step]
    answer = np.full(400, 0.5)
    share = np.array([[0.9], [0.2]]) if tells else answer  # of the option's probability, with the event
    both = chance * share
    if tells:
        answer = both.sum(axis=0)
    words = {"seen_question": ("seen_row", ["summit"] * 2), "seen_option": ("seen_row", [options[r] for r in rows])}
    days = {name: ("step", ["2019-03-04"] * 6) for name in ("step_from", "step_until")}
    with_words = Forecast(
        data.assign_coords(step_public=("step", [True] * 6), **days, **words), forecast.certificate, forecast.provenance
    )
    found = changed(with_words, answer=answer, answer_seen=(("seen_row", "draw"), both))
    said = to_watch(found, found.answers[0])
    if tells:
        assert said.startswith(
            "“Beijing keeps to the sanctions as it has enforced them” (4 Mar 2019): the answer is 90"
        )
    else:
        assert said == "No step ahead that all actors see would tell much of it short of deciding it."
    assert to_watch(found, next(a for a in found.answers if a.given)) == ""
    late = with_words.data.assign_coords(step_until=("step", ["2019-04-01"] * 6))  # the question ends on 31 March
    after = changed(
        Forecast(late, forecast.certificate, forecast.provenance),
        answer=answer,
        answer_seen=(("seen_row", "draw"), both),
    )
    assert to_watch(after, after.answers[0]).startswith("No step ahead")


def test_effects_are_worked_out_once_for_all_sentences_of_all_answers(forecast, monkeypatch) -> None:
    from detente.explain import drivers, tipping

    asked = []
    effects_on_each = drivers.effects_on_each

    def counted(values, answers, *rest, **options):
        asked.append(len(answers))
        return effects_on_each(values, answers, *rest, **options)

    monkeypatch.setattr(drivers, "effects_on_each", counted)
    monkeypatch.setattr(tipping, "effects", lambda *_, **__: pytest.fail("worked out again"))
    found = Findings(forecast)
    for answer in found.answers:
        hint(found, answer)
    assert asked == [len(found.answers)]
