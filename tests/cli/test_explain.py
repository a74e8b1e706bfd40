"""``detente explain``: what it prints, what it writes, what it returns."""

import json

from dispute import DISPUTE

from detente import forecast, loads

DRAWS = ("--draws", "300")


def test_leverage_and_information_fit_a_terminal(small, command):
    done = command("explain", small.name, *DRAWS)
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert "Of all that the sender could do" in said
    assert "for the target" in said
    assert "“It imposes sanctions”, certain and known to all" in said
    assert "changed games were solved, each on the first 200 draws that fit the record (seed 1)" in said
    assert "hide answer" not in said, "who is to answer it sees it: it is not asked what it were if not"
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_the_brief_holds_the_sections(small, command, tmp_path):
    done = command("explain", small.name, *DRAWS, "--out", "it.html")
    assert done.returncode == 0, done.stderr
    assert "Brief: it.html" in done.stdout
    page = (tmp_path / "it.html").read_text(encoding="utf-8")
    assert "Who can change it" in page
    assert "What showing, hiding and delaying is worth" in page
    assert "“It imposes sanctions”, certain and known to all" in page
    assert command("run", small.name, *DRAWS, "--out", "other.html").returncode == 0
    assert "Who can change it" not in (tmp_path / "other.html").read_text(encoding="utf-8")


def test_without_out_no_file_is_written(small, command, tmp_path):
    assert command("explain", small.name, *DRAWS).returncode == 0
    assert [p.name for p in tmp_path.iterdir()] == ["small.yaml"]


def test_the_same_seed_gives_the_same_text(small, command):
    def said(*words: str) -> list[str]:
        lines = command("explain", small.name, *DRAWS, *words).stdout.splitlines()
        return [line for line in lines if "games were solved" not in line and not line.startswith("(seed")]

    assert said("--threads", "1") == said("--threads", "2")
    assert said("--seed", "2") != said()


def test_what_is_written_is_a_brief(small, command, tmp_path):
    done = command("explain", small, "--draws", "16", "--out", tmp_path / "x.svg")
    assert done.returncode == 2
    assert "a brief ends in .html" in done.stderr
    assert not (tmp_path / "x.svg").exists()


def test_json_holds_the_figures_that_python_gives(small, command, tmp_path):
    tables = "negotiations: {words: {steps: answer}, deeds: {steps: sanctions}}\npayoffs:"
    text = DISPUTE.replace("payoffs:", tables).replace('    when: "answer == resist"\n', "")
    small.write_text(text, encoding="utf-8")
    done = command("explain", small.name, *DRAWS, "--json", "--out", "it.html")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert "Brief: it.html" in done.stderr
    base = forecast(loads(text), draws=300)
    leverage, information, linkage = base.leverage(), base.information(), base.linkage()
    same = {("leverage", t): getattr(leverage, t) for t in ("matrix", "payoffs", "answers")}
    same |= {("information", t): getattr(information, t) for t in ("payoffs", "answers", "record")}
    same |= {("linkage", t): getattr(linkage, t) for t in ("payoffs", "answers")}
    for (part, name), table in same.items():
        assert found[part][name] == table.to_dict("records"), (part, name)
    assert found["leverage"]["words"] == leverage.in_words()
    assert found["information"]["words"] == information.in_words()
    assert found["linkage"]["words"] == linkage.in_words()
    assert found["dissent"]["answers"] == base.dissent().to_dict()["answers"]
    assert [each["name"] for each in found["information"]["skipped"]] == [each.name for each in information.skipped]
    assert found["provenance"]["seed"] == 1
