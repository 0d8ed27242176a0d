"""What `kubectl ds rollout` says of one DaemonSet at rest, held against the controller's own counts."""

from collections.abc import Iterator

from tests.differential.comparison import Finding
from tests.differential.moment import is_terminating, key_of
from tests.differential.vocabulary import Raw


def findings_of_rollout(daemonset: Raw, rollout: Raw) -> Iterator[Finding]:
    """A rollout is done exactly where every node has an available pod of the newest revision."""
    if is_terminating(daemonset):
        return
    status = daemonset["status"]
    desired = status["desiredNumberScheduled"]
    done = desired == status.get("updatedNumberScheduled", 0) == status.get("numberAvailable", 0)
    if done != (rollout["verdict"] == "Done"):
        yield Finding(key_of(daemonset), "", f"rollout says {rollout['verdict']}, and the status is {status}")
