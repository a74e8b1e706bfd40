"""What goes on while functions are compiled."""

from __future__ import annotations

import gc

import numba
import pytest
from numba.core import event

from detente.solve import compiled  # noqa: F401 - which registers the listener


class Looking(event.Listener):
    """Whether Python looks for garbage, when something begins and ends to be compiled."""

    def __init__(self) -> None:
        self.seen: list[bool] = []

    def on_start(self, event: object) -> None:
        self.seen.append(gc.isenabled())

    def on_end(self, event: object) -> None:
        pass


@pytest.mark.parametrize("enabled", [True, False])
def test_no_garbage_is_looked_for_meanwhile_and_after_it_as_before(enabled):
    looking = Looking()
    was = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    event.register("numba:compile", looking)
    try:
        inside = numba.njit(lambda x: x + 1)
        assert numba.njit(lambda x: inside(x) * 2)(3) == 8
        broken = numba.njit(lambda x: x.no_such_thing)
        with pytest.raises(numba.TypingError):
            broken(3)
        after = gc.isenabled()
    finally:
        event.unregister("numba:compile", looking)
        (gc.enable if was else gc.disable)()
    assert looking.seen == [False] * 3
    assert after == enabled
