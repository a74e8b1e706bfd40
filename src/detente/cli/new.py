"""``detente new``: a situation file of one's own, from a template."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from detente.cli.codes import Exit
from detente.cli.failure import RefusedError
from detente.cli.files import whole, writable


def new(name: str, template: str) -> Exit:
    """Copy a template to ``name`` (``.yaml`` added); never over a file that exists."""
    from detente import situations

    known = list(situations.templates())
    if template not in known:
        raise RefusedError(_which(template, known))
    path = Path(name)
    if path.suffix not in {".yaml", ".yml"}:
        path = path.with_name(path.name + ".yaml")
    if path.exists():
        raise RefusedError(f"{path} exists and was left as it is; choose another name")
    writable(path)
    with whole(path) as partial:
        partial.write_bytes(Path(situations.path(template)).read_bytes())
    print(f"Wrote {path}. Edit it, then:  detente check {path}  and  detente run {path}")
    return Exit.OK


def _which(template: str, known: list[str]) -> str:
    if not template:
        start = "choose what to start from with --template"
    else:
        near = get_close_matches(template, known, n=1, cutoff=0.5)
        start = f"there is no template {template!r}" + (f"; did you mean {near[0]}?" if near else "")
    return "\n".join([start, "  templates:", *(f"    {name}" for name in known)])
