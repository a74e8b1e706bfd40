"""Files with one mistake each: the one message says where, what was found, what is accepted and what is nearest.

The expectation stands in the first lines of each file of ``spoiled``. ``found`` and ``accepted`` are parts of the
message; line, column and the nearest name are exact.
"""

import re
import time
from pathlib import Path

import pytest

from detente.situation import SituationError, load

FILES = sorted((Path(__file__).parent / "spoiled").glob("*.yaml"))


def expectation(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()[:4]
    return dict(
        match.groups() for line in lines if (match := re.fullmatch(r"# (at|found|accepted|nearest): (.*)", line))
    )


def test_there_are_enough_of_them():
    assert len(FILES) >= 60


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_one_mistake_gives_one_message(path):
    wanted = expectation(path)
    start = time.process_time()
    with pytest.raises(SituationError) as caught:
        load(path)
    assert time.process_time() - start < 2
    assert len(caught.value.problems) == 1, str(caught.value)
    problem = caught.value.problems[0]
    assert f"{problem.line}:{problem.column}" == wanted["at"], str(problem)
    assert wanted["found"] in problem.found
    assert wanted["accepted"] in problem.accepted
    assert problem.nearest == wanted.get("nearest")
    assert str(problem).startswith(f"{path}:{wanted['at']}: ")
    if problem.nearest:
        assert str(problem).endswith(f"did you mean `{problem.nearest}`?")
