"""Mistakes of YAML itself, put in plain words."""

from __future__ import annotations

import re

from ruamel.yaml.error import MarkedYAMLError, YAMLError

from detente.situation.messages import Problem, SituationError

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")

_PLAIN_WORDS: tuple[tuple[str, str, str], ...] = (
    ("mapping values are not allowed", "a `:` that cannot stand here",
     "quotes around text that holds `: `, or the indentation of its neighbours"),
    ("sequence entries are not allowed", "a `- ` that cannot stand here", "list items on lines of their own"),
    ("block sequence entries", "a `- ` that cannot stand here", "list items on lines of their own"),
    ("found '<block mapping start>'", "a line indented unlike its neighbours", "the same spaces before each key"),
    ("found '<block sequence start>'", "an item indented unlike its neighbours", "the same spaces before each item"),
    ("found '<scalar>'", "text after a value that had ended", "quotes around the whole of it"),
    ("found '?'", "a key among the items of a list", "items that begin with `- `, or keys only"),
    ("found '-'", "a list item among the keys of a mapping", "keys only, or items that begin with `- `"),
    ("expected ',' or ']'", "a list in `[ ]` that is not closed, or lacks a comma", "`[a, b]`"),
    ("expected ',' or '}'", "a mapping in `{ }` that is not closed, or lacks a comma", "`{a: 1, b: 2}`"),
    ("expected the node content", "a `{mark}` where a value should begin", "quotes around text that begins so"),
    ("could not find expected ':'", "a line without `:`",
     "`key: value`; text of several lines is indented below its key"),
    ("unexpected end of stream", "a quote that is opened and never closed", "a closing quote"),
    ("escape", "a `\\` in text with double quotes", "`\\\\`, or single quotes"),
    ("expected '<document start>'", "a line indented unlike the first", "top-level keys at the beginning of the line"),
    ("expected chomping or indentation", "text on the line of a `|` or `>`", "the text on the lines below, indented"),
    ("expected a comment or a line break", "text on the line of a `|` or `>`", "the text on the lines below, indented"),
    ("indentation indicator", "text on the line of a `|` or `>`", "the text on the lines below, indented"),
    ("expected <block end>", "a `{mark}` that opens or closes nothing", "quotes around text that holds it"),
    ("mapping keys are not allowed", "a `? ` that cannot stand here", "quotes around text that begins so"),
    ("scanning a directive", "a line that begins with `%`", "no such line; a situation needs none"),
    ("tag", "a tag (`!`)", "plain values; quotes around text that begins with `!`"),
    ("anchor", "an anchor or alias (`&`, `*`)", "plain values; quotes around text that begins so"),
    ("alias", "an anchor or alias (`&`, `*`)", "plain values; quotes around text that begins so"),
)  # fmt: skip
"""The parser's words, what they mean, and the remedy; the first that fits is taken."""


def check_characters(text: str, origin: str) -> None:
    """Raises :class:`SituationError` at the first character that YAML does not allow."""
    bad = _UNPRINTABLE.search(text)
    if bad is None:
        return
    before = text[: bad.start()]
    line, column = before.count("\n") + 1, bad.start() - (before.rfind("\n") + 1) + 1
    found = f"the control character U+{ord(bad.group()):04X}"
    raise SituationError([Problem(origin, line, column, "", found, "printable text")])


def translate(error: YAMLError, text: str, origin: str) -> Problem:
    """The parser's complaint as a problem."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if not isinstance(error, MarkedYAMLError) or mark is None:
        return Problem(origin, 1, 1, "", "text that is not YAML", "a YAML 1.2 file")
    words, context = str(error.problem or ""), str(error.context or "")
    opened = error.context_mark
    if "unexpected end of stream" in words and opened is not None:
        mark = opened  # where the quote opens, rather than the end of the file
    line = _line(text, mark.line)
    indent = line[: len(line) - len(line.lstrip())]
    found, accepted = _in_words(words, context, line[mark.column : mark.column + 1])
    if "\t" in indent or line[mark.column : mark.column + 1] == "\t":
        tab = line.index("\t")
        return Problem(origin, mark.line + 1, tab + 1, "", "a tab", "spaces; YAML does not take tabs for indentation")
    if ("`[ ]`" in found or "`{ }`" in found) and opened is not None:
        found += f" (opened in line {opened.line + 1}, column {opened.column + 1})"
    return Problem(origin, mark.line + 1, mark.column + 1, "", found, accepted)


def _line(text: str, number: int) -> str:
    lines = re.split("\r\n|[\r\n\x85\u2028\u2029]", text)
    return lines[number] if number < len(lines) else ""


def _in_words(problem: str, context: str, mark: str) -> tuple[str, str]:
    if "cannot start any token" in problem:
        return f"a value that begins with `{mark}`", "quotes around it"
    for pattern, found, accepted in _PLAIN_WORDS:
        if pattern in problem or pattern in context:
            return found.replace("{mark}", mark), accepted
    return f"text that is not YAML ({problem})", "`key: value`, with spaces for indentation"
