"""A tag that was pushed again: the node that joined last has pulled another image."""

from tests.clusters import Raw, a_container_status, a_daemonset, a_node, a_pod

DIGESTS = {letter: f"registry.example/main@sha256:{letter * 64}" for letter in "ab"}


def agent(*letters: str) -> list[Raw]:
    daemonset = a_daemonset("agent")
    objects: list[Raw] = [daemonset]
    for number, letter in enumerate(letters, start=1):
        status = {**a_container_status(), "imageID": DIGESTS[letter]}
        objects += [
            a_node(f"n{number}"),
            a_pod(daemonset, f"n{number}", container_statuses=[status]),
        ]
    return objects


PASSING: list[Raw] = agent("a", "a", "a")
FAILING: list[Raw] = agent("a", "a", "b")
