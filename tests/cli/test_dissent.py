"""``detente dissent``: what it prints and writes, what it refuses."""

import json

import pytest

POOLED = "{pool: linear, judgements: [{by: Hawk, value: 1.4}, {by: Dove, value: 0.1}]}"


@pytest.fixture
def pooled(small):
    """The small situation with a quantity on which two experts differ."""
    text = small.read_text(encoding="utf-8")
    before = text[text.index("  damage:") :].splitlines()[0]
    small.write_text(text.replace(before, f"  damage: {POOLED}"), encoding="utf-8")
    return small


def test_who_differs_is_told_at_eighty_columns(pooled, process):
    done = process("dissent", pooled.name)
    assert done.returncode == 0, done.stderr
    words = " ".join(done.stdout.split())
    assert "of the 2 experts differs from the forecast by 5 points or more. Furthest" in words
    assert "by the judgements of" in words
    assert "Level-k thinking" in words
    assert "draws solved again in" in words
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_json_is_alone_and_no_file_is_written(pooled, command, tmp_path):
    done = command("dissent", pooled.name, "--json", "--draws", "64")
    data = json.loads(done.stdout)
    assert {v["name"] for v in data["views"] if v["group"] == "expert"} == {"Hawk", "Dove"}
    by_view = {row["view"]: row["probability"] for row in data["answers"]}
    assert by_view["Dove"] < by_view["forecast"] < by_view["Hawk"]
    assert [p.name for p in tmp_path.iterdir()] == ["small.yaml"]


def test_the_picture_or_a_page(pooled, command, tmp_path):
    done = command("dissent", pooled.name, "--draws", "64", "--out", "who.svg")
    assert "Picture: who.svg" in done.stdout
    assert (tmp_path / "who.svg").read_text(encoding="utf-8").startswith("<svg")
    command("dissent", pooled.name, "--draws", "64", "--out", "who.html")
    assert "Who would say otherwise" in (tmp_path / "who.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("words", "told"), [
    (["--out", "x.png"], "ends in .svg"), (["--draws", "3"], "Usage: detente dissent"), (["--others", "-1"], "Usage: detente dissent"),
])  # fmt: skip
def test_what_is_refused(pooled, command, words, told, tmp_path):
    done = command("dissent", pooled.name, *words)
    assert done.returncode == 2
    assert told in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["small.yaml"]


def test_the_same_seed_gives_the_same_figures(pooled, command):
    def answers(*words):
        return json.loads(command("dissent", pooled.name, "--draws", "32", "--json", *words).stdout)["answers"]

    assert answers("--threads", "1") == answers("--threads", "2")
    assert answers("--seed", "2") != answers()


def test_other_equilibria_where_asked_for(pooled, command):
    done = command("dissent", pooled.name, "--draws", "32", "--others", "4")
    assert "equilibri" in done.stdout
    assert "equilibri" not in command("dissent", pooled.name, "--draws", "32").stdout
