"""Situations that come with the program: full cases, and templates to start one's own from.

Nothing comes in; names and paths of files go out. A template is a small, complete situation of a classic
model, to be copied and changed. This package knows nothing of what is in the files.
"""

from detente.situations.bundled import UnknownSituationError, copy_template, names, path, templates

__all__ = ["UnknownSituationError", "copy_template", "names", "path", "templates"]
