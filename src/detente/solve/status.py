"""How the solving of one draw ended: the message and the remedy."""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """Outcome of one draw. Each member's ``message`` says what happened and what to do."""

    SOLVED = 0
    BRANCH_LOST = 1
    TOO_MANY_STEPS = 2
    NOT_FINITE = 3

    @property
    def message(self) -> str:
        return _MESSAGES[self]


_MESSAGES = {
    Status.SOLVED: "solved to tolerance",
    Status.BRANCH_LOST: "the principal branch could not be followed to this precision; lower the precision",
    Status.TOO_MANY_STEPS: "the branch was still short of this precision after the allowed steps; lower the precision",
    Status.NOT_FINITE: "payoffs or chances were not finite; look at the quantities of this draw",
}

TOLERANCE = 1e-9
"""Largest residual of a draw that counts as solved."""

UNFINISHED = (Status.BRANCH_LOST, Status.TOO_MANY_STEPS)
"""Endings that more effort may change."""
