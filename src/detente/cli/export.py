"""``detente export``: the game of a situation, for other programs."""

from __future__ import annotations

from pathlib import Path

from detente.cli.codes import Exit
from detente.cli.failure import RefusedError
from detente.cli.files import find, folder_of, writable


def export(target: str, out: Path, draw: int | None, seed: int) -> Exit:
    """Write the game in the numbers of one draw, or at the medians; say how large it is."""
    from detente.gambit import extensive_game, write_efg
    from detente.situation import load

    source = find(target)
    if out.suffix.lower() != ".efg":
        raise RefusedError(f"{out}: a game is written in Gambit's extensive form; name a file that ends in .efg")
    writable(out)
    game = extensive_game(load(source), draw, seed)
    with folder_of(out):
        write_efg(game, out)
    tree, numbers = game.tree, "at the medians" if draw is None else f"in the numbers of draw {draw} of seed {seed}"
    print(f"Game {numbers}: {tree.nodes:,} nodes, {tree.sets:,} information sets, {tree.terminals:,} ways to end")
    print(f"Gambit file: {out}")
    return Exit.OK
