"""What the tests of several folders share: modules of ``library``, which they import by name, and the data beside the repository."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent / "library"))
DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """``shared_data(name)``: a file of the data kept beside the repository, not in it; skips where there is none."""

    def find(name: str) -> Path:
        if not (DATA / name).exists():
            pytest.skip(f"no {name} in ../shared/data, which is kept outside the repository")
        return DATA / name

    return find
