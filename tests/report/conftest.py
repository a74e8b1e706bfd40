"""A made-up forecast with every documented variable: eight questions, six steps, three actors, 400 draws."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from detente.forecast.certificate import Certificate, Provenance
from detente.forecast.result import Forecast

DRAWS = 400
ACTORS = {"DPRK": "North Korea", "USA": "United States", "CHN": "China"}
QUESTIONS = (  # id, text, given, by, level, slope on the first quantity
    ("summit", "Do Trump and Kim meet for a second summit by 31 March 2019?", "", "2019-03-31", 0.6, 1.5),
    ("signed", "Do the United States and North Korea sign any agreement in 2019?", "", "", 0.35, 1.0),
    ("complete", "Does Kim give up the whole arsenal?", "", "", 0.002, 0.2),
    (
        "new_path",
        "Does Pyongyang take the new path, to China or to tests, by the end of 2019?",
        "",
        "2019-12-31",
        0.3,
        -1.2,
    ),
    ("tariffs", "Do US tariffs on Chinese goods rise on 2 March 2019?", "", "2019-03-02", 0.5, 0.0),
    ("harden", "Does Washington harden its sanctions?", "if Kim takes China's offer", "", 0.45, 0.4),
    ("match", "Does Washington better China's offer?", "if Kim takes China's offer", "", 0.2, -0.8),
    ("never", "Does Beijing do what it cannot?", "if the moon is cheese", "", 0.5, 0.0),
)
STEPS = (  # id, actor, observed, options with words
    ("address", "DPRK", True, (("warn", "Kim warns of a new path"), ("pledge", "Kim renews his pledge"))),
    ("visit", "DPRK", True, (("beijing", "Kim visits Xi in Beijing"), ("home", "Kim stays at home"))),
    ("summit", "USA", False, (("meet", "Trump meets Kim for a second summit by the beginning of March"), ("wait", "Trump puts the second summit off"))),
    ("weather", "", False, (("storm", "A typhoon spoils the harvest"), ("calm", "The harvest is good"))),
    ("faucet", "CHN", False, (("hold", "Beijing keeps to the sanctions as it has enforced them"), ("relax", "Beijing relaxes enforcement"))),
    ("path", "DPRK", False, (("talk", "Kim keeps talking"), ("china", "Kim takes China's offer and lets the talks lapse"), ("tests", "Kim resumes tests"))),
)  # fmt: skip
STATES = (("serious", "Kim is serious about denuclearising"), ("hedging", "Kim would trade a part and keep the rest"), ("unserious", "Kim means to keep the whole arsenal"))  # fmt: skip


def logistic(x):
    return 1 / (1 + np.exp(-x))


def dataset(seed: int = 5, text=lambda words: words) -> xr.Dataset:
    """The arrays; ``text`` changes every word a file's author could have written."""
    rng = np.random.default_rng(seed)
    quantities = ("worth_deterrent", "loosening", "precision.USA", "fixed", "noise")
    values = rng.normal(size=(len(quantities), DRAWS))
    values[3] = 2.0
    weight = rng.gamma(4.0, size=DRAWS)
    weight /= weight.sum()
    answer = np.array([
        logistic(np.log(level / (1 - level)) + slope * values[0] + 0.5 * values[1] + 0.3 * rng.normal(size=DRAWS))
        for *_, level, slope in QUESTIONS
    ])  # fmt: skip
    given = np.ones_like(answer)
    given[5:7] = logistic(values[1] - 1)
    given[7], answer[7] = 0.0, np.nan
    dated = [(q[0], q[3]) for q in QUESTIONS if q[3]]
    dates = [f"2019-{month:02d}-01" for month in range(2, 13)] + ["2019-12-31"]
    shares = np.array(
        [[min(1.0, (i + 1) / max(1, sum(d <= by for d in dates))) for i in range(len(dates))] for _, by in dated]
    )
    ids = [q[0] for q in QUESTIONS]
    curve = np.array([shares[i][:, None] * answer[ids.index(name)][None] for i, (name, _) in enumerate(dated)])
    options = [(step, actor, seen, option, words) for step, actor, seen, items in STEPS for option, words in items]
    move = np.concatenate([_simplex(rng, len(items)) for *_, items in STEPS])
    reached = np.array([np.ones(DRAWS)] * 4 + [logistic(values[0] + 1), logistic(values[1])])
    beliefs = [(h, "intent", s, w, stage, after) for h in ("USA", "CHN", "analyst")
               for stage, after in enumerate(("", "address", "visit")) for s, w in STATES]  # fmt: skip
    belief = np.concatenate([_simplex(rng, 3) for _ in range(9)])
    paths = [
        "Kim warns; Kim visits Xi in Beijing; Trump meets Kim; Kim keeps talking",
        "Kim warns; Trump waits; Kim resumes tests",
    ]
    texts = lambda items: [text(item) for item in items]  # noqa: E731
    return xr.Dataset(
        {
            "answer": (("question", "draw"), answer), "given_chance": (("question", "draw"), given),
            "curve": (("dated_question", "date", "draw"), curve), "move": (("option", "draw"), move),
            "reached": (("step", "draw"), reached), "belief": (("belief_row", "draw"), belief),
            "path": (("path_row", "draw"), _simplex(rng, 4)[:2]), "payoff": (("actor", "draw"), rng.normal(size=(3, DRAWS))),
            "quantity": (("quantity_row", "draw"), values), "likelihood": ("draw", rng.uniform(size=DRAWS)),
            "weight": ("draw", weight), "residual": ("draw", np.full(DRAWS, 1e-10)),
            "gain": (("actor", "draw"), rng.uniform(0, 0.02, size=(3, DRAWS))),
            "status": ("draw", np.zeros(DRAWS, int)), "sweeps": ("draw", np.full(DRAWS, 30)), "span": ("actor", [100.0] * 3),
        },
        coords={
            "question": ids, "question_text": ("question", texts(q[1] for q in QUESTIONS)),
            "question_given": ("question", texts(q[2] for q in QUESTIONS)), "question_by": ("question", [q[3] for q in QUESTIONS]),
            "dated_question": [name for name, _ in dated], "date": dates,
            "option": [f"{o[0]}.{o[3]}" for o in options], "option_step": ("option", [o[0] for o in options]),
            "option_actor": ("option", [o[1] for o in options]), "option_text": ("option", texts(o[4] for o in options)),
            "option_observed": ("option", [o[2] for o in options]), "step": [s[0] for s in STEPS],
            "step_text": ("step", texts(f"What comes of {s[0]}" for s in STEPS)), "step_kind": ("step", ["move" if s[1] else "event" for s in STEPS]),
            "belief_fact_text": ("belief_row", texts("What Kim means to do with his arsenal" for _ in beliefs)),
            "belief_holder": ("belief_row", [b[0] for b in beliefs]), "belief_fact": ("belief_row", [b[1] for b in beliefs]),
            "belief_state": ("belief_row", [b[2] for b in beliefs]), "belief_state_text": ("belief_row", texts(b[3] for b in beliefs)),
            "belief_stage": ("belief_row", [b[4] for b in beliefs]), "belief_after": ("belief_row", [b[5] for b in beliefs]),
            "path_text": ("path_row", texts(paths)), "actor": list(ACTORS),
            "quantity_name": ("quantity_row", list(quantities)),
            "quantity_text": ("quantity_row", texts(["What the deterrent is worth to Kim", "How much more gets through", "", "A constant", "Nothing"])),
            "quantity_unit": ("quantity_row", ["points", "", "", "", ""]),
        },
    )  # fmt: skip


def _simplex(rng, n: int):
    return rng.dirichlet(np.arange(n, 0, -1) * 2.0, size=DRAWS).T


def made_up(
    seed: int = 5, text=lambda words: words, address: str = "https://example.org/a?b=1&c=2", **certificate
) -> Forecast:
    figures = {
        "method": "Logit agent quantal response equilibrium, principal branch", "draws": DRAWS, "missed": 0, "missed_reasons": {}, "tolerance": 1e-9,
        "largest_residual": 3e-10, "largest_gain": {"DPRK": 0.02, "USA": 0.031, "CHN": 0.004}, "effective_draws": 320.0, "pareto_k": 0.21,
        "nodes": 1234, "information_sets": 210, "terminals": 600, "seconds": 3.2,
    } | certificate  # fmt: skip
    provenance = Provenance(
        title=text("North Korea, the United States and China, January 2019"),
        question=text("What next between Pyongyang and Washington, and who can change it?"),
        text=text("Kim Jong-un spent his birthday in Beijing.\n\nA second meeting is being prepared."),
        as_of="2019-01-11", horizon="2019-12-31", version="0.1.0", seed=1, digest="ab" * 32, origin="korea.yaml", what_if="",
        actors={k: text(v) for k, v in ACTORS.items()},
        sources=(("news", text("Al Jazeera, 11 January 2019"), address), ("own", text("Our own judgement"), "")),
        observed=(("2019-01-01", "address", text("Kim warns of a new path"), "news"),
                  ("2019-01-08", "visit", text("Kim visits Xi in Beijing"), "news, own")),
        citations=("McKelvey, R. D. and Palfrey, T. R. (1998). Quantal response equilibria for extensive form games.",),
        notes=(text("The record was likelier than one in ten under the assumptions."),),
    )  # fmt: skip
    return Forecast(dataset(seed, text), Certificate(**figures), provenance)


@pytest.fixture(scope="session")
def forecast() -> Forecast:
    return made_up()
