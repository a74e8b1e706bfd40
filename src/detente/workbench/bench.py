"""One open file: its session, its place on disk, and what is told to every tab when either changes."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from detente.situation import Problem, Situation, SituationError, loads, source, tree
from detente.workbench.session import COARSE, STAGES, CancelledError, Session
from detente.workbench.state import State

Tell = Callable[[dict[str, Any]], None]

ASKED = 32
"""Questions that may be in hand at a time, the withdrawn ones that have yet to notice included."""


class ConflictError(Exception):
    """The file on disk is not the one that was read."""


class Bench:
    """The file that is open. ``writable``: it may be saved to (a bundled one may not).

    A file with mistakes is open without a session, until it, or a text in its place, is mended; ``problems`` are the mistakes.
    """

    def __init__(self, path: Path, *, writable: bool, draws: int = STAGES[-1], seed: int = 1) -> None:
        self.path, self.writable, self.draws, self.seed = path.resolve(), writable, draws, seed
        self.state = State.of(self.path)
        self.on_disk = source.read(self.path)
        self.asking = ThreadPoolExecutor(ASKED, thread_name_prefix="ask")
        self.listeners: set[Tell] = set()
        self._lock = threading.Lock()
        self._leaving = threading.Event()
        self.problems: tuple[Problem, ...] = ()
        self.session: Session | None = None
        try:
            self.session = self._session(self.on_disk)
        except SituationError as error:
            self.problems = tuple(error.problems)

    @property
    def digest(self) -> str:
        """Of the file as it was last read or written."""
        return digest_of(self.on_disk)

    def close(self) -> None:
        """Withdraw every question and end the threads."""
        self._leaving.set()
        if self.session is not None:
            self.session.close()
        self.asking.shutdown(wait=False, cancel_futures=True)

    def leaving(self) -> bool:
        """Whether the program is about to end."""
        return self._leaving.is_set()

    def tell(self, message: dict[str, Any]) -> None:
        """Tell every tab."""
        for listener in tuple(self.listeners):
            listener(message)

    # ------------------------------------------------------------------ the situation

    def open_session(self) -> Session:
        """The session. Raises :class:`SituationError` while the file has mistakes."""
        if self.session is None:
            raise SituationError(list(self.problems))
        return self.session

    def _session(self, text: str) -> Session:
        session = Session(self.load(text), self.draws, self.seed)
        self.asking.submit(self._grow, session)
        return session

    def _grow(self, session: Session) -> None:
        try:
            for base in session.grow(self.leaving):
                self.tell({"type": "base", "draws": base.draws, "of": self.draws})
                if base.draws == COARSE:
                    session.warm()
        except CancelledError:
            pass
        except SituationError as error:
            from detente.workbench.view import problem

            self.tell({"type": "problems", "problems": [problem(p) for p in error.problems]})

    def load(self, text: str) -> Situation:
        """The situation in a text that stands for the file.

        It may name a case of trade only within the file's folder, or where the file on disk does: a text from the browser is no way to read other
        files. Raises :class:`SituationError`.
        """
        case = _case_of(text, self.path)
        if case and case != _case_of(self.on_disk, self.path):
            inside = (self.path.parent / case).resolve().is_relative_to(self.path.parent)
            if not inside:
                accepted = "a bundled case, or a file in the folder of the situation"
                raise SituationError([Problem(str(self.path), 0, 0, "trade.case", f"`{case}`", accepted)])
        return loads(text, name=str(self.path))

    def use(self, text: str) -> None:
        """Put another text in the situation's place, at the bench and not on disk. Raises :class:`SituationError`."""
        with self._lock:
            if self.session is not None and text == self.session.situation.file:
                return
            before, self.session = self.session, self._session(text)
            if before is not None:
                before.close()
        self.tell({"type": "situation"})

    # ------------------------------------------------------------------ the file

    def save(self, text: str, known: str, *, overwrite: bool = False) -> None:
        """Write a sound text to the file, if that is still what ``known`` is the digest of, or the user says so.

        Raises :class:`SituationError`, :class:`ConflictError`, ``PermissionError``.
        """
        if not self.writable:
            raise PermissionError
        self.load(text)
        with self._lock:
            if not overwrite and digest_of(self._read()) != known:
                raise ConflictError
            partial = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
            try:
                partial.write_text(text, encoding="utf-8", newline="")
                partial.chmod(self.path.stat().st_mode & 0o777 if self.path.exists() else 0o644)
                partial.replace(self.path)
            finally:
                partial.unlink(missing_ok=True)
            self.on_disk = text
        self.use(text)
        self.tell({"type": "disk", "digest": self.digest, "own": True})

    def look(self) -> bool:
        """Look at the file; whether it has changed since, of which every tab is told."""
        try:
            text = self._read()
        except SituationError:
            return False  # gone, or being written: it will be back
        with self._lock:
            if text == self.on_disk:
                return False
            before, self.on_disk = self.on_disk, text
        if self.session is None or self.session.situation.file == before:
            try:
                self.use(text)
            except SituationError as error:
                from detente.workbench.view import problem

                if self.session is None:
                    self.problems = tuple(error.problems)
                told = [problem(p) for p in error.problems]
                self.tell({"type": "disk", "digest": self.digest, "own": False, "problems": told, "text": text})
                return True
        self.tell({"type": "disk", "digest": self.digest, "own": False, "text": text})
        return True

    def _read(self) -> str:
        return source.read(self.path)


def _case_of(text: str, path: Path) -> str:
    """The case of trade that a text names; empty where it names none."""
    root, _ = source.parse(text, str(path))
    found = tree.find(root, ("trade", "case"))
    return str(found.value) if found is not None and isinstance(found.value, str) else ""


def digest_of(text: str) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()
