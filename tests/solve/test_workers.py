"""Work that nobody waits for any more ends at its next sweep, in Python and in compiled code."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import numpy as np
import pytest
from random_games import random_game

from detente.forecast.run import pooled
from detente.solve import (
    Effort,
    Numbers,
    Plan,
    Status,
    attempts,
    block,
    branch,
    dense,
    index,
    solution,
    solve,
    solve_block,
)
from detente.solve.compiled import jit
from detente.solve.finish import PATIENCE, Room, _settle, finish
from detente.solve.kernels import Tables
from detente.solve.mixing import Memory
from detente.solve.search import search
from detente.solve.sweep_map import SweepMap
from detente.solve.workers import Borrowed, StoppedError, Workers, flag, heed

DRAWS = 24
LIBRARY = str(Path(__file__).parents[1] / "library")


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


@pytest.mark.parametrize("effort", [Effort.QUICK, Effort.AFRESH])
def test_whenever_it_is_stopped_there_is_the_whole_result_or_none(given, effort):
    begun = time.perf_counter()
    whole = solve_block(*given, effort)
    longest = time.perf_counter() - begun
    stopped = 0
    for moment in np.linspace(0.0, 1.1, 24):
        pool = Workers(1)
        future = pool.submit(solve_block, *given, effort)
        time.sleep(moment * longest)
        pool.stop()
        if future.cancelled():
            continue
        if future.exception() is None:
            block = future.result()
            for one, other in (
                (block.prob, whole.prob),
                (block.residual, whole.residual),
                (block.status, whole.status),
            ):
                np.testing.assert_array_equal(one, other)
        else:
            assert isinstance(future.exception(), StoppedError)
            stopped += 1
    assert stopped > 3


@pytest.mark.parametrize("stage", ["_settle", "arnoldi"])
def test_a_stop_within_the_last_stages_leaves_no_result(given, stage, monkeypatch):
    """Raised as the last sweeps, or the test of the index, are left: compiled code fills arrays that nobody has emptied."""
    flagged = []

    def stopping(module, name):
        original = getattr(module, name)

        def call(*arguments, **named):
            found = original(*arguments, **named)
            flag()[0] = 1
            flagged.append(name)
            return found

        monkeypatch.setattr(module, name, call)

    plan, numbers = given
    if stage == "_settle":
        numbers = numbers._replace(lam=0.05 * numbers.lam)  # nothing is doubtful, and the index not looked at
        stopping(block, "finish")
    else:
        monkeypatch.setattr(block, "finish", all_doubtful)
        stopping(index, "astray")
    with Workers(1) as pool:
        future = pool.submit(solve_block, plan, numbers, Effort.QUICK)
        with pytest.raises(StoppedError):
            future.result()
    assert len(flagged) == 1


def all_doubtful(*arguments):
    found = finish(*arguments)
    return found._replace(doubt=np.ones_like(found.doubt))


@jit
def settle(game, patience, tables, memory, room):
    _settle(game, patience, tables, memory, room)


def test_settling_ends(given):
    """Of a row of draws that is under way."""
    plan, numbers = given
    for raised in (0, 1):
        tables = Tables.of(plan)._replace(stop=np.full(1, raised, np.int64))
        SweepMap(plan, tables).take(numbers, np.arange(8))
        tables.lam[:] = 1e-3
        settle(plan.arrays, PATIENCE, tables, Memory.of(plan.unknowns), Room.of(plan))
        assert tables.image.any() == (not raised)


def test_what_has_not_begun_is_dropped():
    begun, hold = Event(), Event()
    pool = Workers(1)
    first = pool.submit(lambda: begun.set() or hold.wait())
    begun.wait()
    waiting = [pool.submit(heed) for _ in range(3)]
    pool.stop(wait=False)
    hold.set()
    assert first.result()
    assert all(future.cancelled() for future in waiting)


def test_threads_of_one_pool_share_a_flag_and_no_other_has_it():
    together = Barrier(2)

    def mine() -> tuple[int, np.ndarray]:
        together.wait()
        return threading.get_ident(), flag()

    with Workers(2) as one, Workers(1) as other:
        (here, first), (there, second) = (future.result() for future in [one.submit(mine) for _ in range(2)])
        third = other.submit(flag).result()
        assert here != there
        assert first is second
        assert first is not third
        assert flag() is not first
    assert first[0] == third[0] == 1
    heed()  # this thread is of no pool


def test_of_a_borrowed_pool_only_what_it_was_lent_for_is_stopped():
    with ThreadPoolExecutor(1) as pool:
        borrowed = Borrowed(pool)
        assert list(borrowed.map(lambda x: 2 * x, [1, 2])) == [2, 4]
        borrowed.stop()
        with pytest.raises(StoppedError):
            list(borrowed.map(lambda x: 2 * x, [1]))
        assert pool.submit(heed).result() is None
        with pooled(pool, None) as lent:
            assert next(iter(lent.map(lambda _: flag(), [0])))[0] == 0
            mine = next(iter(lent.map(lambda _: flag(), [0])))
        assert mine[0] == 1


def test_on_one_thread_nothing_runs_beside_anything_else(monkeypatch):
    """The least effort in the caller's thread, greater ones in another, but never at once."""
    game = random_game(3, 150, actors=3, draws=8000, crossing=True)
    running, most, threads = [0], [0], set()
    original = solution.solve_block

    def counted(*arguments):
        running[0] += 1
        most[0] = max(most[0], running[0])
        threads.add(threading.get_ident())
        try:
            return original(*arguments)
        finally:
            running[0] -= 1

    monkeypatch.setattr(solution, "solve_block", counted)
    found = solve(game.tree, game.payoffs, game.chances, 25.0 / np.ptp(game.payoffs, axis=0))
    assert (found.status == Status.SOLVED).mean() > 0.99
    assert most == [1]
    assert len(threads) > 1


AT_THE_END = """
import sys, threading
sys.path.append({library!r})
import numpy as np
from random_games import random_game
from detente.solve import solve
game = random_game(3, 4000, actors=4, draws=2, crossing=True)
ended = threading.main_thread().join
def work():
    ended()
    print((solve(game.tree, game.payoffs, game.chances, 2.0 / np.ptp(game.payoffs, axis=0)).status == 0).all())
threading.Thread(target=work).start()
"""


def test_a_thread_that_outlives_the_program_may_still_solve():
    """No other thread begins then, so on one thread it is done in that one."""
    program = AT_THE_END.format(library=LIBRARY)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout, done.stderr) == ("True\n", "")


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
    process = subprocess.Popen(
        [sys.executable, "-c", LONG.format(library=LIBRARY, threads=threads)], stdout=subprocess.PIPE, text=True
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
