"""A page as PDF, printed by a browser that is on the machine: what it makes of the brief's print style is what is on paper."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

COMMANDS = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "microsoft-edge-stable", "msedge",
    "brave-browser",
)  # fmt: skip
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"%ProgramFiles%\Google\Chrome\Application\chrome.exe",
    r"%ProgramFiles(x86)%\Google\Chrome\Application\chrome.exe",
    r"%ProgramFiles(x86)%\Microsoft\Edge\Application\msedge.exe",
    r"%ProgramFiles%\Microsoft\Edge\Application\msedge.exe",
)
"""Where these are that no command names."""
NO_BROWSER = (
    "no Chromium, Chrome or Edge was found to print with; take the brief as HTML and print it from any browser instead"
)
PATIENCE = 120
"""Seconds after which a browser is given up."""


class PrintError(Exception):
    """The page could not be printed; the message says why and what to do instead."""


def browser() -> str | None:
    """A Chromium, Chrome or Edge on this machine."""
    for command in COMMANDS:
        if found := shutil.which(command):
            return found
    return next((path for place in PLACES if Path(path := os.path.expandvars(place)).is_file()), None)


def printed(html: str) -> bytes:
    """A page as PDF. It is opened as a file, fetches nothing, and leaves nothing behind. Raises :class:`PrintError`."""
    found = browser()
    if found is None:
        raise PrintError(NO_BROWSER)
    with tempfile.TemporaryDirectory(prefix="detente-", ignore_cleanup_errors=True) as folder:
        page, made = Path(folder) / "brief.html", Path(folder) / "brief.pdf"
        page.write_text(html, encoding="utf-8")
        command = [
            found, "--headless", "--disable-gpu", "--no-first-run", "--disable-extensions", "--no-pdf-header-footer",
            f"--user-data-dir={Path(folder) / 'profile'}", f"--print-to-pdf={made}", *_as_root(), page.as_uri(),
        ]  # fmt: skip
        try:
            ended = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603 - found above, no word of it a user's
        except (OSError, subprocess.TimeoutExpired) as error:
            raise PrintError(_failed(found, str(error))) from None
        content = made.read_bytes() if made.exists() else b""
        if not (content.startswith(b"%PDF-") and content.rstrip().endswith(b"%%EOF")):
            last = ended.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            raise PrintError(_failed(found, last or f"it ended with {ended.returncode}"))
        return content


def _as_root() -> list[str]:
    """Chromium has no sandbox for root and will not start without being told so; the page is our own, and holds no script."""
    return ["--no-sandbox"] if sys.platform != "win32" and os.geteuid() == 0 else []


def _failed(found: str, why: str) -> str:
    return f"{Path(found).name} could not print the brief ({why[:200]}); take it as HTML and print it from a browser instead"
