"""Conditioning on what was observed, against enumeration by hand of a small game.

Nothing of the program is used but the drawn quantities and the payoff spans: the equilibrium is found by
plain damped iteration over dictionaries, and every probability is a sum over all paths, written out.
"""

from itertools import product
from math import exp

import numpy as np
import pytest
import small_games

from detente.forecast import forecast
from detente.situation import loads

INTENTS, READINGS, GESTURES = ("serious", "hedging"), ("quiet", "active"), ("yes", "no")
DRAWS = 64
BY_MARCH = 31 / 61
"""A relief that may come on any of the 61 days to 30 April has come by 31 March."""


def reading(intent: str, seen: str) -> float:
    quiet = 0.8 if intent == "serious" else 0.3
    return quiet if seen == "quiet" else 1 - quiet


def logit(gap: float) -> float:
    return 1 / (1 + exp(-gap))


class ByHand:
    """One draw: the agent quantal response equilibrium and the sums over paths."""

    def __init__(self, prior: float, cost: float, usa: float, dprk: float) -> None:
        self.prior = {"serious": prior, "hedging": 1 - prior}
        keep = {"serious": 0.5, "hedging": -cost}
        price = {"serious": -0.2, "hedging": -cost}
        self.comply = {t: logit(dprk * keep[t]) for t in INTENTS}
        after = {t: 1 + self.comply[t] * keep[t] for t in INTENTS}  # what relief is worth to each type
        gesture = dict.fromkeys(INTENTS, 0.5)
        self.relief = dict.fromkeys(product(READINGS, GESTURES), 0.5)
        for _ in range(2000):
            for seen, made in self.relief:
                weight = {t: self.prior[t] * reading(t, seen) * self.of(gesture[t], made) for t in INTENTS}
                worth = sum(w * (2 * self.comply[t] - 1) for t, w in weight.items()) / sum(weight.values())
                self.relief[seen, made] += 0.5 * (logit(usa * worth) - self.relief[seen, made])
            for t in INTENTS:
                gain = price[t] + after[t] * sum(
                    reading(t, s) * (self.relief[s, "yes"] - self.relief[s, "no"]) for s in READINGS
                )
                gesture[t] += 0.5 * (logit(dprk * gain) - gesture[t])
        self.gesture = gesture

    @staticmethod
    def of(yes: float, made: str) -> float:
        return yes if made == "yes" else 1 - yes

    def figures(self) -> dict[str, float]:
        """Joint probabilities with what was observed."""
        seen = {t: self.prior[t] * reading(t, "active") * self.gesture[t] for t in INTENTS}
        relief = self.relief["active", "yes"]
        total = sum(seen.values())
        return {
            "likelihood": total,
            "relief": relief,
            "comply": sum(w * self.comply[t] for t, w in seen.items()) / total,
            "serious": seen["serious"] / total,
            "after_image": self.prior["serious"] * reading("serious", "active")
            / sum(self.prior[t] * reading(t, "active") for t in INTENTS),
        }  # fmt: skip


@pytest.fixture(scope="module")
def both():
    found = forecast(loads(small_games.RELIEF), draws=DRAWS, seed=3)
    data = found.data
    span = dict(zip(data["actor"].values, data["span"].values, strict=True))
    drawn = {str(name): data["quantity"].values[i] for i, name in enumerate(data["quantity_name"].values)}
    hand = [
        ByHand(p, c, 3 / span["USA"], 2 / span["DPRK"]).figures()
        for p, c in zip(drawn["prior"], drawn["cost"], strict=True)
    ]
    return found, {name: np.array([row[name] for row in hand]) for name in hand[0]}


def test_the_likelihood_of_each_draw(both):
    found, hand = both
    np.testing.assert_allclose(found.data["likelihood"].values, hand["likelihood"], atol=1e-9)
    np.testing.assert_allclose(found.data["weight"].values, hand["likelihood"] / hand["likelihood"].sum(), atol=1e-9)


def test_answers_within_each_draw(both):
    found, hand = both
    answer = found.data["answer"]
    np.testing.assert_allclose(answer.sel(question="relief_soon"), hand["relief"] * BY_MARCH, atol=1e-9)
    np.testing.assert_allclose(answer.sel(question="comply"), hand["comply"], atol=1e-9)
    np.testing.assert_allclose(answer.sel(question="serious"), hand["serious"], atol=1e-9)


def test_answers_between_draws(both):
    """Posterior means; a conditional answer is also weighted by how likely each draw makes its condition."""
    found, hand = both
    probability = found.answers.set_index("question").probability
    weight = hand["likelihood"]
    assert probability["relief_soon"] == pytest.approx(np.average(hand["relief"], weights=weight) * BY_MARCH, abs=1e-9)
    assert probability["serious"] == pytest.approx(np.average(hand["serious"], weights=weight), abs=1e-9)
    given = weight * hand["relief"]
    assert probability["comply"] == pytest.approx(np.average(hand["comply"], weights=given), abs=1e-9)


def test_beliefs_before_and_after_each_observed_step(both):
    """Draw by draw: Washington sees the image; the analyst sees everything."""
    found, hand = both
    data = found.data
    rows = {
        (str(h), int(stage)): data["belief"].values[i]
        for i, (h, s, stage) in enumerate(
            zip(data["belief_holder"].values, data["belief_state"].values, data["belief_stage"].values, strict=True)
        )
        if s == "serious"
    }
    for holder in ("USA", "analyst"):
        np.testing.assert_allclose(rows[holder, 1], hand["after_image"], atol=1e-9)
        np.testing.assert_allclose(rows[holder, 2], hand["serious"], atol=1e-9)


def test_effective_draws(both):
    found, hand = both
    weight = hand["likelihood"]
    assert found.certificate.effective_draws == pytest.approx(weight.sum() ** 2 / (weight**2).sum(), rel=1e-9)
    assert found.certificate.draws >= DRAWS
