"""An agent that has to be on every GPU node: two have a taint that it does not tolerate, and one of the two labels differs."""

from tests.clusters import Raw, a_daemonset, a_node, a_pod

ARGUMENTS = (
    "--require",
    "security/agent:pool=gpu",
    "--require",
    "security/scanner:",
    "--require",
    "security/agent:pool=gpux",
)

AGENT = a_daemonset("agent", namespace="security")
TOLERANT = a_daemonset(
    "agent",
    namespace="security",
    tolerations=[{"key": "dedicated", "operator": "Exists", "effect": "NoSchedule"}],
)
SCANNER = a_daemonset("scanner", namespace="security", tolerations=[{"operator": "Exists"}])
NODES = [
    a_node("cpu-1"),
    a_node("gpu-1", labels={"pool": "gpu"}),
    a_node("gpu-2", labels={"pool": "gpu"}, taints=["dedicated=gpu:NoSchedule"]),
    a_node("gpu-3", labels={"pool": "gpu"}, taints=["dedicated=gpu:NoSchedule"]),
]
TYPO = a_node("gpu-4", labels={"pool": "gpux"})

PASSING: list[Raw] = [TOLERANT, SCANNER, *NODES, TYPO]
FAILING: list[Raw] = [AGENT, *NODES, a_pod(AGENT, "cpu-1"), a_pod(AGENT, "gpu-1")]
