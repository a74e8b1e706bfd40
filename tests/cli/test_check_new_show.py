"""``detente check``, ``new`` and ``show``."""

import json
import xml.etree.ElementTree as ET

import pytest

from detente import situations


def test_a_good_file_is_ok_and_its_game_is_counted(small, command):
    done = command("check", small.name)
    assert done.returncode == 0, done.stdout
    # Nodes: resolve, answer after each state, sanctions after each. The target cannot tell the states apart: one set.
    assert done.stdout.splitlines()[0] == "small.yaml: ok; 5 nodes, 3 information sets, 6 ways to end"


@pytest.mark.parametrize("name", [*situations.names(), *situations.templates()])
def test_bundled_files_are_ok(command, name):
    done = command("check", name)
    assert done.returncode == 0, done.stdout
    assert f"{name}: ok;" in done.stdout


def test_a_game_that_cannot_be_unrolled_is_a_problem_with_its_place(small, command):
    text = small.read_text(encoding="utf-8").replace(
        "resist: It resists}", 'resist: {text: It resists, when: "resolve == soft"}}'
    )
    small.write_text(text, encoding="utf-8")
    done = command("check", small.name)
    assert done.returncode == 2
    assert "small.yaml:12:" in done.stdout
    assert "answer" in done.stdout


def test_the_schema_is_json_schema(command):
    schema = json.loads(command("check", "--schema").stdout)
    assert {"title", "actors", "steps", "payoffs"} <= set(schema["properties"])


@pytest.mark.parametrize("template", situations.templates())
def test_a_template_is_copied_and_good(command, tmp_path, template):
    done = command("new", "mine", "--template", template)
    assert done.returncode == 0
    assert (tmp_path / "mine.yaml").read_bytes() == situations.path(template).read_bytes()
    assert "detente check mine.yaml" in done.stdout


def test_a_file_that_exists_is_left_as_it_is(small, command):
    before = small.read_text(encoding="utf-8")
    done = command("new", "small.yaml", "--template", situations.templates()[0])
    assert done.returncode == 2
    assert "exists" in done.stderr
    assert small.read_text(encoding="utf-8") == before


def test_templates_are_listed_when_none_or_an_unknown_one_is_named(command, tmp_path):
    for words in ([], ["--template", "alternating-ofers"]):
        done = command("new", "mine", *words)
        assert done.returncode == 2
        assert all(name in done.stderr for name in situations.templates())
    assert "did you mean alternating-offers" in done.stderr
    assert not list(tmp_path.iterdir())


def test_the_process_is_printed_and_drawn(small, command, tmp_path):
    done = command("show", small.name)
    assert done.returncode == 0, done.stderr
    assert "The target" in done.stdout
    assert "It concedes" in done.stdout
    picture = ET.parse(tmp_path / "small.svg").getroot()
    assert picture.tag.endswith("svg")


def test_a_picture_goes_where_it_is_asked_to(small, command, tmp_path):
    assert command("show", small.name, "--out", "pictures/process.svg").returncode == 0
    assert (tmp_path / "pictures" / "process.svg").exists()
    done = command("show", small.name, "--out", "process.png")
    assert done.returncode == 2
    assert ".svg" in done.stderr
