"""Games of the literature and the textbooks, in the payoffs in which they are usually printed.

Where a source gives no numbers, or a family of them, these are an instance. The payoffs are data; the answers are computed by
the programs that are compared.
"""

from __future__ import annotations

import itertools
from fractions import Fraction

from trees import Chance, Move, Part, bimatrix, by_rule, chance, table

GAMES: dict[str, Part] = {}

# --------------------------------------------------------------------------- two players, one choice each

GAMES |= {
    "prisoner's dilemma (Axelrod 1984)": bimatrix("3 0; 5 1"),
    "deadlock": bimatrix("1 0; 3 2"),
    "chicken, with unequal stakes (Schelling 1966)": bimatrix("0 -1; 1 -10", "0 1; -1 -8"),
    "stag hunt (KNOWN_ANSWERS 14)": bimatrix("4 0; 3 3"),
    "stag hunt, risky (Goeree & Holt 2005)": bimatrix("180 0; 160 90"),
    "battle of the sexes (Luce & Raiffa 1957), unequal": bimatrix("2 0; 0 1", "1 0; 0 3"),
    "matching pennies (von Neumann 1928)": bimatrix("1 -1; -1 1", "-1 1; 1 -1"),
    "matching pennies with one high prize (Goeree & Holt 2001)": bimatrix("320 40; 40 80", "40 80; 80 40"),
    "matching pennies with one low prize (Goeree & Holt 2001)": bimatrix("44 40; 40 80", "40 80; 80 40"),
    "matching pennies of unequal prizes (Ochs 1995)": bimatrix("1.1141 0; 0 .2785", "0 1.1141; 1.1141 0"),
    "game 1 of Selten & Chmura (2008)": bimatrix("10 0; 9 10", "8 18; 9 8"),
    "inspection (Dresher 1962; Avenhaus 2004)": bimatrix("0 0; 1 -9", "0 -1; -2 -1"),
    "hawk and dove (Maynard Smith 1982), one stronger": bimatrix("-1 2; 0 1", "-3 0; 2 1"),
    "dominance against payoffs (Selten 1978)": bimatrix("9 0; 8 7", "9 8; 0 7"),
    "a branch that bends back (McKelvey, in Gambit's samples)": bimatrix("6 6; 7.32 1", "7 7; 6 4"),
}

# --------------------------------------------------------------------------- two players, several options

GAMES |= {
    "rock, paper, scissors": bimatrix("0 -1 1; 1 0 -1; -1 1 0"),
    "rock, paper, scissors, with a dear rock": bimatrix("0 -1 2; 1 0 -1; -2 1 0", "0 1 -2; -1 0 1; 2 -1 0"),
    "Shapley's game (1964), unequal": bimatrix("3 0 0; 0 2 0; 0 0 1", "0 3 0; 0 0 2; 1 0 0"),
    "Kreps's game (Goeree & Holt 2001)": bimatrix("200 0 10 20; 0 10 30 50", "50 45 30 -250; -250 -100 30 40"),
    "O'Neill's joker (1987)": bimatrix("-5 5 5 -5; 5 -5 5 -5; 5 5 -5 -5; -5 -5 -5 5", "5 -5 -5 5; -5 5 -5 5; -5 -5 5 5; 5 5 5 -5"),
    "a game of Stahl & Wilson (1995)": bimatrix("25 30 100; 40 45 65; 31 0 40"),
    "traveller's dilemma (Basu 1994), claims 2 to 7": by_rule(
        (6, 6), lambda a, b: (min(a, b) + 2 + 2 * ((a < b) - (a > b)), min(a, b) + 2 + 2 * ((b < a) - (b > a)))
    ),
    "minimum effort (Van Huyck, Battalio & Beil 1990), unequal costs": by_rule(
        (4, 4), lambda a, b: (min(a, b) - 0.4 * a, min(a, b) - 0.7 * b)
    ),
    "Colonel Blotto (Borel 1921), four against three soldiers, two fields": by_rule(
        (5, 4), lambda a, b: (sum(((a > b) - (a < b), (4 - a > 3 - b) - (4 - a < 3 - b))),
                              -sum(((a > b) - (a < b), (4 - a > 3 - b) - (4 - a < 3 - b))))
    ),
    "all-pay auction (Dasgupta 1986), prizes 4 and 3": by_rule(
        (5, 5), lambda a, b: (4 * ((a > b) + 0.5 * (a == b)) - a, 3 * ((b > a) + 0.5 * (a == b)) - b)
    ),
    "Nash demands (1953), pie of six": by_rule(
        (5, 5), lambda a, b: ((a + 1) * (a + b <= 4), 0.8 * (b + 1) * (a + b <= 4))
    ),
    "Cournot's duopoly (1838), unequal costs": by_rule(
        (5, 5), lambda a, b: (a * (9 - a - b) - 2 * a, b * (9 - a - b) - b)
    ),
}  # fmt: skip

# --------------------------------------------------------------------------- three players and more

MCKELVEY_MCLENNAN = table([
    [[(9, 8, 12), (0, 0, 0)], [(0, 0, 0), (3, 4, 6)]],
    [[(0, 0, 0), (3, 4, 6)], [(9, 8, 2), (0, 0, 0)]],
])  # fmt: skip
"""Nine Nash equilibria, the most a regular game of this size can have."""

GAMES |= {
    "nine equilibria (McKelvey & McLennan 1997)": MCKELVEY_MCLENNAN,
    "majority with a stake each (Farquharson 1969)": by_rule(
        (2, 2, 2), lambda a, b, c: (3, -1, 0.5) if a + b + c >= 2 else (0, 0.2 * a, 0.1 * c)
    ),
    "minority (Arthur 1994), unequal prizes": by_rule(
        (2, 2, 2), lambda *x: tuple((i + 2) * (x.count(x[i]) == 1) for i in range(3))
    ),
    "coordination of three, with a preference each": by_rule(
        (3, 3, 3), lambda *x: tuple((3 + (i == x[0])) if len(set(x)) == 1 else 0 for i in range(3))
    ),
    "matching pennies of three (Jordan 1993)": by_rule(
        (2, 2, 2), lambda a, b, c: (1 - 2 * (a != b), 1.5 - 3 * (b != c), 2 - 4 * (c == a))
    ),
    "volunteers (Diekmann 1985), unequal costs": by_rule(
        (2, 2, 2), lambda *x: tuple((2 if any(x) else 0) - x[i] * (0.4 + 0.3 * i) for i in range(3))
    ),
    "public good with a threshold (Palfrey & Rosenthal 1984), four": by_rule(
        (2, 2, 2, 2), lambda *x: tuple((3 if sum(x) >= 2 else 0) - x[i] * (1 + 0.2 * i) for i in range(4))
    ),
    "oligopoly of three prices, one cheap": by_rule(
        (3, 3, 3), lambda *x: tuple((x[i] + 1 - 0.5 * (i == 1)) / x.count(min(x)) * (x[i] == min(x)) for i in range(3))
    ),
}

# --------------------------------------------------------------------------- perfect information


def centipede(payoffs: list[tuple[float, float]], node: int = 0) -> Part:
    """Take or pass in turn; ``payoffs`` at each taking, and last if all pass."""
    if node == len(payoffs) - 1:
        return payoffs[node]
    return Move(node % 2, f"node {node + 1}", {"take": payoffs[node], "pass": centipede(payoffs, node + 1)})


FOUR = [(0.4, 0.1), (0.2, 0.8), (1.6, 0.4), (0.8, 3.2), (6.4, 1.6)]
SIX = [*FOUR[:4], (6.4, 1.6), (3.2, 12.8), (25.6, 6.4)]

GAMES |= {
    "centipede of four moves (McKelvey & Palfrey 1992)": centipede(FOUR),
    "centipede of six moves (McKelvey & Palfrey 1992)": centipede(SIX),
    "entry into one market (Selten 1978)": Move(
        0, "entrant", {"out": (1, 5), "in": Move(1, "incumbent", {"accommodate": (2, 2), "fight": (0, 0)})}
    ),
    "small ultimatum (Bolton & Zwick 1995)": Move(0, "offer", {
        "even": Move(1, "even", {"yes": (5, 5), "no": (0, 0)}),
        "greedy": Move(1, "greedy", {"yes": (8, 2), "no": (0, 0)}),
    }),
    "trust (Kreps 1990; Berg, Dickhaut & McCabe 1995)": Move(0, "trust", {
        "no": (1, 0), "yes": Move(1, "honour", {"yes": (2, 1), "no": (-1, 2)}),
    }),
    "strategic crisis (Signorino 1999)": Move(0, "challenge", {"quo": (0, 0), "challenge": Move(1, "reply", {
        "concede": (1, -1), "resist": Move(0, "last", {"fight": (-0.2, -0.4), "back down": (-0.5, 0.5)}),
    })}),
    "escalation of three steps (Zagare & Kilgour 2000)": Move(0, "first", {"wait": (0, 0), "demand": Move(1, "reply", {
        "concede": (2, -1), "defy": Move(0, "response", {"back down": (-1, 1), "escalate": Move(1, "last", {
            "give in": (3, -2), "war": (-2, -1.5)})})})}),
}  # fmt: skip

# --------------------------------------------------------------------------- hidden moves

SELTENS_HORSE = Move(0, "one", {
    "across": Move(1, "two", {"across": (1, 1, 1), "down": Move(2, "three", {"left": (4, 4, 0), "right": (0, 0, 1)})}),
    "down": Move(2, "three", {"left": (3, 3, 2), "right": (0, 0, 0)}),
})  # fmt: skip
"""Selten (1975), figure 1: (across, across, right) is perfect, (down, across, left) is not."""

GAMES |= {
    "Selten's horse (1975, fig. 1)": SELTENS_HORSE,
    "an outside option before a coordination (Kohlberg & Mertens 1986)": Move(0, "first", {"out": (2, 2), "in": Move(
        0, "game", {"x": Move(1, "column", {"x": (3, 1), "y": (0, 0)}), "y": Move(1, "column", {"x": (0, 0), "y": (0.8, 3)})}
    )}),
    "commitment seen through noise (Bagwell 1995)": Move(0, "leader", {
        s: chance(*((p, Move(1, f"saw {q}", {"S": u, "C": v})) for q, p in (("S", x), ("C", y))))
        for s, x, y, u, v in (("S", "9/10", "1/10", (5, 2), (3, 1)), ("C", "1/10", "9/10", (6, 3), (4, 4)))
    }),
    "who moves first is hidden: two sets that cross": chance(
        ("1/2", Move(0, "one", {s: Move(1, "two", {t: (2 * (s == t), 1.5 * (s != t)) for t in "lr"}) for s in "lr"})),
        ("1/2", Move(1, "two", {t: Move(0, "one", {s: (1.0 * (s == "l"), 1.0 * (t == "r")) for s in "lr"}) for t in "lr"})),
    ),
    "dilemma played twice, seen (Benoit & Krishna 1985)": Move(0, "a1", {
        a: Move(1, "b1", {
            b: Move(0, f"a2 {a}{b}", {
                c: Move(1, f"b2 {a}{b}", {
                    d: tuple(
                        {"cc": (3, 3), "cd": (0, 4), "dc": (4, 0), "dd": (1, 1)}[a + b][i]
                        + {"cc": (4, 3), "cd": (0, 0), "dc": (0, 0), "dd": (2, 2)}[c + d][i] for i in (0, 1)
                    ) for d in "cd"
                }) for c in "cd"
            }) for b in "cd"
        }) for a in "cd"
    }),
}  # fmt: skip

# --------------------------------------------------------------------------- private information


def signalling(prior: str, messages: str, replies: str, payoff) -> Part:
    """A sender of kind 0 or 1 (1 with chance ``prior``) sends; a receiver replies. ``payoff(kind, message, reply)``."""
    share = Fraction(prior)
    return Chance([
        (p, Move(0, f"kind {kind}", {m: Move(1, f"after {m}", {r: payoff(kind, m, r) for r in replies}) for m in messages}))
        for kind, p in ((0, 1 - share), (1, share))
    ])  # fmt: skip


def poker(ante: float, bet: float) -> Part:
    """Stripped-down poker: high or low; the holder bets or folds, the other calls or folds."""
    return chance(*(
        ("1/2", Move(0, card, {
            "bet": Move(1, "answer", {"call": (sign * (ante + bet), -sign * (ante + bet)), "fold": (ante, -ante)}),
            "fold": (-ante, ante),
        })) for card, sign in (("high", 1), ("low", -1))
    ))  # fmt: skip


STRIPPED_DOWN_POKER = poker(1, 1)


def kuhn() -> Part:
    """Kuhn (1950): three cards, an ante of one, one bet of one."""

    def deal(mine: int, theirs: int) -> Part:
        win = 1 if mine > theirs else -1
        showdown, doubled, taken, lost = (win, -win), (2 * win, -2 * win), (1, -1), (-1, 1)
        return Move(0, f"one holds {mine}", {
            "check": Move(1, f"two holds {theirs}, checked to", {
                "check": showdown,
                "bet": Move(0, f"one holds {mine}, bet at", {"fold": lost, "call": doubled}),
            }),
            "bet": Move(1, f"two holds {theirs}, bet at", {"fold": taken, "call": doubled}),
        })  # fmt: skip

    return chance(*(("1/6", deal(a, b)) for a, b in itertools.permutations(range(3), 2)))


def bargaining() -> Part:
    """Fudenberg & Tirole (1983): a seller offers twice, high or low, to a buyer of private value 3 or 1; discount 0.8."""
    d = 0.8

    def buyer(value: int) -> Part:
        def second(first: str) -> Part:
            return Move(0, f"second offer after {first}", {
                name: Move(1, f"buyer {value}, {first}, then {name}", {"buy": (d * p, d * (value - p)), "no": (0, 0)})
                for name, p in (("high", 2.5), ("low", 0.9))
            })  # fmt: skip

        return Move(0, "first offer", {
            name: Move(1, f"buyer {value}, {name}", {"buy": (p, value - p), "no": second(name)})
            for name, p in (("high", 2.5), ("low", 0.9))
        })  # fmt: skip

    return chance(("2/5", buyer(3)), ("3/5", buyer(1)))


def chain_store() -> Part:
    """Kreps & Wilson (1982): a monopolist, tough with chance 1/6 and else weak, meets two entrants in turn."""

    def market(kind: str, entrant: int, past: str, sums: tuple[float, float, float]) -> Part:
        if entrant == 3:
            return sums

        def after(word: str, monopolist: float, newcomer: float) -> Part:
            new = [sums[0] + monopolist, *sums[1:]]
            new[entrant] += newcomer
            return market(kind, entrant + 1, f"{past} {word}", (new[0], new[1], new[2]))

        fight = 1.0 if kind == "tough" else -1.0
        return Move(entrant, f"entrant {entrant}{past}", {
            "out": after("out", 2, 0),
            "in": Move(0, f"{kind}{past}, entrant {entrant}", {
                "fight": after("fight", fight, -0.5), "yield": after("yield", 0, 0.5),
            }),
        })  # fmt: skip

    return chance(*((share, market(kind, 1, "", (0, 0, 0))) for share, kind in (("1/6", "tough"), ("5/6", "weak"))))


def jury() -> Part:
    """Feddersen & Pesendorfer (1998): three jurors with a signal each, right with chance 0.7; all must agree to convict."""
    right, branches = Fraction(7, 10), []
    for guilty, *signals in itertools.product((0, 1), repeat=4):
        share = Fraction(1, 2)
        for signal in signals:
            share *= right if signal == guilty else 1 - right

        def vote(juror: int, votes: tuple[int, ...], guilty=guilty, signals=signals) -> Part:
            if juror == 3:
                convict = all(votes)
                cost = -0.6 if convict and not guilty else -0.4 if guilty and not convict else 0.0
                return (cost, cost, cost * 1.2)
            options = {"acquit": vote(juror + 1, (*votes, 0)), "convict": vote(juror + 1, (*votes, 1))}
            return Move(juror, f"juror {juror} saw {signals[juror]}", options)

        branches.append((share, vote(0, ())))
    return Chance(branches)


def brinkmanship() -> Part:
    """Schelling (1960), Powell (1990): a demand, then risks of disaster run in turn against an enemy of unknown resolve."""

    def crisis(kind: str, cost: float) -> Part:
        return Move(0, "demand", {"no": (0, 0), "yes": Move(1, f"{kind} answers", {
            "yield": (2, -2),
            "risk": chance(("1/5", (-6, -cost)), ("4/5", Move(0, "goes on", {
                "yield": (-1, 1),
                "risk": chance(("2/5", (-6, -cost)), ("3/5", Move(1, f"{kind} at the brink", {
                    "yield": (2, -2), "risk": (-6, -cost)}))),
            }))),
        })})  # fmt: skip

    return chance(("1/3", crisis("resolute", 2)), ("2/3", crisis("weak", 7)))


GAMES |= {
    "beer and quiche (Cho & Kreps 1987)": signalling(
        "9/10", ["beer", "quiche"], ["duel", "defer"],
        lambda kind, m, r: ((m == ("quiche", "beer")[kind]) + 2 * (r == "defer"), float((r == "duel") == (kind == 0))),
    ),
    "schooling (Spence 1973)": signalling(
        "1/2", ["none", "school"], ["low", "high"],
        lambda kind, m, r: ((2 if r == "high" else 1) - (m == "school") * (1.2, 0.5)[kind], -((r == "high") - kind) ** 2.0),
    ),
    "lemons (Akerlof 1970)": signalling(
        "1/2", ["keep", "offer"], ["buy", "pass"],
        lambda kind, m, r: ((2, (1, 3)[kind] - 2) if m == "offer" and r == "buy" else ((0.5, 2.4)[kind], 0)),
    ),
    "talk with interests half in common (Farrell & Rabin 1996)": signalling(
        "2/5", ["I am 0", "I am 1"], ["0", "1", "safe"],
        lambda kind, m, r: ({"0": (2, -1), "1": (0, 1.5), "safe": (1, 1)}[r][kind] + 0.1 * (m[-1] == str(kind)),
                            {"0": (3, 0), "1": (0, 3), "safe": (2, 2)}[r][kind]),
    ),
    "costly mobilisation (Fearon 1997)": signalling(
        "3/10", ["stay", "mobilise"], ["attack", "refrain"],
        lambda kind, m, r: ((-2, 0.5)[kind] * (r == "attack") - 0.6 * (m == "mobilise"), (1.5, -1)[kind] * (r == "attack")),
    ),
    "stripped-down poker (Reiley et al. 2008)": STRIPPED_DOWN_POKER,
    "poker with other stakes (Myerson 1991, fig. 2.1)": chance(*(
        ("1/2", Move(0, card, {"raise": Move(1, "answer", {"meet": (2 * s, -2 * s), "pass": (1, -1)}), "fold": (s, -s)}))
        for card, s in (("red", 1), ("black", -1))
    )),
    "Kuhn's poker (1950)": kuhn(),
    "bargaining with a buyer of unknown value (Fudenberg & Tirole 1983)": bargaining(),
    "chain store of two markets (Kreps & Wilson 1982)": chain_store(),
    "a jury that must agree (Feddersen & Pesendorfer 1998)": jury(),
    "brinkmanship against unknown resolve (Powell 1990)": brinkmanship(),
}  # fmt: skip
