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

AsOf = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Forecast from this earlier day instead."),
]
Threads = Annotated[int | None, typer.Option(min=1, metavar="N", help="At most so many threads; default: all cores.")]
Others = Annotated[
    int,
    typer.Option(
        min=0, metavar="N", help="Look for other equilibria in N of the draws (seconds each in a large game)."
    ),
]
Words = list[str] | None


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


Theory = Annotated[
    str,
    typer.Option(
        metavar="THEORY",
        callback=_method,
        help="How actors are taken to behave: quantal-response; limit (the same, near-perfect); cognitive-hierarchy; "
        "level-k; backward-induction (perfect information only).",
    ),
]


@app.command()
def run(
    target: Target,
    draws: Annotated[int, typer.Option(min=16, metavar="N", help="Samples of all that is uncertain.")] = 4000,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="The same seed gives the same forecast.")] = 1,
    as_of: AsOf = None,
    what_if: Annotated[str | None, typer.Option(metavar="NAME", help="Apply this what-if of the file.")] = None,
    method: Theory = USUAL_METHOD,
    others: Others = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE_OR_DIR",
            help="x.html or x.pdf: the brief; x.nc: the whole forecast; a directory: both. Left out: the brief, here.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the forecast as JSON, and nothing else.")] = False,
    threads: Threads = None,
) -> None:
    """Forecast a situation; write a brief."""
    from detente.cli.run import Request, run

    day = as_of.date() if as_of else None
    raise typer.Exit(run(Request(target, draws, seed, day, what_if, method, others, out, json, threads)))


@app.command("what-if")
def what_if(
    target: Target,
    names: Annotated[
        Words, typer.Argument(metavar="NAME", help="What-ifs of the file; none, and no option: all.")
    ] = None,
    set_: Annotated[
        Words,
        typer.Option(
            "--set",
            metavar="PLACE=VALUE",
            help="Another value at a place of the file, dotted; a name is enough for a quantity.",
        ),
    ] = None,
    remove: Annotated[Words, typer.Option(metavar="STEP[.OPTION]", help="Close an option, or a step.")] = None,
    add: Annotated[Words, typer.Option(metavar="STEP.OPTION=TEXT", help="Give a move a further option.")] = None,
    hide: Annotated[
        Words,
        typer.Option(metavar="STEP[:ACTOR,...]", help="These actors (all others) do not see how the step comes out."),
    ] = None,
    reveal: Annotated[
        Words,
        typer.Option(metavar="NAME[:ACTOR,...]", help="These actors (all) see that step, or know that private fact."),
    ] = None,
    delay: Annotated[
        Words,
        typer.Option(
            metavar="'NAME[:ACTOR,...] past STEP'",
            help="These actors (all others who do) see or know it only past that step.",
        ),
    ] = None,
    commit: Annotated[
        Words,
        typer.Option(metavar="STEP=OPTION", help="The option is certain wherever it is open, and all know it."),
    ] = None,
    change: Annotated[
        Words,
        typer.Option(metavar="CHANGES", help="Several changes in one, such as 'commit path=talk; hide deed:USA'."),
    ] = None,
    draws: Annotated[int, typer.Option(min=16, metavar="N", help="Samples of all that is uncertain.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="The same seed gives the same figures.")] = 1,
    as_of: AsOf = None,
    method: Theory = USUAL_METHOD,
    everything: Annotated[bool, typer.Option("--all", help="Show answers that hardly move, too.")] = False,
    why: Annotated[
        bool, typer.Option("--why", help="Say which way, decision and belief make the answer that moves most.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the comparison as JSON, and nothing else.")] = False,
    threads: Threads = None,
) -> None:
    """Compare a forecast with what it would be under changes.

    Each option is a what-if of its own, and may be given again; all are solved on the same draws and shown side by side.
    """
    from detente.cli.what_if import Request, what_if

    asked = {
        "set": set_,
        "remove": remove,
        "add": add,
        "hide": hide,
        "reveal": reveal,
        "delay": delay,
        "commit": commit,
        "change": change,
    }
    changes = tuple((option, words) for option, given in asked.items() for words in given or ())
    day = as_of.date() if as_of else None
    request = Request(target, tuple(names or ()), changes, draws, seed, day, method, everything, why, json, threads)
    raise typer.Exit(what_if(request))


@app.command()
def explain(
    target: Target,
    draws: Annotated[int, typer.Option(min=16, metavar="N", help="Samples of all that is uncertain.")] = 4000,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="The same seed gives the same figures.")] = 1,
    as_of: AsOf = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the brief, with these sections, too (.html). Left out: no file."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print every figure as JSON, and nothing else.")] = False,
    threads: Threads = None,
) -> None:
    """Say who can change a forecast: leverage, and what information is worth.

    Forecasts, then solves what would be otherwise if each open option were certain or lost, and each thing shown, hidden or delayed.
    """
    from detente.cli.explain import Request, explain

    day = as_of.date() if as_of else None
    raise typer.Exit(explain(Request(target, draws, seed, day, out, json, threads)))


@app.command()
def dissent(
    target: Target,
    draws: Annotated[int, typer.Option(min=16, metavar="N", help="Samples solved again for each view.")] = 100,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="The same seed gives the same figures.")] = 1,
    as_of: AsOf = None,
    others: Others = 0,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="x.svg: one picture of all answers; x.html: a page with the figures too."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show every view, those that agree too.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print every figure as JSON, and nothing else.")] = False,
    threads: Threads = None,
) -> None:
    """Say who would forecast otherwise, and by how much.

    The forecast under each named expert's judgements, each theory of behaviour and, with --others, other equilibria.
    """
    from detente.cli.dissent import Request, dissent

    day = as_of.date() if as_of else None
    raise typer.Exit(dissent(Request(target, draws, seed, day, others, out, everything, json, threads)))


@app.command("open")
def open_(
    target: Target,
    draws: Annotated[
        int, typer.Option(min=64, metavar="N", help="Samples of all that is uncertain, once an answer has settled.")
    ] = 1000,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="The same seed gives the same figures.")] = 1,
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="N", help="Where to listen, on this machine only; 0: any.")
    ] = 0,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
) -> None:
    """Open the workbench: move any assumption by hand, and see the forecast follow.

    A page on this machine alone, in the browser. The file is not changed unless you save.
    """
    from detente.cli.open import open_

    raise typer.Exit(open_(target, draws, seed, port, browser=browser))


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


@app.command()
def faucet(
    target: Annotated[
        str, typer.Argument(metavar="FILE_OR_NAME", help="A case of trade, or the name of a bundled one.")
    ],
    draws: Annotated[int, typer.Option(min=16, metavar="N", help="Samples of all that is uncertain.")] = 4000,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="The same seed gives the same figures.")] = 1,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="x.html: a page; x.svg: the picture of the curve.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON, and nothing else.")] = False,
    record: Annotated[
        str | None,
        typer.Option(metavar="FILE_OR_NAME", help="Judge the case by what customs recorded: dprk-customs, or a file."),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(metavar="MONTH", help="With --record: fit up to this month (2018-06), foretell what comes after."),
    ] = None,
) -> None:
    """Show the pressure of sanctions by how far one partner enforces them.

    What the target loses, what leaks and by which ways, and what it costs each partner.
    """
    from detente.cli.faucet import Request, faucet

    raise typer.Exit(faucet(Request(target, draws, seed, out, json, record, until)))


@app.command()
def trade(
    table: Annotated[
        Path, typer.Argument(metavar="TABLE", help="CSV or Parquet, of UN Comtrade, CEPII BACI or by hand.")
    ],
    country: Annotated[
        str | None, typer.Option(metavar="COUNTRY", help="By ISO code or name; left out: the largest flows of all.")
    ] = None,
    period: Annotated[str | None, typer.Option(metavar="PERIOD", help="2016 or 2016-10; left out: the last.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="x.html: a page; x.svg: the chart.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the inspection as JSON, and nothing else.")] = False,
) -> None:
    """Inspect a table of trade.

    Shows who depends on whom, how much is concentrated, what is missing, and where both sides of a flow contradict each other.
    """
    from detente.cli.trade import trade

    raise typer.Exit(trade(table, country, period, out, json=json))
