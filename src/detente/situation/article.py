"""Names of actors within a sentence: with a small article, and with one where English wants one."""

from __future__ import annotations

import re

_ARTICLED = re.compile(
    r".*\b(?:States|Kingdom|Republic|Federation|Union|Emirates|Islands|Nations|Commission|Council)(?: of .+)?"
    r"|Netherlands|Philippines|Maldives|Bahamas|Gambia|Congo|Seychelles|Comoros|Vatican|US|USA|UK|EU|UN|UAE|DPRK|PRC|GDR|IAEA|IMF"
)
"""Names of states and bodies that stand with an article within a sentence, in whole."""


def midway(name: str) -> str:
    """A name within a sentence: ``The sender`` becomes ``the sender``, ``United States`` ``the United States``, ``China`` stays as it is."""
    if name.startswith("The "):
        return f"the {name[4:]}"
    return f"the {name}" if not name.startswith("the ") and _ARTICLED.fullmatch(name) else name
