"""What outlives the program: the draft of what was done by hand, and, after a crash, the address it had.

One small file for each situation opened, in the user's own folder for such things and readable by the user alone. The situation's file itself is never touched from here.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

MOST = 4_000_000
"""Bytes of a draft."""


def folder() -> Path:
    """Where drafts are kept: ``$XDG_STATE_HOME/detente``, or its usual place."""
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "detente"


@dataclass
class State:
    """The draft of one situation file, and the address it was served at: ``token`` and ``port`` (0: none yet)."""

    path: Path
    token: str = ""
    port: int = 0
    draft: dict[str, Any] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    @classmethod
    def of(cls, file: Path) -> State:
        """What is kept of a file; a state that cannot be read is begun anew."""
        name = hashlib.sha256(str(file.resolve()).encode()).hexdigest()[:24]
        path = folder() / f"{name}.json"
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            state = cls(path, str(kept["token"]), int(kept["port"]), dict(kept["draft"]))
        except (OSError, ValueError, KeyError, TypeError):
            state = cls(path)
        if len(state.token) < 40:
            state.token, state.port = secrets.token_urlsafe(32), 0
        return state

    def keep(self, draft: dict[str, Any] | None = None) -> None:
        """Write it, whole or not at all; several tabs may want to at once."""
        with self.lock:
            self._write(draft)

    def _write(self, draft: dict[str, Any] | None) -> None:
        if draft is not None:
            self.draft = draft
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = self.path.with_suffix(f".{os.getpid()}.part")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump({"token": self.token, "port": self.port, "draft": self.draft}, file)
        partial.replace(self.path)

    def leave(self) -> None:
        """End in order: the address is not used again, the draft stays."""
        self.token, self.port = "", 0
        self.keep()
