"""A number is asked for by a text that is none, in one of two terms; two names for metadata.name; an empty term."""

from tests.clusters import Raw, a_daemonset, a_node, a_term, affinity_to

NODES = [a_node("n1", labels={"generation": "6"}), a_node("n2", labels={"role": "edge"})]

PASSING: list[Raw] = [
    *NODES,
    a_daemonset("everywhere"),
    a_daemonset(
        "newer", affinity=affinity_to(a_term(("generation", "Gt", ["5"])), a_term(("role", "Exists", [])))
    ),
    a_daemonset("named", affinity=affinity_to(a_term(fields=[("metadata.name", "In", ["n1"])]))),
]
FAILING: list[Raw] = [
    *NODES,
    a_daemonset(
        "driver", affinity=affinity_to(a_term(("role", "Exists", [])), a_term(("generation", "Gt", ["v5"])))
    ),
    a_daemonset("two-names", affinity=affinity_to(a_term(fields=[("metadata.name", "In", ["n1", "n2"])]))),
    a_daemonset("half-empty", affinity=affinity_to(a_term(("role", "Exists", [])), {})),
    a_daemonset("nothing", affinity=affinity_to()),
]
