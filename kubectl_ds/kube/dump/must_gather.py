"""OpenShift's must-gather and `oc adm inspect`: lists by namespace and group, cluster-scoped objects one by one.

Upstream: openshift/oc, pkg/cli/admin/inspect (namespace.go, util.go: dirPathForInfo, filenameForInfo). Only
the namespaces of the platform are gathered, and neither ControllerRevisions nor LimitRanges.
"""

import re
from collections.abc import Sequence
from typing import Final

from kubectl_ds.kube.dump.layouts import Place, resource_named

_ROOT: Final = re.compile(
    r"((?:.*/)?)(?:cluster-scoped-resources/core/nodes(?:\.yaml|/[^/]+\.yaml)|namespaces/[^/]+/(?:core|apps)/[^/]+\.yaml)"
)
_LIST: Final = re.compile(
    r"namespaces/([^/]+)/(?:core|apps)/(pods|events|daemonsets|controllerrevisions|limitranges)\.yaml"
)
_CLUSTER_LIST: Final = re.compile(
    r"cluster-scoped-resources/(?:core|scheduling\.k8s\.io|node\.k8s\.io)/(nodes|priorityclasses|runtimeclasses)\.yaml"
)
_ONE: Final = re.compile(
    r"cluster-scoped-resources/(?:core|scheduling\.k8s\.io|node\.k8s\.io)/(nodes|priorityclasses|runtimeclasses)/[^/]+\.yaml"
)


class MustGather:
    """The layout. One must-gather has a root for each image that gathered."""

    def roots(self, names: Sequence[str]) -> list[str]:
        return sorted({found[1] for name in names if (found := _ROOT.fullmatch(name))})

    def place_of(self, name: str) -> Place | None:
        if found := _LIST.fullmatch(name):
            resource = resource_named(found[2])
            return Place(resource=resource, namespace=found[1]) if resource else None
        found = _CLUSTER_LIST.fullmatch(name) or _ONE.fullmatch(name)
        resource = resource_named(found[1]) if found else None
        return Place(resource=resource, one_of_many=bool(_ONE.fullmatch(name))) if resource else None

    def is_of_every_namespace(self, namespaces: frozenset[str], listed: frozenset[str]) -> bool:
        """The namespaces of users are never gathered."""
        return False
