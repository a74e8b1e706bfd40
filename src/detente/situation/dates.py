"""The calendar of a situation: what may be dated when."""

from __future__ import annotations

from detente.situation.draft import Draft
from detente.situation.model import Window
from detente.situation.names import step_name


def check(draft: Draft) -> None:
    """Tells of a horizon that does not lie after ``as_of``."""
    if draft.as_of is not None and draft.horizon is not None and draft.horizon < draft.as_of:
        draft.add(("horizon",), f"{draft.horizon}, before `as_of` {draft.as_of}", f"a day from {draft.as_of} on")
        draft.lost.add(("horizon",))


def windows(draft: Draft) -> list[Window | None]:
    """The window of each step, None where it is undated; tells of dates that run backwards."""
    found: list[Window | None] = []
    previous: Window | None = None
    previous_name = ""
    for index, step in enumerate(draft.file.steps):
        if step.on is None:
            found.append(None)
            continue
        window = Window(step.on.start, step.on.end)
        path = ("steps", index, "on")
        draft.provenance(step.on, path)
        if window.start > window.end:
            draft.add((*path, "to"), f"{window.end}, before `from` {window.start}", f"a day from {window.start} on")
            found.append(None)
            continue
        found.append(window)
        if previous is not None and window.start < previous.start:
            what, limit = "begins", previous.start
            text = f"{window.start}, before the earlier step `{previous_name}` {what} ({limit})"
            draft.add((*path, "from"), text, f"a day from {limit} on, or the step further up")
        elif previous is not None and window.end < previous.end:
            limit = previous.end
            text = f"{window.end}, before the earlier step `{previous_name}` ends ({limit})"
            draft.add((*path, "to"), text, f"a day from {limit} on, or the step further up")
        else:
            previous, previous_name = window, step_name(step)
    return found


def spoken(window: Window) -> str:
    """``2019-02-15``, or ``2019-02-01 to 2019-03-31``."""
    return str(window.start) if window.start == window.end else f"{window.start} to {window.end}"
