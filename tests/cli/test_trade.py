"""``detente trade`` as a user runs it."""

import json

import pytest

HEAD = "reporter,partner,flow,commodity,period,value,unit"


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "coal.csv"
    rows = [
        "CHN,PRK,import,coal,2016,1180,USD_mn",
        "PRK,CHN,export,coal,2016,1000,USD_mn",
        "CHN,PRK,export,coal,2016,3,USD_mn",
    ]
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return path


def test_it_prints_what_the_table_says_within_80_columns(command, table, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    done = command("trade", table.name, "--country", "North Korea")
    assert done.returncode == 0
    assert "China took 100\u00a0% of North Korea's exports" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    for title in ("Dependence", "As reported", "Concentration", "Contradictions", "Gaps"):
        assert title in done.stdout


def test_json_has_the_same(command, table) -> None:
    data = json.loads(command("trade", table.name, "--country", "PRK", "--json").stdout)
    assert data["exports"]["partners"][0]["importer_says"] == 1180.0
    assert data["contradictions"][0]["amount"] == pytest.approx(1180 / 1.06 - 1000)


@pytest.mark.parametrize(("name", "start"), [("x.svg", "<svg"), ("x.html", "<!doctype html>")])
def test_a_page_or_a_chart(command, table, tmp_path, name, start) -> None:
    done = command("trade", table.name, "--out", name)
    assert done.returncode == 0
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)
    assert f": {name}\n" in done.stdout


def test_other_endings_are_refused_before_anything_is_read(command) -> None:
    done = command("trade", "none.csv", "--out", "x.png")
    assert done.returncode == 2
    assert "ends in .html (a page) or .svg (the chart)" in done.stderr


def test_mistakes_of_a_table_are_told_with_their_lines(command, table) -> None:
    table.write_text(table.read_text(encoding="utf-8") + "CHN,PRK,import,coal,2017,-5,USD_mn\n", encoding="utf-8")
    done = command("trade", table.name)
    assert done.returncode == 2
    assert "coal.csv:5:1: value: `-5`; accepted: 0 or more" in done.stderr
    assert "1 problem found; the file was not used" in done.stderr


def test_what_the_table_does_not_have(command, table) -> None:
    done = command("trade", table.name, "--country", "RUS")
    assert done.returncode == 2
    assert "a country of the table: CHN, PRK" in done.stderr


def test_a_table_of_nothing_makes_a_page_and_a_picture(command, table) -> None:
    table.write_text(f"{HEAD}\nCHN,PRK,import,coal,2016,0,USD\n", encoding="utf-8")
    for words in ((), ("--country", "PRK")):
        for out in ("x.svg", "x.html"):
            done = command("trade", table.name, *words, "--out", out)
            assert done.returncode == 0, done.stderr
