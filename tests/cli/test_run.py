"""``detente run``: what it writes, where, and what it returns."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from detente.cli.failure import RefusedError
from detente.cli.run import Outputs, Request, choose_outputs
from detente.forecast.result import Forecast
from detente.report import pdf

DRAWS = ("--draws", "200")


def test_a_run_prints_a_summary_and_writes_the_brief_here(small, process, tmp_path):
    done = process("run", small.name, *DRAWS)
    assert done.returncode == 0, done.stderr
    assert "Does the target concede?" in done.stdout
    assert "small.html" in done.stdout
    assert "<html" in (tmp_path / "small.html").read_text(encoding="utf-8")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["small.html", "small.yaml"]


def test_the_brief_shows_the_process_as_the_picture_does(small, command, tmp_path):
    command("run", small.name, *DRAWS)
    command("show", small.name, "--out", "small.svg")
    brief = (tmp_path / "small.html").read_text(encoding="utf-8")
    picture = (tmp_path / "small.svg").read_text(encoding="utf-8")
    assert picture in brief
    assert "2 decisions lie ahead: 1 of the target and 1 of the sender." in brief


def test_json_is_alone_on_standard_output_and_writes_no_file(small, command, tmp_path):
    done = command("run", small.name, *DRAWS, "--json")
    assert done.returncode == 0
    data = json.loads(done.stdout)
    assert data["answers"][0]["question"] == "concede"
    assert 0 < data["answers"][0]["probability"] < 1
    assert data["certificate"]["draws"] == 200
    assert [p.name for p in tmp_path.iterdir()] == ["small.yaml"]


def test_a_directory_gets_the_brief_and_the_forecast(small, command, tmp_path):
    done = command("run", small.name, *DRAWS, "--out", "results/today")
    assert done.returncode == 0
    folder = tmp_path / "results" / "today"
    assert sorted(p.name for p in folder.iterdir()) == ["small.html", "small.nc"]
    assert Forecast.load(folder / "small.nc").certificate.draws == 200


def test_the_same_seed_gives_the_same_forecast_on_any_number_of_threads(small, command):
    def answers(*words: str) -> object:
        return json.loads(command("run", small.name, *DRAWS, "--json", *words).stdout)["answers"]

    assert answers("--threads", "1") == answers("--threads", "2")
    assert answers("--seed", "2") != answers()


def test_a_what_if_changes_the_answer_and_the_name_of_the_brief(small, command, tmp_path):
    plain = json.loads(command("run", small.name, *DRAWS, "--json").stdout)
    done = command("run", small.name, *DRAWS, "--what-if", "mild", "--json", "--out", "mild.nc")
    changed = json.loads(done.stdout)
    assert changed["provenance"]["what_if"] == "mild"
    assert changed["answers"][0]["probability"] < plain["answers"][0]["probability"]
    assert "mild.nc" in done.stderr
    command("run", small.name, *DRAWS, "--what-if", "mild")
    assert (tmp_path / "small-mild.html").exists()


def test_an_unknown_what_if_is_refused_with_the_nearest(small, command):
    done = command("run", small.name, "--what-if", "milt")
    assert done.returncode == 2
    assert "mild" in done.stderr


def test_an_earlier_day_is_taken(small, command):
    done = command("run", small.name, *DRAWS, "--as-of", "2024-02-01", "--json")
    assert json.loads(done.stdout)["provenance"]["as_of"] == "2024-02-01"


@pytest.mark.parametrize("words", [["--as-of", "yesterday"], ["--draws", "0"], ["--draws", "many"], ["--threads", "0"]])
def test_bad_options_are_bad_usage(small, command, words):
    done = command("run", small.name, *words)
    assert done.returncode == 2
    assert words[0] in done.stderr


def test_too_few_effective_draws_are_a_doubtful_forecast(small, command, tmp_path):
    done = command("run", small.name, "--draws", "20")
    assert done.returncode == 1
    assert "not to be trusted" in done.stderr
    assert "--draws" in done.stderr
    assert (tmp_path / "small.html").exists()


def test_a_bundled_situation_is_found_by_name_in_a_short_or_wrong_spelling(command):
    done = command("run", "korea-2018")
    assert done.returncode == 2
    assert "did you mean korea-2019" in done.stderr


def request(out: str | None, json: bool = False) -> Request:
    return Request("x.yaml", 1, 1, None, None, "quantal-response", 0, Path(out) if out else None, json, None)


@pytest.mark.parametrize(
    ("out", "json", "expected"),
    [
        (None, False, Outputs(Path("x.html"), None)),
        (None, True, Outputs(None, None)),
        ("a/y.html", False, Outputs(Path("a/y.html"), None)),
        ("y.NC", True, Outputs(None, Path("y.NC"))),
        ("new-folder", False, Outputs(Path("new-folder/x.html"), Path("new-folder/x.nc"))),
    ],
)
def test_outputs(out, json, expected):
    assert choose_outputs(request(out, json), Path("x.yaml")) == expected


def test_an_output_of_another_kind_is_refused():
    with pytest.raises(RefusedError, match=r"\.html"):
        choose_outputs(request("y.docx"), Path("x.yaml"))


@pytest.mark.skipif(not Path("/sys/kernel").is_dir(), reason="needs a directory that nobody can write to")
@pytest.mark.parametrize("name", ["x.html", "x.nc"])
def test_what_cannot_be_written_is_said_before_the_work_is_done(small, command, name):
    done = command("run", small.name, "--draws", "100000000", "--out", f"/sys/kernel/{name}")
    assert done.returncode == 2
    assert f"cannot write /sys/kernel/{name}" in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_directory_without_permission(small, command, tmp_path):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    done = command("run", small.name, "--out", "locked/x.html")
    assert done.returncode == 2
    assert "cannot write locked/x.html" in done.stderr


def test_another_theory_is_named_in_summary_brief_and_file(small, command, tmp_path):
    done = command("run", small.name, *DRAWS, "--method", "cognitive-hierarchy")
    assert done.returncode == 0, done.stderr
    assert "Theory of behaviour: Poisson cognitive hierarchy" in done.stdout
    brief = (tmp_path / "small-cognitive-hierarchy.html").read_text(encoding="utf-8")
    assert "Theory of behaviour: Poisson cognitive hierarchy" in brief
    assert "Camerer" in brief
    assert "Theory of behaviour" not in command("run", small.name, *DRAWS).stdout


@pytest.mark.parametrize(
    ("theory", "words"),
    [
        ("levelk", "did you mean level-k"),
        ("", "accepted: quantal-response, limit, backward-induction, cognitive-hierarchy, level-k"),
        ("backward-induction", "at the step `answer` TGT cannot tell what came before"),
    ],
)
def test_a_theory_that_cannot_be_is_refused_in_one_message(small, command, tmp_path, theory, words):
    done = command("run", small.name, *DRAWS, "--method", theory)
    assert done.returncode == 2
    assert words in " ".join(done.stderr.replace("│", " ").split())
    assert [p.name for p in tmp_path.iterdir()] == ["small.yaml"]


def test_other_equilibria_are_sought_and_told_of(small, command, tmp_path):
    done = command("run", small.name, *DRAWS, "--others", "3", "--out", "results")
    assert done.returncode == 0, done.stderr
    assert "Other equilibria" in done.stdout
    assert "In 3 draws, spread evenly over the weight" in " ".join(done.stdout.split())
    assert "Other equilibria" in (tmp_path / "results" / "small.html").read_text(encoding="utf-8")
    assert Forecast.load(tmp_path / "results" / "small.nc").others.searched == 3
    assert "Other equilibria" not in command("run", small.name, *DRAWS).stdout


def test_a_search_under_a_theory_without_equilibria_is_refused(small, command):
    done = command("run", small.name, *DRAWS, "--others", "3", "--method", "level-k")
    assert done.returncode == 2
    assert "accepted: it with quantal-response or limit" in done.stderr


def test_the_brief_is_printed(small, command, tmp_path):
    if pdf.browser() is None:
        pytest.skip("no browser on this machine")
    done = command("run", small.name, *DRAWS, "--out", "brief.pdf")
    assert "Brief: brief.pdf" in done.stdout
    content = (tmp_path / "brief.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")


def test_without_a_browser_nothing_is_solved_to_be_printed(small, command, tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "browser", lambda: None)
    done = command("run", small.name, "--draws", "100000000", "--out", "brief.pdf")
    assert done.returncode == 2
    assert "print it from any browser instead" in done.stderr
    assert not list(tmp_path.glob("*.pdf"))


def test_a_browser_that_fails_leaves_no_file(small, command, tmp_path, monkeypatch):
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\necho it broke >&2; exit 3\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setattr(pdf, "browser", lambda: str(broken))
    done = command("run", small.name, *DRAWS, "--out", "brief.pdf")
    assert done.returncode == 2
    assert "chromium could not print the brief (it broke)" in done.stderr
    assert not list(tmp_path.glob("*.pdf"))
    assert not list(tmp_path.glob(".*.part*"))


@pytest.mark.parametrize(("before", "after"), [({}, "1"), ({"OPENBLAS_NUM_THREADS": "3"}, "3")])
def test_linear_algebra_takes_one_thread_unless_told_otherwise(before, after):
    code = "import os, sys\nfrom detente.cli import main\nassert 'numpy' not in sys.modules\nsys.argv = ['detente', '--version']\n"
    code += "try: main()\nexcept SystemExit: print(os.environ['OPENBLAS_NUM_THREADS'])"
    kept = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run([sys.executable, "-c", code], env=kept | before, capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == after
