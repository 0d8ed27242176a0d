"""Images for amd64 alone beside an arm64 node, told by their runtimes; one of which nothing is Ready on Windows yet."""

from tests.clusters import Raw, a_container_status, a_daemonset, a_node, a_pod, a_term, affinity_to

NODES = [
    a_node("n1"),
    a_node("n2"),
    a_node("arm-1", architecture="arm64"),
    a_node("win-1", operating_system="windows"),
]
BOTH = {"kubernetes.io/os": "linux"}
MEANT = a_daemonset(
    "meant",
    nodeSelector=BOTH,
    affinity=affinity_to(a_term(("kubernetes.io/arch", "In", ["amd64", "arm64"]))),
)
AGENT = a_daemonset("agent", nodeSelector=BOTH)
PROXY = a_daemonset("proxy", nodeSelector=BOTH)
EXPORTER = a_daemonset("exporter")
ON_AMD = [a_pod(one, name) for one in (AGENT, PROXY, EXPORTER) for name in ("n1", "n2")]
CRASHES = a_container_status(
    ready=False,
    waiting="CrashLoopBackOff",
    message="back-off 5m0s restarting failed container=main",
    restarts=41,
)
CRASHES["lastState"] = {
    "terminated": {
        "exitCode": 1,
        "reason": "StartError",
        "message": "failed to create containerd task: exec /agent: exec format error",
    }
}
UNPULLED = a_container_status(
    ready=False,
    waiting="ImagePullBackOff",
    message='Back-off pulling image "proxy:1.0": ErrImagePull: no match for platform in manifest: not found',
)

PASSING: list[Raw] = [
    *NODES,
    MEANT,
    a_daemonset("amd", nodeSelector={"kubernetes.io/arch": "amd64", **BOTH}),
    *(a_pod(MEANT, name) for name in ("n1", "n2", "arm-1")),
]
FAILING: list[Raw] = [
    *NODES,
    AGENT,
    PROXY,
    EXPORTER,
    *ON_AMD,
    a_pod(AGENT, "arm-1", ready=False, container_statuses=[CRASHES]),
    a_pod(PROXY, "arm-1", ready=False, phase="Pending", container_statuses=[UNPULLED]),
    a_pod(EXPORTER, "arm-1"),
    a_pod(EXPORTER, "win-1", ready=False),
]
