"""The published JSON Schema: up to date, complete, and of one mind with the loader."""

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from detente.situation import json_schema, source, tree
from detente.situation.schema import SituationFile

PUBLISHED = Path(__file__).parents[2] / "docs" / "situation.schema.json"
HERE = Path(__file__).parent


def as_json(node: tree.Node) -> object:
    """What an editor hands to the schema: dates are text there, and keys too."""

    def convert(value: object) -> object:
        if isinstance(value, dict):
            return {str(key): convert(child) for key, child in value.items()}
        if isinstance(value, list):
            return [convert(child) for child in value]
        return value.isoformat() if isinstance(value, date) else value

    return convert(tree.plain(node))


def test_the_published_schema_is_up_to_date():
    """If not: ``python -c "import json, detente.situation as s; print(json.dumps(s.json_schema(), indent=2))"``."""
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == json_schema()


def test_it_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(json_schema())


def bundled() -> list[Path]:
    return sorted((HERE.parents[1] / "src" / "detente" / "situations").rglob("*.yaml"))


@pytest.mark.parametrize("path", [HERE / "small.yaml", HERE / "whole.yaml", *bundled()], ids=lambda path: path.stem)
def test_it_accepts_valid_files(path):
    root, _ = source.parse(path.read_text(encoding="utf-8"), str(path))
    jsonschema.validate(as_json(root), json_schema())


def test_it_accepts_every_verb_of_a_what_if():
    text = (
        (HERE / "small.yaml").read_text(encoding="utf-8").rstrip()
        + """
  talk: {commit: {answer: accept}, hide: proposal, change: {quantities.gain: 2}}
  open: {reveal: {intent: [USA]}, remove: [proposal.nothing], hide: [satellite], add: {answer.stall: It stalls}}
  late: {delay: {visit: proposal, satellite: {past: answer, actors: [USA]}}}
"""
    )
    root, _ = source.parse(text, "it")
    jsonschema.validate(as_json(root), json_schema())


FORM = [
    "wrong_type_number", "wrong_type_list", "wrong_type_text", "missing_key", "unknown_key", "misspelt_required_key",
    "misspelt_section", "misspelt_step_kind", "comma_in_text", "scale_count", "discount_range", "correlation_range",
    "unknown_shape", "no_judgements",
]  # fmt: skip


@pytest.mark.parametrize("name", FORM)
def test_it_refuses_files_of_the_wrong_form(name):
    root, _ = source.parse((HERE / "spoiled" / f"{name}.yaml").read_text(encoding="utf-8"), name)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(as_json(root), json_schema())


def test_every_field_and_every_model_is_described():
    schema = json_schema()
    for name, model in {"SituationFile": schema, **schema["$defs"]}.items():
        assert model["description"], name
        for field, described in model["properties"].items():
            assert described.get("description"), f"{name}.{field}"


def test_the_sections_are_those_of_the_language():
    assert set(SituationFile.model_fields) == {
        "title", "question", "text", "note", "source", "as_of", "horizon", "sources", "actors", "quantities",
        "correlations", "private", "steps", "negotiations", "trade", "define", "payoffs", "discount", "observed", "ask", "whatifs",
    }  # fmt: skip
