"""``detente check``: what is wrong with a situation, or how large its game is and what could be better."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from detente.cli.codes import Exit
from detente.cli.files import find

if TYPE_CHECKING:
    from pathlib import Path


def print_schema() -> Exit:
    """The JSON Schema of situation files, on standard output."""
    from detente.situation import json_schema

    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
    return Exit.OK


def check(target: str) -> Exit:
    """Print every problem as ``file:line:col: ...``, or ``ok`` with the size of the game, and advice."""
    from detente.situation import SituationError

    source = find(target)
    try:
        _approve(target, source)
    except SituationError as error:
        for problem in error.problems:
            print(problem)
        return Exit.REFUSED
    return Exit.OK


def _approve(name: str, source: Path) -> None:
    from detente.game import unroll
    from detente.game.advice import advise
    from detente.situation import load

    situation = load(source)
    game = unroll(situation)
    tree = game.tree
    print(f"{name}: ok; {tree.nodes:,} nodes, {tree.sets:,} information sets, {tree.terminals:,} ways to end")
    for advice in advise(situation, game):
        print(f"{advice.file}:{advice.line}:{advice.column}: advice: {advice.text}")
