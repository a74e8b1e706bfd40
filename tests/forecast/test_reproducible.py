"""The same file, seed and version give the same figures, however they are computed and stored."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import xarray as xr

from detente.draws import sample
from detente.forecast import forecast, run
from detente.forecast.result import Forecast
from detente.forecast.run import pooled, prepare, solve_draws
from detente.situation import load
from detente.situations import path
from detente.solve import Effort
from detente.solve.schedule import Schedule
from detente.solve.theory import chunk


@pytest.fixture(scope="module")
def situation():
    return load(path("signalling-resolve"))


@pytest.fixture(scope="module")
def once(situation):
    return forecast(situation, draws=300, seed=4, threads=1)


class Backwards:
    """An executor that computes blocks last to first."""

    def map(self, function, items, /):
        items = list(items)
        return reversed([function(item) for item in reversed(items)])


def test_to_the_last_digit_on_any_threads_and_executor(situation, once):
    with ThreadPoolExecutor(3) as pool:
        others = [
            forecast(situation, draws=300, seed=4, threads=2),
            forecast(situation, draws=300, seed=4, executor=pool),
            forecast(situation, draws=300, seed=4, executor=Backwards()),
        ]
    for other in others:
        xr.testing.assert_identical(once.data, other.data)


def test_hard_draws_do_not_depend_on_which_go_together(monkeypatch):
    """On a machine of more cores more chunks are under way when the first hard draws are found."""
    from detente.solve import block

    hard = load(path("korea-2019"))
    one = forecast(hard, draws=300, threads=1)
    monkeypatch.setattr(run, "CORES", 64)
    monkeypatch.setitem(block.LARGEST, block.Effort.ONWARD, 8)
    monkeypatch.setitem(block.LARGEST, block.Effort.EARLIER, 8)
    other = forecast(hard, draws=300, threads=3)
    assert other.data["sweeps"].max() > 300
    xr.testing.assert_identical(one.data, other.data)


def test_another_seed_draws_otherwise(situation, once):
    other = forecast(situation, draws=300, seed=5)
    assert (other.data["answer"].values != once.data["answer"].values).any()


def test_saved_and_read_back_is_the_same(once, tmp_path):
    back = Forecast.load(once.save(tmp_path / "f.nc"))
    xr.testing.assert_identical(back.data, once.data)
    assert back.to_json() == once.to_json()
    assert back.provenance == once.provenance
    assert [p.name for p in tmp_path.iterdir()] == ["f.nc"]


def test_a_file_that_is_no_forecast_is_refused_by_name(tmp_path):
    other = tmp_path / "other.nc"
    other.write_text("not a forecast", encoding="utf-8")
    with pytest.raises(ValueError, match=r"other\.nc is not a forecast"):
        Forecast.load(other)


def test_figures_are_probabilities_and_add_up(once):
    data = once.data
    for name in ("answer", "move", "reached", "belief", "path", "likelihood", "weight"):
        values = data[name].values
        assert np.nanmin(values) >= -1e-12, name
        assert np.nanmax(values) <= 1 + 1e-12, name
    assert data["weight"].values.sum() == pytest.approx(1)
    for step in set(data["option_step"].values):
        total = data["move"].values[data["option_step"].values == step].sum(axis=0)
        np.testing.assert_allclose(total, 1, atol=1e-12)
    for row in once.curves.groupby("question"):
        assert (np.diff(row[1].probability) >= -1e-12).all()


def test_too_few_draws_are_refused(situation):
    with pytest.raises(ValueError, match="found 15; accepted: 16 or more"):
        forecast(situation, draws=15)


def test_draws_are_dealt_out_once_and_in_their_order():
    task = prepare(load(path("korea-2019")))
    which = np.random.default_rng(0).permutation(1_000)
    for effort, parts in ((Effort.QUICK, 1), (Effort.QUICK, 7), (Effort.AFRESH, 2)):
        schedule = Schedule(-np.argsort(which).astype(float), lambda effort: chunk(task.method, task.plan, effort), 1)
        chunks = schedule.dealt(effort, which, parts)
        assert len(chunks) >= parts
        assert sorted(np.concatenate(chunks)) == list(range(1_000))
        assert np.ptp([len(each) for each in chunks]) <= 1
        place = np.argsort(which)
        assert all((np.diff(place[each]) > 0).all() for each in chunks)
        assert [each[0] for each in chunks] == list(which[: len(chunks)]), "each has its share of the first"


def test_draws_do_not_depend_on_what_is_solved_with_them():
    """Nor on the order that their precisions put them in."""
    task = prepare(load(path("korea-2019")))
    drawn = sample(task.game.situation, 48, 3).values
    with pooled(None, 2) as pool:
        together = solve_draws(task, drawn, pool)
        half = solve_draws(task, {name: values[24:] for name, values in drawn.items()}, pool)
    for name in ("sums", "payoff", "residual", "status", "sweeps"):
        np.testing.assert_array_equal(getattr(together, name)[..., 24:], getattr(half, name))
