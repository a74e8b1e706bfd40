"""``detente what-if``: what it prints, what it refuses, what it returns."""

import json

import pytest

DRAWS = ("--draws", "300")


def test_what_ifs_stand_side_by_side(small, process):
    done = process("what-if", small.name, "mild", "--commit", "sanctions=impose", "--hide", "answer:SND", *DRAWS)
    assert done.returncode == 2, "the sender's move depends on the answer"
    done = process("what-if", small.name, "mild", "--commit", "sanctions=impose", "--reveal", "resolve", *DRAWS)
    assert done.returncode == 0, done.stderr
    assert "1  Sanctions hurt little" in done.stdout
    assert "2  Shown to all: resolve" in done.stdout, "in the order of the help, not of the command"
    assert "3  Certain, and known to all: It imposes sanctions" in done.stdout
    assert "Does the target concede? From" in " ".join(done.stdout.split())
    assert "The same 300 draws throughout (seed 1)" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_json_is_alone_on_standard_output_and_no_file_is_written(small, command, tmp_path):
    done = command("what-if", small.name, "--set", "damage=0.1", "--commit", "sanctions=impose", *DRAWS, "--json")
    assert done.returncode == 0
    data = json.loads(done.stdout)
    first, second = data["what_ifs"]
    assert (first["name"], second["name"]) == ("set damage=0.1", "commit sanctions=impose")
    assert first["same_tree"]
    assert not second["same_tree"]
    assert first["answers"][0]["difference"] < 0 < second["answers"][0]["difference"]
    assert first["answers"][0]["low"] <= first["answers"][0]["difference"] <= first["answers"][0]["high"]
    assert data["base"]["certificate"]["draws"] == 300
    assert 1 <= len(first["words"]) <= 3
    assert [p.name for p in tmp_path.iterdir()] == ["small.yaml"]


def test_without_changes_those_of_the_file(small, command):
    data = json.loads(command("what-if", small.name, *DRAWS, "--json").stdout)
    assert [w["name"] for w in data["what_ifs"]] == ["mild"]
    assert data["what_ifs"][0]["text"] == "Sanctions hurt little"


def test_a_named_one_is_the_same_in_words(small, command):
    words = ("--set", "damage=0.1", "--change", "set damage=0.1; set title=Another")
    data = json.loads(command("what-if", small.name, "mild", *words, *DRAWS, "--json").stdout)
    answers = [w["answers"] for w in data["what_ifs"]]
    assert answers[0] == answers[1] == answers[2]


def test_the_same_seed_gives_the_same_figures_on_any_number_of_threads(small, command):
    def answers(*words: str) -> object:
        data = json.loads(command("what-if", small.name, "mild", *DRAWS, "--json", *words).stdout)
        return data["what_ifs"][0]["answers"]

    assert answers("--threads", "1") == answers("--threads", "2")
    assert answers("--seed", "2") != answers()


def test_small_differences_are_left_out_unless_asked_for(small, command):
    words = ("what-if", small.name, "--set", "damage={low: 0.5001, high: 1.5, mass: 0.9}", *DRAWS)
    assert "1 answer moves by less than half a point; --all shows it" in command(*words).stdout
    assert "--all" not in command(*words, "--all").stdout


def test_every_mistake_is_told_with_its_option(small, command):
    done = command("what-if", small.name, "milt", "--set", "damge=3", "--change", "hide answer:TGTT; commit answer=no")
    assert done.returncode == 2
    assert "did you mean `mild`" in done.stderr
    done = command("what-if", small.name, "--set", "damge=3")
    assert done.stderr.splitlines()[0].startswith('--set "damge=3": ')
    assert "did you mean `damage`" in done.stderr
    assert "nothing was computed" in done.stderr
    done = command("what-if", small.name, "--change", "hide answer:TGTT")
    assert done.stderr.startswith('--change "hide answer:TGTT": unknown actor `TGTT`')


@pytest.mark.parametrize("words", [["--draws", "3"], ["--threads", "0"], ["--as-of", "soon"]])
def test_bad_options_are_bad_usage(small, command, words):
    done = command("what-if", small.name, *words)
    assert done.returncode == 2
    assert "Usage: detente what-if" in done.stderr


def test_an_impossible_record_is_refused(small, command):
    text = small.read_text(encoding="utf-8").replace("on: 2024-04-01}", "on: 2024-02-01}")
    text = text.replace("ask:", "observed: [{step: answer, value: resist, on: 2024-02-01}]\nask:")
    small.write_text(text.replace("by: 2024-04-30", "by: 2024-05-30"), encoding="utf-8")
    done = command("what-if", small.name, "--commit", "answer=concede", *DRAWS)
    assert done.returncode == 2
    assert "`answer` was observed as `resist`" in done.stderr


def test_few_draws_are_doubtful(small, command):
    done = command("what-if", small.name, "mild", "--draws", "20")
    assert done.returncode == 1
    assert "not to be trusted as it stands: the base forecast" in done.stderr


def test_another_theory_of_behaviour(small, command):
    """Whatever the sender would do, a target that best responds to a coin concedes only if sanctions cost it enough."""
    words = ("what-if", small.name, "--set", "damage=0.1", "--set", "damage=9", *DRAWS, "--method", "level-k")
    data = json.loads(command(*words, "--json").stdout)
    assert data["base"]["certificate"]["theory"] == "level-k"
    assert [w["answers"][0]["changed"] for w in data["what_ifs"]] == pytest.approx([0, 1], abs=1e-12)
    assert "Theory of behaviour: level-k" in command(*words).stdout
    assert "did you mean level-k" in command("what-if", small.name, "--method", "levelk").stderr


def test_why_the_answer_changes(small, command):
    words = ("what-if", small.name, "--set", "damage=9", "--commit", "sanctions=impose", *DRAWS, "--why")
    done = command(*words)
    assert done.returncode == 0
    assert done.stdout.count("Why: Does the target concede?") == 2
    data = json.loads(command(*words, "--json").stdout)
    told = [" ".join(entry["why"]) for entry in data["what_ifs"]]
    assert "what is otherwise is its payoff “damage” (damage: " in told[0]
    assert "its own payoff is as it was" in told[1]
    assert "why" not in json.loads(command("what-if", small.name, "mild", *DRAWS, "--json").stdout)["what_ifs"][0]
