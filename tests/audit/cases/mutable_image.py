"""A registry with a port, an init container without a tag, and one image that is pinned by its digest."""

from tests.clusters import Raw, a_container, a_container_status, a_daemonset, a_node, a_pod

PINNED = "registry.example:5000/tools/setup@sha256:" + "4" * 64


def agent(main: str, setup: str) -> list[Raw]:
    daemonset = a_daemonset(
        "agent",
        containers=[a_container("main", image=main)],
        initContainers=[a_container("setup", image=setup)],
    )
    running = {**a_container_status(), "imageID": "registry.example:5000/agent@sha256:" + "5" * 64}
    return [daemonset, a_node("n1"), a_pod(daemonset, "n1", container_statuses=[running])]


PASSING: list[Raw] = agent("registry.example:5000/agent:1.4.2", PINNED)
FAILING: list[Raw] = agent("registry.example:5000/agent:latest", "registry.example:5000/tools/setup")
