"""Unrolling the steps of a situation into a game with perfect recall.

All paths are carried forward together, one step at a time, as arrays. Each actor has an *information
state* on each path: a label that two paths share exactly when the actor has seen the same on both.
A label is refined whenever its actor sees something, and never coarsened, which is perfect recall.
A move's information sets are the paths its actor cannot tell apart (DESIGN: "the information set is
the move, everything that actor has seen so far, what it privately knows").
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detente.game.combinations import firsts, ranks
from detente.game.game import ChanceTable, Game, InterestTable
from detente.game.paths import Paths
from detente.game.tables import tabulate
from detente.game.tree import Tree
from detente.situation.expression import Expression, names
from detente.situation.messages import SituationError, problem_at
from detente.situation.model import Fact, Fixed, Reveal, Situation, Step

MAX_PATHS = 3_000_000
DAYS_PER_YEAR = 365.25

Labels = NDArray[np.int64]
Mask = NDArray[np.bool_]


def unroll(situation: Situation) -> Game:
    """The game in a situation.

    Raises :class:`SituationError` if it grows beyond ``MAX_PATHS`` paths, if a guard would tell its
    mover what it does not see, or if a move is left without an option.
    """
    growth = _Growth(situation)
    for fact in situation.facts.values():
        growth.fact(fact)
    for step in situation.steps:
        if isinstance(step, Reveal):
            growth.reveal(step)
        elif step.kind == "move":
            growth.move(step)
        else:
            growth.chance(step)
    return growth.finish()


def fixed_quantities(situation: Situation) -> dict[str, float]:
    """The quantities that have one value in every draw."""
    return {n: q.specification.value for n, q in situation.quantities.items() if isinstance(q.specification, Fixed)}


@dataclass
class _Arrays:
    """Pieces of the tree, appended level by level."""

    edge_count: list[NDArray[np.int64]] = field(default_factory=list)
    edge_row: list[NDArray[np.int64]] = field(default_factory=list)
    node_set: list[NDArray[np.int64]] = field(default_factory=list)
    set_actor: list[int] = field(default_factory=list)
    set_step: list[str] = field(default_factory=list)
    set_action: list[int] = field(default_factory=lambda: [0])
    level_node: list[int] = field(default_factory=lambda: [0])
    level_set: list[int] = field(default_factory=lambda: [0])
    children: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = field(default_factory=list)
    nodes: int = 0
    edges: int = 0


class _Growth:
    """The paths as they stand after the steps so far."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation
        self.actors = tuple(situation.actors)
        self.paths = Paths(1, {}, {}, fixed_quantities(situation))
        self.pointer: NDArray[np.int64] = np.full(1, -1)  # edge that leads to each path's next node
        # What each actor can tell apart: the number of each path's state of knowledge, and how many there are.
        self.state: dict[str, Labels] = {actor: np.zeros(1, dtype=np.int64) for actor in self.actors}
        self.states = dict.fromkeys(self.actors, 1)
        self.out = _Arrays()
        self.chances: list[ChanceTable] = []
        self.chance_rows = 0
        self.factors: list[tuple[str, float]] = []

    # ------------------------------------------------------------------ the kinds of step

    def fact(self, fact: Fact) -> None:
        happens = np.ones(self.paths.count, dtype=np.bool_)
        self.branch_by_chance(fact.name, fact.chances, happens, is_fact=True)
        for actor in fact.known_to:
            self.refine(actor, self.paths.facts[fact.name])

    def chance(self, step: Step) -> None:
        chances = [option.chance for option in step.options]
        assert all(chance is not None for chance in chances)
        self.branch_by_chance(
            step.name, tuple(c for c in chances if c is not None), self.happens(step.when), is_fact=False
        )
        self.seen(step)

    def reveal(self, reveal: Reveal) -> None:
        shown = self.happens(reveal.when)
        for name in reveal.of:
            codes = self.paths.facts[name] if name in self.paths.facts else self.paths.steps[name]
            for actor in reveal.to:
                self.refine(actor, np.where(shown, codes + 1, -1))

    def move(self, step: Step) -> None:
        assert step.actor is not None
        happens = self.happens(step.when)
        guards = [self.happens(option.when) for option in step.options]
        available = np.stack([happens & guard for guard in guards], axis=1)
        self.check_guards(step, available)
        empty = happens & ~available.any(axis=1)
        if empty.any():
            self.fail(
                ("steps", step.name),
                "no option is possible on some path where the move takes place",
                "an option without `when`, or a `when` on the move itself",
            )
        states = self.state[step.actor]
        deciding = available.sum(axis=1) > 1
        order = np.flatnonzero(deciding)
        order = order[np.argsort(states[order], kind="stable")]
        rows = self.add_sets(step, states[order], available[order])
        self.grow(step.name, available, order, rows, is_fact=False)
        self.seen(step)

    # ------------------------------------------------------------------ growing

    def branch_by_chance(self, name: str, chances: tuple[Expression, ...], happens: Mask, is_fact: bool) -> None:
        """A chance node on every path where the step takes place and more than one outcome can come."""
        table = tabulate(chances, self.paths, self.paths.count)
        possible = self.possible(table.compute(_unknown(table.quantities)))[table.index]
        if not possible[happens].any(axis=1).all():
            self.fail(
                ("private" if is_fact else "steps", name),
                "outcomes whose chances are all zero",
                "chances that sum to 1",
            )
        available = possible & happens[:, None]
        order = np.flatnonzero(available.sum(axis=1) > 1)
        count = len(chances)
        rows = self.chance_rows + table.index[order, None].astype(np.int64) * count + np.arange(count)
        self.chances.append(ChanceTable(name, self.chance_rows, table))
        self.chance_rows += table.rows * count
        self.out.node_set.append(np.full(len(order), -1, dtype=np.int64))
        self.grow(name, available, order, rows, is_fact)

    @staticmethod
    def possible(values: NDArray[np.float64]) -> Mask:
        """(R, m) outcomes that are not certain to be impossible. An unknown quantity counts as NaN."""
        mask: Mask = (~(values == 0.0)).all(axis=2).T
        return mask

    def add_sets(self, step: Step, states: Labels, available: Mask) -> NDArray[np.int64]:
        """Append the information sets of a move; returns (nodes, options) action rows."""
        out = self.out
        which, count = ranks(states, self.states[step.actor or ""])
        first = firsts(which, count)
        counts = available[first].sum(axis=1)
        base = len(out.set_actor)
        start = out.set_action[-1] + np.concatenate([[0], np.cumsum(counts)])
        out.set_actor += [self.actors.index(step.actor or "")] * len(first)
        out.set_step += [step.name] * len(first)
        out.set_action += start[1:].tolist()
        out.node_set.append(base + which)
        position = np.cumsum(available, axis=1) - 1
        rows: NDArray[np.int64] = start[which][:, None] + position
        return rows

    def grow(
        self, name: str, available: Mask, order: NDArray[np.int64], rows: NDArray[np.int64], is_fact: bool
    ) -> None:
        """Put a node on the paths in ``order`` and extend every path by each option available to it.

        ``rows`` (len(order), options) holds the probability rows of the nodes.
        """
        out, paths = self.out, self.paths
        counts = np.maximum(available.sum(axis=1), 1)
        total = int(counts.sum())
        self.factors.append((name, total / paths.count))
        if total > MAX_PATHS:
            self.too_large(name, total)
        open_ = available[order]
        node_of = np.full(paths.count, -1, dtype=np.int64)
        node_of[order] = out.nodes + np.arange(len(order))
        out.children.append((self.pointer[order], node_of[order]))
        edges = open_.sum(axis=1)
        first_edge = np.full(paths.count, -1, dtype=np.int64)
        first_edge[order] = out.edges + np.cumsum(edges) - edges
        out.edge_count.append(edges)
        out.edge_row.append(rows[open_])
        out.nodes += len(order)
        out.edges += int(edges.sum())
        out.level_node.append(out.nodes)
        out.level_set.append(len(out.set_actor))
        # Extend: a path where nothing happens stays one path with code -1.
        parent = np.repeat(np.arange(paths.count), counts)
        rank = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
        listed = np.argsort(~available, axis=1, kind="stable")  # available options first, in their order
        some: Mask = np.asarray(available.any(axis=1))
        code = np.where(some[parent], listed[parent, rank], -1).astype(np.int16)
        branched = first_edge[parent] >= 0
        self.pointer = np.where(branched, first_edge[parent] + rank, self.pointer[parent])
        self.state = {actor: labels[parent] for actor, labels in self.state.items()}
        grown = paths.select(parent)
        codes = grown.facts if is_fact else grown.steps
        added = {**codes, name: code}
        self.paths = Paths(total, grown.steps if is_fact else added, added if is_fact else grown.facts, paths.fixed)

    # ------------------------------------------------------------------ who knows what

    def happens(self, when: Expression | None) -> Mask:
        return np.ones(self.paths.count, dtype=np.bool_) if when is None else self.paths.holds(when)

    def seen(self, step: Step) -> None:
        for actor in step.seen_by:
            self.refine(actor, self.paths.steps[step.name])

    def refine(self, actor: str, codes: NDArray[np.integer]) -> None:
        """The actor now tells apart the paths whose codes differ."""
        lowest = int(codes.min())
        several = int(codes.max()) - lowest + 1
        wide = self.state[actor] * several + (codes.astype(np.int64) - lowest)
        self.state[actor], self.states[actor] = ranks(wide, self.states[actor] * several)

    # ------------------------------------------------------------------ what may not be

    def fail(self, where: tuple[str, ...], found: str, accepted: str) -> None:
        raise SituationError((problem_at(self.situation, where, found, accepted),))

    def check_guards(self, step: Step, available: Mask) -> None:
        """Paths that the mover cannot tell apart must offer it the same options."""
        assert step.actor is not None
        states = self.state[step.actor]
        first = firsts(states, self.states[step.actor])
        differs = available != available[first][states]
        if not differs.any():
            return
        path, option = (int(i) for i in np.argwhere(differs)[0])
        twin = int(first[states[path]])
        guards = [e for e in (step.when, step.options[option].when) if e is not None]
        used = names(*guards)
        codes = {**{n: self.paths.facts[n] for n in used.facts}, **{n: self.paths.steps[n] for n in used.steps}}
        hidden = sorted(n for n, c in codes.items() if c[path] != c[twin])
        guard = step.options[option].when
        by_option = guard is not None and not (names(guard).steps | names(guard).facts).isdisjoint(hidden)
        where = (
            ("steps", step.name, "options", step.options[option].name, "when")
            if by_option
            else ("steps", step.name, "when")
        )
        what = f"the option `{step.options[option].name}`" if by_option else "the move"
        listed = " and ".join(f"`{n}`" for n in hidden)
        self.fail(
            where,
            f"{what} of `{step.name}` depends on {listed}, which {step.actor} does not see: being offered it would give {listed} away",
            f"a guard on what {step.actor} sees; or let it see {listed} (`seen_by`, `known_to`, or a `reveal` before `{step.name}`)",
        )

    def too_large(self, name: str, total: int) -> None:
        steepest = sorted(self.factors, key=lambda pair: -pair[1])[:5]
        listed = ", ".join(f"`{n}` x{f:.3g}" for n, f in steepest)
        kind = "private" if name in self.situation.facts else "steps"
        self.fail(
            (kind, name),
            f"a game of {total:,} paths by `{name}`; the steps that multiply it most: {listed}",
            f"at most {MAX_PATHS:,} paths: give a step fewer options, guard it with `when` so that it takes place on fewer paths, or cut a private number into fewer levels",
        )

    # ------------------------------------------------------------------ the finished game

    def finish(self) -> Game:
        out, paths = self.out, self.paths
        if not out.set_actor and not self.situation.overlays:  # a what-if may settle every move
            self.fail(("steps",), "no move at which an actor has a choice", "at least one move with two options")
        terminals = np.arange(out.nodes, out.nodes + paths.count)
        out.children.append((self.pointer, terminals))
        edge_child = np.full(out.edges, -1, dtype=np.int32)
        for pointer, child in out.children:
            inner = pointer >= 0
            edge_child[pointer[inner]] = child[inner]
        counts, held = np.concatenate(out.edge_count), np.concatenate(out.node_set)
        tree = Tree(
            actors=self.actors,
            terminals=paths.count,
            edge_start=_index(np.concatenate([[0], np.cumsum(counts)])),
            edge_child=edge_child,
            edge_row=_index(np.concatenate(out.edge_row)),
            node_set=_index(held),
            set_actor=_index(np.asarray(out.set_actor)),
            set_start=_index(np.concatenate([[0], np.cumsum(np.bincount(held[held >= 0]))])),
            set_nodes=_index(np.flatnonzero(held >= 0)),
            set_action=_index(np.asarray(out.set_action)),
            level_node=_index(np.asarray(out.level_node)),
            level_set=_index(np.asarray(out.level_set)),
            chance_rows=self.chance_rows,
        )
        return Game(
            self.situation,
            tree,
            paths,
            tuple(self.chances),
            interest_tables(self.situation, paths),
            tuple(out.set_step),
        )


def interest_tables(situation: Situation, paths: Paths) -> tuple[InterestTable, ...]:
    """The interests of a situation over the paths of its game."""
    tables = []
    for actor, interests in situation.payoffs.items():
        for interest in interests:
            factor = 1.0
            if interest.at is not None:
                years = (interest.at - situation.as_of).days / DAYS_PER_YEAR
                factor = situation.discount[actor] ** years
            tables.append(InterestTable(actor, interest.name, factor, tabulate((interest.value,), paths, paths.count)))
    return tuple(tables)


def _unknown(quantities: frozenset[str]) -> dict[str, NDArray[np.float64]]:
    return {name: np.full(1, np.nan) for name in quantities}


def _index(values: NDArray[np.int64]) -> NDArray[np.int32]:
    return np.ascontiguousarray(values, dtype=np.int32)
