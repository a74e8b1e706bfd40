"""What the tests of the loader share: a small situation, and a whole one."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def small() -> str:
    """A valid situation of fifty lines, on which the files of ``spoiled`` are variations."""
    return (HERE / "small.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def whole() -> str:
    """A valid situation that uses everything the language has."""
    return (HERE / "whole.yaml").read_text(encoding="utf-8")
