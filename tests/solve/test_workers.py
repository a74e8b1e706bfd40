"""Work that nobody waits for any more ends at its next sweep, in Python and in compiled code."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from random_games import random_game

from detente.solve import Effort, Numbers, Plan, Status, attempts, branch, dense, index, solve, solve_block
from detente.solve.finish import PATIENCE, finish
from detente.solve.kernels import Tables
from detente.solve.search import search
from detente.solve.sweep_map import SweepMap
from detente.solve.workers import StoppedError, Workers, flag, heed

DRAWS = 24


@pytest.fixture(scope="module")
def given() -> tuple[Plan, Numbers]:
    """A game with hidden moves at a precision of 20 per span."""
    game = random_game(3, 400, actors=3, draws=DRAWS, crossing=True)
    values = np.ascontiguousarray(game.payoffs.transpose(1, 0, 2).reshape(-1, DRAWS))
    lam = 20.0 / np.ptp(game.payoffs, axis=0)
    return Plan.plain(game.tree), Numbers(values, np.ascontiguousarray(game.chances), np.ascontiguousarray(lam))


def after_a_stop(work: Callable[[], Any]) -> Future[Any]:
    """What comes of work that begins in a thread told to stop before."""
    begun, told = Event(), Event()

    def wait_and_work() -> Any:
        begun.set()
        told.wait()
        return work()

    pool = Workers(1)
    future = pool.submit(wait_and_work)
    begun.wait()
    pool.stop(wait=False)
    told.set()
    pool.shutdown()
    return future


def test_sweeps_on_the_way_end(given):
    plan, numbers = given
    assert branch.follow(plan, numbers, 200).arrived.any()
    followed = after_a_stop(lambda: branch.follow(plan, numbers, 200)).result()
    assert not followed.arrived.any()
    assert not followed.sweeps.any()


def test_arc_length_ends(given):
    plan, numbers = given

    def followed() -> attempts.Found:
        return attempts.follow_all(plan, numbers, Tables.of(plan), [attempts.Attempt(0.12, None)])

    assert (followed().status == Status.SOLVED).any()
    stopped = after_a_stop(followed).result()
    assert (stopped.status == attempts.UNTRIED).all()
    assert not stopped.sweeps.any()


def test_the_last_sweeps_end(given):
    plan, numbers = given
    logs = np.repeat(plan.arrays.uniform[None, :], DRAWS, axis=0)

    def swept() -> Tables:
        tables = Tables.of(plan)
        finish(plan, numbers, logs, np.zeros(DRAWS, np.bool_), PATIENCE, tables)
        return tables

    assert not after_a_stop(swept).result().image.any()
    assert swept().image.any()


def test_the_test_of_the_index_ends(given):
    plan, numbers = given
    logs = np.repeat(plan.arrays.uniform[None, :], DRAWS, axis=0)
    tables = after_a_stop(lambda: _looked_at(plan, numbers, logs)).result()
    assert not tables.image.any()
    assert _looked_at(plan, numbers, logs).image.any()


def _looked_at(plan: Plan, numbers: Numbers, logs: np.ndarray) -> Tables:
    tables = Tables.of(plan)
    index.astray(plan, numbers, logs, tables)
    return tables


def test_arc_length_with_the_jacobian_ends(given):
    plan, numbers = given

    def followed() -> object:
        sweeps = SweepMap(plan, Tables.of(plan))
        return dense.follow(sweeps, sweeps.take(numbers, np.zeros(8, np.int64))[:, 0], 1e-3, 0.06)

    with pytest.raises(StoppedError):
        after_a_stop(followed).result()


@pytest.mark.parametrize("effort", [Effort.QUICK, Effort.ONWARD, Effort.AFRESH, Effort.FINE])
def test_no_result_is_made_of_what_was_stopped(given, effort):
    with pytest.raises(StoppedError):
        after_a_stop(lambda: solve_block(*given, effort)).result()


def test_a_search_for_other_equilibria_ends():
    game = random_game(1, 12, actors=2, draws=1, crossing=False)
    lam = np.full((2, 1), 4.0)
    found = solve(game.tree, game.payoffs, game.chances, lam)
    with pytest.raises(StoppedError):
        after_a_stop(lambda: search(game.tree, game.payoffs, game.chances, lam, found)).result()


def test_what_has_not_begun_is_dropped():
    hold = Event()
    pool = Workers(1)
    begun = pool.submit(hold.wait)
    waiting = [pool.submit(heed) for _ in range(3)]
    pool.stop(wait=False)
    hold.set()
    assert begun.result()
    assert all(future.cancelled() for future in waiting)


def test_threads_of_one_pool_share_a_flag_and_no_other_has_it():
    def mine() -> tuple[np.ndarray, Exception | None]:
        return flag(), None

    with Workers(1) as one, Workers(1) as other:
        ((first, _), (second, _)), (third, _) = (
            [one.submit(mine).result() for _ in range(2)],
            other.submit(mine).result(),
        )
        assert first is second
        assert first is not third
        assert flag() is not first
    assert first[0] == third[0] == 1
    heed()  # this thread is of no pool


def test_what_a_thread_begins_with_is_called():
    begun = Event()
    with Workers(1, begun.set) as pool:
        pool.submit(heed).result()
    assert begun.is_set()


LONG = """
import sys
sys.path.append({library!r})
import numpy as np
from random_games import random_game
from detente.solve import solve
game = random_game(3, 4000, actors=4, draws=128, crossing=True)
lam = 600.0 / np.ptp(game.payoffs, axis=0)
print("begun", flush=True)
try:
    solve(game.tree, game.payoffs, game.chances, lam, {threads})
except KeyboardInterrupt:
    print("interrupted", flush=True)
else:
    print("solved", flush=True)
"""


@pytest.mark.parametrize("threads", [1, 2])
def test_an_interrupted_solve_does_not_go_on_to_its_end(threads):
    """Which takes more than a minute here, most of it within one call of compiled code."""
    library = str(Path(__file__).parents[1] / "library")
    process = subprocess.Popen(
        [sys.executable, "-c", LONG.format(library=library, threads=threads)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline() == "begun\n"
        time.sleep(4.0)  # the least effort is through, or is being compiled
        asked = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=40)[0] == "interrupted\n"
        assert time.monotonic() - asked < 20.0
    finally:
        process.kill()
