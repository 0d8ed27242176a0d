"""An agent with a limit of its own, beside a sidecar that has none, and a LimitRange that would give it one."""

from tests.clusters import Raw, a_container, a_daemonset, a_limit_range, a_node, a_pod

AGENT = a_daemonset(
    "agent",
    namespace="logging",
    containers=[a_container("agent", resources={"limits": {"memory": "256Mi"}}), a_container("reloader")],
)
FAILING: list[Raw] = [AGENT, a_node("n1"), a_pod(AGENT, "n1")]
PASSING: list[Raw] = [*FAILING, a_limit_range("defaults", namespace="logging", default={"memory": "512Mi"})]
