"""An exporter that looks at the node from within its network and among its processes."""

from tests.clusters import Raw, a_daemonset

PASSING: list[Raw] = [a_daemonset("exporter", hostNetwork=False)]
FAILING: list[Raw] = [a_daemonset("exporter", hostNetwork=True, hostPID=True)]
