"""What vouches for a forecast: how far its figures may be trusted, and what made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Certificate:
    """How far the figures may be trusted: what was solved, how exactly, and how well the draws fit.

    ``missed`` counts draws that did not reach ``tolerance`` (left out of every figure).
    ``largest_residual`` is NaN for levels of thinking, which do not claim to be an equilibrium. ``largest_gain`` is per actor, in shares of
    its payoff span. ``method`` says in words what is assumed of behaviour; ``theory`` is its name, a :class:`detente.Method`.
    ``effective_draws`` is (sum w)^2 / sum w^2; ``pareto_k`` below 0.7 is good (Vehtari et al. 2024); NaN with equal weights.
    """

    method: str
    draws: int
    missed: int
    missed_reasons: Mapping[str, int]
    tolerance: float
    largest_residual: float
    largest_gain: Mapping[str, float]
    effective_draws: float
    pareto_k: float
    nodes: int
    information_sets: int
    terminals: int
    seconds: float
    theory: str = "quantal-response"


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made a forecast; enough to make it again."""

    title: str
    question: str
    text: str
    as_of: str
    horizon: str
    version: str
    seed: int
    digest: str
    origin: str
    what_if: str
    actors: Mapping[str, str]
    sources: tuple[tuple[str, str, str], ...]
    """(id, citation, address)"""
    observed: tuple[tuple[str, str, str, str], ...]
    """(date, step, what happened in words, source ids)"""
    citations: tuple[str, ...]
    """papers behind the methods used"""
    notes: tuple[str, ...] = ()
