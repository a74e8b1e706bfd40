"""The commands and their options; what each does is in the module of its name."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from detente import __version__
from detente.cli.codes import USUAL_METHOD
from detente.cli.failure import Guarded

EPILOG = (
    "Exit codes: 0 done; 1 done, but the forecast is not to be trusted as it stands; 2 bad usage, a bad situation, "
    "or a file that cannot be read or written; 70 a fault in the program; 130 interrupted."
)

app = typer.Typer(
    cls=Guarded,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog=EPILOG,
)

Target = Annotated[str, typer.Argument(metavar="FILE_OR_NAME", help="A situation file, or the name of a bundled one.")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"detente {__version__}")
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """Strategic forecasting of international negotiations: what next, and who can change it."""


def _method(name: str) -> str:
    """Names a theory of behaviour; what cannot be one is refused before anything is read."""
    if name != USUAL_METHOD:
        from detente.game import GameError
        from detente.solve.method import Method

        try:
            Method.named(name)
        except GameError as error:
            raise typer.BadParameter(str(error)) from None
    return name


@app.command()
def run(
    target: Target,
    draws: Annotated[int, typer.Option(min=16, metavar="N", help="Samples of all that is uncertain.")] = 4000,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="The same seed gives the same forecast.")] = 1,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Forecast from this earlier day instead."),
    ] = None,
    what_if: Annotated[str | None, typer.Option(metavar="NAME", help="Apply this what-if of the file.")] = None,
    method: Annotated[
        str,
        typer.Option(
            metavar="THEORY",
            callback=_method,
            help="How actors are taken to behave: quantal-response; limit (the same, near-perfect); cognitive-hierarchy; "
            "level-k; backward-induction (perfect information only).",
        ),
    ] = USUAL_METHOD,
    others: Annotated[
        int,
        typer.Option(
            min=0, metavar="N", help="Look for other equilibria in N of the draws (seconds each in a large game)."
        ),
    ] = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE_OR_DIR",
            help="x.html: the brief; x.nc: the whole forecast; a directory: both. Left out: the brief, here.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the forecast as JSON, and nothing else.")] = False,
    threads: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="At most so many threads; default: all cores.")
    ] = None,
) -> None:
    """Forecast a situation; write a brief."""
    from detente.cli.run import Request, run

    day = as_of.date() if as_of else None
    raise typer.Exit(run(Request(target, draws, seed, day, what_if, method, others, out, json, threads)))


@app.command()
def check(
    target: Annotated[str | None, typer.Argument(metavar="FILE_OR_NAME", help="The situation to check.")] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of situation files (for editors) instead.")
    ] = False,
) -> None:
    """List the problems of a situation, each with its place.

    Where there are none: the size of its game, and advice.
    """
    from detente.cli import check

    if schema == (target is not None):
        raise typer.BadParameter("name a situation, or ask for the --schema: one of the two")
    raise typer.Exit(check.print_schema() if target is None else check.check(target))


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The new file; .yaml is added where it is missing.")],
    template: Annotated[str, typer.Option("--template", "-t", metavar="TEMPLATE", help="What to start from.")] = "",
) -> None:
    """Start a situation file from a template.

    Without --template, lists the templates.
    """
    from detente.cli.new import new

    raise typer.Exit(new(name, template))


@app.command()
def show(
    target: Target,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to write the picture (.svg).")] = None,
) -> None:
    """Show the process: who moves when and who sees what.

    Prints it, and writes a picture (SVG).
    """
    from detente.cli.show import show

    raise typer.Exit(show(target, out))


@app.command()
def export(
    target: Target,
    out: Annotated[Path, typer.Argument(metavar="OUT.efg", help="The file to write, in Gambit's extensive form.")],
    draw: Annotated[
        int | None,
        typer.Option(
            min=0, max=999_999, metavar="N", help="In the numbers of this draw, from 0; left out: at the medians."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="The seed that draw is of.")] = 1,
) -> None:
    """Write the game of a situation for Gambit.

    With every quantity at its median, or in the numbers of one draw.
    """
    from detente.cli.export import export

    raise typer.Exit(export(target, out, draw, seed))
