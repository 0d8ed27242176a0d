"""Support bundles of Troubleshoot.sh: a file a resource and namespace, below `cluster-resources/`.

Upstream: replicatedhq/troubleshoot, pkg/collect/cluster_resources.go and pkg/constants/constants.go. Bundles before
2022 hold bare arrays of items; ControllerRevisions and RuntimeClasses are not collected.
"""

import re
from collections.abc import Sequence
from typing import Final

from kubectl_ds.kube.dump.layouts import IN_EVERY_CLUSTER, Place, resource_named

FOLDER: Final = "cluster-resources/"
VERSION: Final = "cluster-info/cluster_version.json"

_ROOT: Final = re.compile(r"((?:.*/)?)cluster-resources/(?:nodes|namespaces)\.json")
_OF_THE_CLUSTER: Final = re.compile(r"cluster-resources/(nodes|namespaces|priorityclasses)\.json")
_OF_A_NAMESPACE: Final = re.compile(r"cluster-resources/(pods|daemonsets|events|limitranges)/([^/]+)\.json")
_ERRORS: Final = re.compile(
    r"cluster-resources/(nodes|priorityclasses|pods|daemonsets|events|limitranges)-errors\.json"
)


class TroubleshootBundle:
    """The layout."""

    def roots(self, names: Sequence[str]) -> list[str]:
        return sorted({found[1] for name in names if (found := _ROOT.fullmatch(name))})

    def place_of(self, name: str) -> Place | None:
        found = _OF_THE_CLUSTER.fullmatch(name) or _OF_A_NAMESPACE.fullmatch(name)
        resource = resource_named(found[1]) if found else None
        if found is None or resource is None:
            return None
        return Place(resource=resource, namespace=found[2] if resource.namespaced else "")

    def is_of_every_namespace(self, namespaces: frozenset[str], listed: frozenset[str]) -> bool:
        """A bundle of chosen namespaces lists these alone."""
        return listed >= IN_EVERY_CLUSTER and namespaces >= listed


def errors_of(name: str) -> str:
    """The resource whose errors a file holds; "" for any other file."""
    found = _ERRORS.fullmatch(name)
    return found[1] if found else ""
