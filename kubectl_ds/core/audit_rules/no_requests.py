"""DS018: containers that request no CPU or no memory."""

from collections.abc import Iterator, Mapping

from kubectl_ds.core.audit_report import Found
from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audit_words import command, listed
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.unset_resources import without

_SPELLED = {"cpu": "CPU", "memory": "memory"}


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """Containers that run as long as the pod does, and whose pod requests nothing as a whole either."""
    spec, containers = audited.admitted, audited.running_containers
    lacking = {resource: without(spec, containers, "requests", resource) for resource in _SPELLED}
    lacking = {resource: names for resource, names in lacking.items() if names}
    if not lacking:
        return
    first = next(iter(lacking.values()))[0]
    wanted = [f"{resource}={resource.upper()}" for resource, names in lacking.items() if first in names]
    look = command("kubectl", "top", "pods", "-n", audited.key[0], "--containers")
    mend = command(
        "kubectl", "set", "resources", *audited.flags, "-c", first, f"--requests={','.join(wanted)}"
    )
    yield Found(
        message=f"{_what(lacking, len(containers))} The scheduler counts what is not requested as nothing.",
        fix=f"See what they use ({look}) and request that: {mend}.",
    )


def _what(lacking: Mapping[str, tuple[str, ...]], containers: int) -> str:
    by_names: dict[tuple[str, ...], list[str]] = {}
    for resource, names in lacking.items():
        by_names.setdefault(names, []).append(_SPELLED[resource])
    told = [f"{_subject(names, containers)} {_nothing_of(what)}" for names, what in by_names.items()]
    return f"{', and '.join(told)}."


def _subject(names: tuple[str, ...], containers: int) -> str:
    if containers == 1:
        return f"Its container {names[0]} requests"
    verb = "requests" if len(names) == 1 else "request"
    return f"{len(names)} of its {containers} containers ({listed(names)}) {verb}"


def _nothing_of(resources: list[str]) -> str:
    return f"neither {' nor '.join(resources)}" if len(resources) > 1 else f"no {resources[0]}"


RULE = Rule(
    id="DS018",
    name="no-requests",
    level="warning",
    needs=frozenset(("limitranges",)),
    means="Containers of the DaemonSet request no CPU or no memory, neither by themselves, nor for the pod as a "
    "whole, nor by a LimitRange of the namespace. A limit counts as a request; a request of 0 is none. Init "
    "containers that end are left out.",
    why="The scheduler fills a node as if these containers took nothing, on every node of the cluster. When the "
    "node runs short, what uses more than it requested is starved of CPU, killed and evicted before others.",
    mend="Request what the containers use: `kubectl top pods --containers` shows it.",
    check=check,
)
