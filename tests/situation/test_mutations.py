"""Whatever is done to a valid file, the loader accepts it or raises SituationError: nothing else, and not for long."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detente.situation import Problem, Situation, SituationError, loads, source, tree

TEXT = (Path(__file__).parent / "whole.yaml").read_text(encoding="utf-8")
CHARACTERS = st.sampled_from(list("\t\n []{}:,-?!&*'\"|>%@`#\\()=<+/.~_ab1é\x85\u2028\x00"))
WORDS = st.sampled_from(
    ["null", "true", "rest", "none", "all", "USA", "intent", "visit", "proposal", "deal", "relief", "0", "-1", "1e999",
     ".nan", "2019-02-30", "2019-01-01", "[]", "{}", "[[]]", "unlikely", "9**9**9", "((((", "happened(", "when:", "x"]
)  # fmt: skip


def survives(text: str) -> None:
    problems: tuple[Problem, ...] = ()
    try:
        assert isinstance(loads(text), Situation)
    except SituationError as error:
        problems = error.problems
    for problem in problems:
        assert problem.found
        assert problem.accepted
        assert len(str(problem).splitlines()) == 1
        assert 1 <= problem.line <= text.count("\n") + text.count("\x85") + text.count("\u2028") + 1


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_characters_changed(data):
    text = TEXT
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        stop = min(len(text), start + data.draw(st.integers(0, 3)))
        text = text[:start] + data.draw(st.text(CHARACTERS, max_size=3)) + text[stop:]
    survives(text)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_words_changed(data):
    """Values replaced by others, keys renamed: the file stays YAML, and becomes nonsense."""
    words = TEXT.split(" ")
    for _ in range(data.draw(st.integers(1, 4))):
        where = data.draw(st.integers(0, len(words) - 1))
        words[where] = data.draw(WORDS)
    survives(" ".join(words))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_lines_lost_doubled_and_swapped(data):
    lines = TEXT.split("\n")
    for _ in range(data.draw(st.integers(1, 3))):
        i, j = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        match data.draw(st.sampled_from(["dropping", "doubling", "swapping"])):
            case "dropping":
                del lines[i]
            case "doubling":
                lines.insert(j, lines[i])
            case _:
                lines[i], lines[j] = lines[j], lines[i]
    survives("\n".join(lines))


def everything(node: tree.Node, path: tree.Path = ()) -> list[tree.Path]:
    keys = list(node.value) if isinstance(node.value, dict) else range(len(node.children()))
    children = zip(keys, node.children(), strict=True)
    return [path, *(deeper for key, child in children for deeper in everything(child, (*path, key)))]


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 400) | st.floats() | st.dates() | st.text(max_size=6) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4) | WORDS, inner, max_size=3),
    max_leaves=6,
)


def as_node(value: object) -> tree.Node:
    place = tree.Place(1, 1)
    if isinstance(value, dict):
        return tree.Node({key: as_node(child) for key, child in value.items()}, place, dict.fromkeys(value, place))
    return tree.Node([as_node(child) for child in value] if isinstance(value, list) else value, place)


ROOT = source.parse(TEXT, "f")[0]
PATHS = everything(ROOT)


def put(node: tree.Node, path: tree.Path, value: tree.Node) -> tree.Node:
    if not path:
        return value
    child = node.child(path[0])
    return node if child is None else tree.with_child(node, path[0], put(child, path[1:], value))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(PATHS[1:]), JUNK), min_size=1, max_size=3))
def test_values_of_any_kind_anywhere(changes):
    """Past the YAML: any value, of any type, in any place of the file."""
    root = ROOT
    for path, junk in changes:
        root = put(root, path, as_node(junk))
    original = source.parse
    source.parse = lambda text, origin: (root, [])
    try:
        survives("x\n" * 300)
    finally:
        source.parse = original
