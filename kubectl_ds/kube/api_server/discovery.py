"""`/version`, `/api` and `/apis`: what kubectl asks before its first question, in both forms."""

import platform
from collections.abc import Mapping
from typing import Any

from kubectl_ds.kube.api_server.resources import SERVED, VERBS, ServedResource

_AGGREGATED = "as=APIGroupDiscoveryList"


def discovery_tree(path: str, accept: str, git_version: str) -> Mapping[str, Any] | None:
    """The document at a discovery path, or None where there is none."""
    aggregated = next((one for one in accept.split(",") if _AGGREGATED in one), "")
    if path == "/version":
        return _version(git_version)
    if path == "/api":
        if aggregated:
            return _aggregated_groups(core=True)
        return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}
    if path == "/apis":
        if aggregated:
            return _aggregated_groups(core=False)
        groups = [_group(name) for name in _groups() if name]
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
    served = [one for one in SERVED if one.root == path]
    if served:
        return _resource_list(served)
    group = path.removeprefix("/apis/")
    return _group(group) if group in _groups() else None


def discovery_content_type(path: str, accept: str) -> str:
    """The aggregated form is a media type of its own; kubectl looks at it to tell the two apart."""
    if path in ("/api", "/apis") and _AGGREGATED in accept:
        return "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
    return "application/json"


def _groups() -> dict[str, list[ServedResource]]:
    groups: dict[str, list[ServedResource]] = {}
    for one in SERVED:
        groups.setdefault(one.group, []).append(one)
    return groups


def _version(git_version: str) -> Mapping[str, Any]:
    major, minor = git_version.removeprefix("v").split(".")[:2]
    return {
        "major": major,
        "minor": minor,
        "gitVersion": git_version,
        "gitCommit": "",
        "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "none: " + platform.python_implementation(),
        "compiler": platform.python_implementation(),
        "platform": f"{platform.system().lower()}/{platform.machine()}",
    }


def _group(name: str) -> Mapping[str, Any]:
    versions = [
        {"groupVersion": group_version, "version": group_version.rpartition("/")[2]}
        for group_version in dict.fromkeys(one.group_version for one in _groups()[name])
    ]
    return {
        "kind": "APIGroup",
        "apiVersion": "v1",
        "name": name,
        "versions": versions,
        "preferredVersion": versions[0],
    }


def _resource_list(served: list[ServedResource]) -> Mapping[str, Any]:
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": served[0].group_version,
        "resources": [
            {
                "name": one.plural,
                "singularName": one.singular,
                "namespaced": one.namespaced,
                "kind": one.kind,
                "verbs": list(VERBS),
                "shortNames": list(one.short_names),
            }
            for one in served
        ],
    }


def _aggregated_groups(*, core: bool) -> Mapping[str, Any]:
    items = [
        {
            "metadata": {"name": name} if name else {},
            "versions": [
                {
                    "version": served[0].version,
                    "freshness": "Current",
                    "resources": [_aggregated_resource(one) for one in served],
                }
            ],
        }
        for name, served in _groups().items()
        if core == (not name)
    ]
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": items,
    }


def _aggregated_resource(one: ServedResource) -> Mapping[str, Any]:
    return {
        "resource": one.plural,
        "responseKind": {"group": one.group, "version": one.version, "kind": one.kind},
        "scope": "Namespaced" if one.namespaced else "Cluster",
        "singularResource": one.singular,
        "verbs": list(VERBS),
        "shortNames": list(one.short_names),
    }
