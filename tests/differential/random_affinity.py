"""Node affinity from a random generator: every operator, several terms, and what the API lets through."""

import random
from collections.abc import Sequence

from tests.differential.vocabulary import BOUNDS, LABELS, Raw


def node_affinity(rng: random.Random, nodes: Sequence[str]) -> Raw:
    """Required terms, and now and then only preferred ones, which decide nothing."""
    if rng.random() < 0.1:
        preference = {"matchExpressions": [_requirement(rng)]}
        return {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "preference": preference}]}
    terms = [_term(rng, nodes) for _ in range(rng.choice([1, 1, 2, 3]))]
    return {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}


def _term(rng: random.Random, nodes: Sequence[str]) -> Raw:
    kind = rng.random()
    if kind < 0.08:
        return {}
    term: Raw = {}
    if kind < 0.85:
        term["matchExpressions"] = [_requirement(rng) for _ in range(rng.choice([1, 1, 2, 3]))]
    if kind > 0.75:
        term["matchFields"] = [_field(rng, nodes) for _ in range(rng.choice([1, 1, 1, 2]))]
    return term


def _field(rng: random.Random, nodes: Sequence[str]) -> Raw:
    operator = rng.choice(["In", "NotIn", "NotIn"])
    return {"key": "metadata.name", "operator": operator, "values": [rng.choice([*nodes, "no-such-node"])]}


def _requirement(rng: random.Random) -> Raw:
    operator = rng.choice(["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"])
    if operator in ("Gt", "Lt"):
        key = rng.choice(["weight", "weight", "weight", "zone", "absent"])
        return {"key": key, "operator": operator, "values": [rng.choice(BOUNDS)]}
    key = rng.choice([*LABELS, "absent"])
    if operator in ("Exists", "DoesNotExist"):
        return {"key": key, "operator": operator}
    values = [*LABELS.get(key, ("any",)), "another", ""]
    return {"key": key, "operator": operator, "values": rng.choices(values, k=rng.randint(1, 3))}
