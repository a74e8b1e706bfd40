"""``detente show``: the process of a situation, in the terminal and as a picture."""

from __future__ import annotations

from pathlib import Path

from detente.cli.codes import Exit
from detente.cli.failure import RefusedError
from detente.cli.files import find, whole, writable


def show(target: str, out: Path | None) -> Exit:
    """Write the picture (SVG) and print the steps."""
    from rich.console import Console

    from detente.report import process
    from detente.report.process_terminal import print_process
    from detente.situation import load

    source = find(target)
    path = out or Path(f"{source.stem}.svg")
    if path.suffix.lower() != ".svg":
        raise RefusedError(f"--out {path}: the picture is an SVG; name a file that ends in .svg")
    writable(path)
    situation = load(source)
    with whole(path) as partial:
        partial.write_text(process.draw(situation), encoding="utf-8")
    print_process(situation, Console())
    print(f"Picture: {path}")
    return Exit.OK
