"""The bundled files: found, copied, and each fit to be someone's first example."""

from __future__ import annotations

import pytest

from detente import situations
from detente.situation import load

EVERY = [*situations.names(), *situations.templates()]


def test_what_is_bundled() -> None:
    assert "korea-2019" in situations.names()
    assert situations.templates() == (
        "alternating-offers",
        "crisis-bargaining",
        "deterrence",
        "sanctions-linkage",
        "signalling-resolve",
    )


@pytest.mark.parametrize("name", EVERY)
def test_every_file_is_a_valid_situation(name: str) -> None:
    situation = load(situations.path(name))
    assert situation.title
    assert situation.questions


@pytest.mark.parametrize("name", EVERY)
def test_every_what_if_is_a_valid_situation(name: str) -> None:
    plain = load(situations.path(name))
    assert plain.whatifs
    for what_if in plain.whatifs:
        assert load(situations.path(name), what_if=what_if).digest != plain.digest


@pytest.mark.parametrize("name", situations.templates())
def test_templates_explain_themselves(name: str) -> None:
    situation = load(situations.path(name))
    assert len(situation.text) > 200
    assert all(source.citation for source in situation.sources.values())
    assert any(source.published for source in situation.sources.values())
    for step in situation.steps:
        assert step.text, f"{step.name} has no words for the reader"
    for question in situation.questions:
        assert question.text
    for quantity in situation.quantities.values():
        if not quantity.name.startswith("precision."):
            assert quantity.text, f"{quantity.name} has no words for the reader"
    cited = {s for q in situation.quantities.values() for s in q.provenance.sources}
    cited |= {s for f in situation.facts.values() for s in f.provenance.sources}
    assert cited


def test_names_may_carry_their_suffix() -> None:
    assert situations.path("deterrence.yaml") == situations.path("deterrence")


def test_an_unknown_name_lists_what_there_is() -> None:
    with pytest.raises(situations.UnknownSituationError, match=r"Did you mean `deterrence`\?"):
        situations.path("deterence")


def test_copying_never_overwrites(tmp_path) -> None:
    copied = situations.copy_template("deterrence", tmp_path)
    assert copied == tmp_path / "deterrence.yaml"
    assert copied.read_text(encoding="utf-8") == situations.path("deterrence").read_text(encoding="utf-8")
    other = situations.copy_template("deterrence", tmp_path / "mine.yaml")
    assert other.read_text(encoding="utf-8") == copied.read_text(encoding="utf-8")
    with pytest.raises(FileExistsError):
        situations.copy_template("crisis-bargaining", tmp_path / "mine.yaml")
