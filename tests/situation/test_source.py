"""Reading a file from a stranger: what plain scalars are, and everything that is refused."""

import math
import os
import time
from datetime import date

import pytest

from detente.situation import SituationError, load, loads, source, tree


def problem_of(action):
    with pytest.raises(SituationError) as caught:
        action()
    assert len(caught.value.problems) == 1, str(caught.value)
    return caught.value.problems[0]


# ------------------------------------------------------------------------------- plain scalars


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"), ("no", "no"), ("on", "on"), ("off", "off"), ("none", "none"), ("y", "y"), ("None", "None"),
        ("true", True), ("False", False), ("null", None), ("~", None),
        ("12", 12), ("-3", -3), ("+4", 4), ("010", 10), ("0o17", 15), ("0x1F", 31), ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("1.5", 1.5), (".5", 0.5), ("2.", 2.0), ("1e3", 1000.0), ("-.inf", -math.inf), ("9" * 20, 1e20),
        ("1.2.3", "1.2.3"),
        ("2019-01-11", date(2019, 1, 11)), ("2019-02-30", "2019-02-30"), ("2019-1-1", "2019-1-1"),
        ("2019-01-11T00:00:00Z", "2019-01-11T00:00:00Z"), ("0.0.0", "0.0.0"), ("=", "="), ("<<", "<<"),
    ],
)  # fmt: skip
def test_plain_scalars_follow_the_core_schema(text, value):
    root, problems = source.parse(f"x: {text}\n", "f")
    found = tree.plain(root)["x"]
    assert found == value
    assert type(found) is type(value)
    assert not problems


def test_quotes_make_text():
    root, _ = source.parse("a: '12'\nb: \"2019-01-11\"\nc: |\n  3\n", "f")
    assert tree.plain(root) == {"a": "12", "b": "2019-01-11", "c": "3\n"}


def test_a_huge_number_of_digits_is_a_float_and_not_a_hang():
    root, _ = source.parse("x: " + "9" * 100_000 + "\n", "f")
    assert tree.plain(root)["x"] == math.inf


def test_places_of_keys_values_and_characters():
    root, _ = source.parse("a:\n  b: 'some text'\n  c: [1, {d: 2}]\n  e: \"with \\n escape\"\n", "f")
    assert tree.place(root, ("a", "b")) == tree.Place(2, 6)
    assert tree.place(root, ("a", "b"), key=True) == tree.Place(2, 3)
    assert tree.place(root, ("a", "b"), offset=5) == tree.Place(2, 12)
    assert tree.place(root, ("a", "c", 1, "d")) == tree.Place(3, 14)
    assert tree.place(root, ("a", "e"), offset=3) == tree.Place(4, 6), "columns within escapes cannot be told"
    assert tree.place(root, ("a", "nowhere", "else")) == tree.Place(1, 1)


# ------------------------------------------------------------------------------- files


def test_a_hundred_megabytes_are_refused_unread(tmp_path):
    path = tmp_path / "big.yaml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    start = time.perf_counter()
    problem = problem_of(lambda: load(path))
    assert time.perf_counter() - start < 2
    assert str(problem) == f"{path}: a file of 100,000,000 bytes; accepted: at most 2,000,000"


def test_endless_input_is_refused_after_two_megabytes(monkeypatch, tmp_path):
    monkeypatch.setattr(source, "MAX_BYTES", 100)
    path = tmp_path / "f.yaml"
    path.write_text("x" * 101)
    monkeypatch.setattr(type(path), "is_file", lambda self: False)
    assert problem_of(lambda: load(path)).found == "more than 100 bytes"


def test_a_missing_file(tmp_path):
    problem = problem_of(lambda: load(tmp_path / "none.yaml"))
    assert str(problem) == f"{tmp_path / 'none.yaml'}: no such file; accepted: the path of a situation file"


def test_a_directory(tmp_path):
    assert problem_of(lambda: load(tmp_path)).found == "a directory"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="whoever runs this may read everything")
def test_a_file_that_may_not_be_read(tmp_path):
    path = tmp_path / "secret.yaml"
    path.write_text("title: x\n")
    path.chmod(0)
    assert problem_of(lambda: load(path)).found == "a file that may not be read"


@pytest.mark.parametrize("path", ["a\0b", "x" * 5_000])
def test_a_path_that_cannot_be(path):
    assert "cannot be read" in problem_of(lambda: load(path)).found


def test_bytes_that_are_not_utf8(tmp_path, small):
    data = small.encode().replace(b"A small talk", b"A sm\xe4ll talk")
    path = tmp_path / "latin.yaml"
    path.write_bytes(data)
    problem = problem_of(lambda: load(path))
    assert (problem.line, problem.column) == (1, 12)
    assert problem.found == "the byte 0xE4, which is not UTF-8"


def test_the_column_of_a_bad_byte_counts_characters():
    problem = problem_of(lambda: source.decode("aé\nbéé".encode() + b"\xff", "f"))
    assert (problem.line, problem.column) == (2, 4)


def test_utf16_is_named(tmp_path, small):
    path = tmp_path / "wide.yaml"
    path.write_bytes(small.encode("utf-16"))
    assert problem_of(lambda: load(path)).found == "a file in UTF-16"


def test_a_byte_order_mark_and_windows_line_ends_are_taken(tmp_path, small):
    path = tmp_path / "windows.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + small.replace("\n", "\r\n").encode())
    assert load(path).title == "A small talk"


# ------------------------------------------------------------------------------- bounds


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing but a comment\n", "---\n...\n", "null\n"])
def test_an_empty_file(text):
    problem = problem_of(lambda: loads(text))
    assert problem.found == "an empty file"


@pytest.mark.parametrize("text", ["title", "[1, 2]", "- a", "3", "2019-01-11"])
def test_a_file_that_is_no_mapping(text):
    assert "a mapping that begins with `title:`" in problem_of(lambda: loads(text)).accepted


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
@pytest.mark.parametrize("depth", [21, 100, 3_000])
def test_depth_is_bounded(opening, depth):
    start = time.process_time()
    problem = problem_of(lambda: loads(opening * depth))
    assert time.process_time() - start < 2
    assert "nested too deep" in problem.found or "in place of a key" in problem.found


def test_the_number_of_values_is_bounded():
    text = "x: [" + "0," * (source.MAX_VALUES + 1) + "]"
    assert problem_of(lambda: loads(text)).found == "more than 30,000 values"


def test_an_anchor_that_nothing_uses_does_no_harm(small):
    assert loads(small.replace("gain: 3", "gain: &gain 3")).title == "A small talk"


def test_keys_that_are_no_names_are_all_told():
    root, problems = source.parse("null: 1\ntrue: 2\n2019-01-11: 3\n4: 5\na: 6\na: 7\n", "f")
    assert [problem.line for problem in problems] == [1, 2, 3, 6]
    assert tree.plain(root) == {4: 5, "a": 6}


def test_after_a_hundred_mistakes_the_rest_is_not_looked_at(small):
    wrong = "".join(f"  q{i}: {{low: 1, high: 0}}\n" for i in range(300))
    with pytest.raises(SituationError) as caught:
        loads(small.replace("quantities:\n", f"quantities:\n{wrong}"))
    assert len(caught.value.problems) == 100


def test_names_that_are_long_and_alike_do_not_take_long(small):
    """Looking for the nearest name takes quadratic time in its length."""
    long = "ab" * 100_000
    start = time.process_time()
    with pytest.raises(SituationError):
        loads(small.replace("event: visit", f"event: {long}").replace("step: visit", f"step: {long}c"))
    assert time.process_time() - start < 2
