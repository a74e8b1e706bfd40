"""Files that hold no game: one clear message with the place, whatever was done to them."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detente import ExtensiveGame, GameError, StrategicGame, read_efg, read_nfg
from detente.gambit import parse_efg, parse_nfg

HEAD = 'EFG 2 R "T" { "A" "B" }\n'
MOVE = HEAD + 'p "" 1 1 "s" { "a" "b" } 0\n'

SPOILED = {
    "": "game:1:1: found the end of the file; accepted: EFG",
    "NFG 1 R": "game:1:1: found `NFG`; accepted: EFG",
    "EFG 1 R": "game:1:5: found `1`; accepted: 2",
    "EFG 2 Q": "game:1:7: found `Q`; accepted: R or D",
    "EFG 2 R title { }": "game:1:9: found `title`; accepted: the title, between quotes",
    'EFG 2 R "T" { "A" B }': "game:1:19: found `B`; accepted: a player's name, between quotes",
    'EFG 2 R "T" { "A"\n"B } \n': "game:2:1: found a label without its closing quote",
    HEAD: "game:2:1: found the end of the file; accepted: c, p or t, which begins a node; 1 more at least",
    HEAD + 'x "" 0': "game:2:1: found `x`; accepted: c, p or t",
    HEAD + 't "" 0': "found a game that ends where it begins; accepted: a game with a move",
    MOVE + 't "" 0\n': "game:4:1: found the end of the file; accepted: c, p or t, which begins a node; 1 more at least",
    MOVE + 't "" 0 t "" 0\nt "" 0\n': "game:4:1: found `t`; accepted: the end of the file, for every action has its node",
    MOVE + 'p "" 3 1 0': "game:3:6: found `3`; accepted: the number of the player that moves, a whole number from 1 to 2",
    MOVE + 'p "" 1 4 0': "game:3:8: found information set 4 of player 1, not described before",
    MOVE + 'p "" 2 1 0': "game:3:8: found information set 1 of player 2, not described before",
    MOVE + 'c "" 1 0': "game:3:6: found information set 1 of chance, not described before",
    MOVE + 'p "" 1 1 "s" 0': "game:3:14: found `0`; accepted: {",
    MOVE + 'p "" 1 1 "s" { "a" "b" "c" } 0': "game:3:8: found information set 1 of player 1, described otherwise before, as `s` with 2 actions: a, b;",
    MOVE + 'p "" 1 1 "r" { "a" "b" } 0': "game:3:8: found information set 1 of player 1, described otherwise before",
    MOVE + 'p "" 1 1.5 "r" { "a" "b" } 0': "game:3:8: found `1.5`; accepted: the number of the information set, a whole number",
    MOVE + 'p "" 1 2 "r" { } 0': "game:3:16: found `}`; accepted: an action of information set 2 of player 1",
    MOVE + 't "" 5': "game:3:6: found outcome 5, not described before; accepted: its name and payoffs after the number",
    MOVE + 't "" 0 "none" { 1 2 }': 'game:3:8: found `"none"`; accepted: nothing about the outcome 0',
    MOVE + 't "" 1 "" { 1 }': "game:3:15: found `}`; accepted: the payoff of player 2 (of 2), as in -2",
    MOVE + 't "" 1 "" { 1 2 3 }': "game:3:17: found `3`; accepted: } after the payoffs of 2 players",
    MOVE + 't "" 1 "" { 1 1/0 }': "game:3:15: found `1/0`; accepted: the payoff of player 2",
    MOVE + 't "" 1 "" { 1 nan }': "game:3:15: found `nan`; accepted: the payoff of player 2",
    MOVE + 't "" 1 "" { 1 1e999 }': "(1e308 at most)",
    MOVE + 't "" 1 "" { 1 2 } t "" 1 "" { 1 3 }': "game:3:24: found outcome 1, described otherwise before, as `` with 1, 2; accepted",
    MOVE + 't "" 1 "" { 1 2 } t "" 1 "x" { 1 2 }': "game:3:24: found outcome 1, described otherwise before",
    HEAD + 'c "" 1 "" { "a" 1/2 "b" 1/3 } 0': "game:2:11: found the probabilities 1/2, 1/3; accepted: none below 0, and a sum of exactly 1",
    HEAD + 'c "" 1 "" { "a" 0.333 "b" 0.666 } 0': "found the probabilities 333/1000, 333/500;",
    HEAD + 'c "" 1 "" { "a" -1 "b" 2 } 0': "found the probabilities -1, 2;",
    HEAD + 'c "" 1 "" { "a" "b" } 0': 'game:2:17: found `"b"`; accepted: its probability',
    MOVE + 'p "" 1 1 1 "" { 1e308 1 } t "" 1 t "" 1 t "" 1': "game:3:27: found payoffs that add up to more than a number can hold here",
}  # fmt: skip


@pytest.mark.parametrize("text", SPOILED, ids=range(len(SPOILED)))
def test_spoiled_extensive_games(text):
    with pytest.raises(GameError) as refusal:
        parse_efg(text, "game")
    assert SPOILED[text] in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 1


NFG = 'NFG 1 R "T" { "A" "B" } '
SPOILED_TABLES = {
    "EFG": "game:1:1: found `EFG`; accepted: NFG",
    "NFG 1 R": "found the end of the file; accepted: the title",
    'NFG 1 R "T" { } { } 1': "game:1:17: found 0 players; accepted: 1 to 60",
    NFG + "{ 2 } 1 2": "game:1:29: found `}`; accepted: the strategies of player 2 between braces, or how many",
    NFG + "{ 1 1 1 } 1 2": "game:1:31: found `1`; accepted: } after the strategies of 2 players",
    NFG + "{ 0 1 }": "game:1:27: found `0`; accepted: the strategies of player 1",
    NFG + '{ { } { "a" } }': "accepted: a strategy of player 1, between quotes",
    NFG + "{ 2 1 }\n1 2 3": "game:2:6: found the end of the file; accepted: a payoff (player 2, cell 2 of 2)",
    NFG + "{ 2 1 }\n1 2 3 4 5": "game:2:9: found `5`; accepted: the end of the file, for the table has 2 cells",
    NFG + "{ 99999 99999 }\n1": "found 9,999,800,001 combinations of strategies; accepted: a table of at most 50,000,000 payoffs",
    NFG + '{ 2 1 } { { "" 1 2 } }\n1 2': "game:2:3: found `2`; accepted: the number of an outcome (cell 2 of 2), a whole number from 0 to 1",
    NFG + '{ 2 1 } { { "" 1 } }\n1 1': "found `}`; accepted: the payoff of player 2 (of 2)",
    NFG + '{ 2 1 } { { 1 2 } }\n1 1': "accepted: the outcome's name, which may be empty, between quotes",
    NFG + '{ 2 1 } { { "" 1 2 }\n': "game:2:1: found the end of the file; accepted: {",
}  # fmt: skip


@pytest.mark.parametrize("text", SPOILED_TABLES, ids=range(len(SPOILED_TABLES)))
def test_spoiled_strategic_games(text):
    with pytest.raises(GameError) as refusal:
        parse_nfg(text, "game")
    assert SPOILED_TABLES[text] in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 1


def test_a_file_in_another_encoding_names_the_byte(tmp_path):
    path = tmp_path / "old.efg"
    path.write_bytes('EFG 2 R "T"\n{ "é'.encode() + "é".encode("latin-1"))
    with pytest.raises(
        GameError, match=r"old\.efg:2:5: found the byte 0xe9, which is no UTF-8; accepted: text in UTF-8"
    ):
        read_efg(path)


def test_a_file_that_is_not_there_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_nfg(tmp_path / "nothing.nfg")


MEGABYTES = 50_000_000


@pytest.mark.parametrize("junk", ["{", " ", "1 ", '\\"'], ids=repr)
@pytest.mark.parametrize("head", ["", HEAD, MOVE + 't "'], ids=["alone", "after a header", "in a label"])
def test_much_junk_is_refused_at_once(head, junk):
    started = time.perf_counter()
    with pytest.raises(GameError):
        parse_efg(head + junk * (MEGABYTES // len(junk)))
    assert time.perf_counter() - started < 10


def test_a_table_that_is_announced_takes_no_room_before_it_comes():
    started = time.perf_counter()
    with pytest.raises(GameError, match="found the end of the file"):
        parse_nfg(NFG + "{ 25000000 1 } 1 2")
    assert time.perf_counter() - started < 1


def test_endless_fractions_are_not_worked_out():
    """Exact sums of fractions without a common denominator grow without bound; nobody means them."""
    chances = " ".join(f'"" 1/{10**390 + k}' for k in range(3000))
    started = time.perf_counter()
    with pytest.raises(GameError, match="a sum of exactly 1"):
        parse_efg(f'{HEAD}c "" 1 "" {{ {chances} }} 0')
    assert time.perf_counter() - started < 10


# --------------------------------------------------------------------------- mutations

WHOLE = r"""EFG 2 R "A \"game\"" { "A" "B" } "comment"
c "start" 1 "" { "u" 2/3 "d" 1/3 } 0
p "" 1 7 "s" { "a" "b" } 9 "cost" { -1, 0 }
p "" 2 7 "" { "x" "y" } 0
t "" 1 "clear" { 2.5 .5 }
t "" 2 "crisis" { -1e-1 -2 }
t "" 0
p "" 1 7 9
p "" 2 7 0
t "" 2
t "" 1
t "" 3 "missed" { -3, 1 }
"""
TABLE = """NFG 1 R "T" { "A" "B" } { { "a" "b" } { "c" "d" } } "comment"
{ { "x" 1, 2 } { "" 3/4 -1e2 } } 0 1 2 1
"""
NUMBERED = 'NFG 1 R "T" { "A" "B" } { 2 2 } "comment" 1 2 3 4 5 6 7 8'
CHARACTERS = st.sampled_from(list('\t\n {}",\\/.-+eE0123456789cptabR\x00é\u2028'))
WORDS = st.sampled_from(
    ["c", "p", "t", "{", "}", '"', '""', "\\", ",", "0", "1", "-1", "2", "9", "1/2", "1/0", "1e999", "nan", "EFG", "99999999999999999999",
     "{ }", '{ "" "" }', "{ 1 2 }", '{ "a" 1 }', "9" * 500]
)  # fmt: skip
SOME = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SUBJECTS = pytest.mark.parametrize(
    ("whole", "parse", "kind"),
    [(WHOLE, parse_efg, ExtensiveGame), (TABLE, parse_nfg, StrategicGame), (NUMBERED, parse_nfg, StrategicGame)],
    ids=["efg", "nfg outcomes", "nfg payoffs"],
)


def survives(text, parse, kind):
    try:
        assert isinstance(parse(text, "game"), kind)
    except GameError as refusal:
        message = str(refusal)
    else:
        return
    place, line, column, rest = message.split(":", 3)
    assert place == "game"
    assert 1 <= int(line) <= text.count("\n") + 1
    assert 1 <= int(column) <= len(text.split("\n")[int(line) - 1]) + 1
    assert rest.startswith(" found ")
    assert "; accepted: " in rest
    assert len(message) < 500


@SUBJECTS
@SOME
@given(data=st.data())
def test_characters_changed(whole, parse, kind, data):
    text = whole
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        stop = min(len(text), start + data.draw(st.integers(0, 3)))
        text = text[:start] + data.draw(st.text(CHARACTERS, max_size=3)) + text[stop:]
    survives(text, parse, kind)


@SUBJECTS
@SOME
@given(data=st.data())
def test_words_changed_and_moved(whole, parse, kind, data):
    words = whole.split(" ")
    for _ in range(data.draw(st.integers(1, 4))):
        where, other = (data.draw(st.integers(0, len(words) - 1)) for _ in range(2))
        match data.draw(st.sampled_from(["replace", "swap", "drop", "double"])):
            case "replace":
                words[where] = data.draw(WORDS)
            case "swap":
                words[where], words[other] = words[other], words[where]
            case "drop":
                words[where] = ""
            case _:
                words[where] = f"{words[where]} {words[other]}"
    survives(" ".join(words), parse, kind)


@SUBJECTS
def test_every_truncation(whole, parse, kind):
    for stop in range(len(whole.rstrip())):
        with pytest.raises(GameError, match="found"):
            parse(whole[:stop], "game")
