"""Names for completion, from wherever a place on the line takes them. In about a second, or none at all."""

import io
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from kubectl_ds.commands.completing import Candidate, Place, Source
from kubectl_ds.commands.options import connection_flags
from kubectl_ds.environment import Environment
from kubectl_ds.errors import KubectlDsError

if TYPE_CHECKING:
    from kubectl_ds.kube.connection import ConnectionFlags, Session
    from kubectl_ds.kube.object_names import ObjectName

SECONDS = 1.0
"""For everything together: a credential plugin, a look-up of the server's name, the answer."""
PATIENCE = "KUBECTL_DS_COMPLETION_TIMEOUT"
"""The variable that says otherwise, for clusters that are far away or credentials that take long."""
_RESOURCES = {
    Source.DAEMONSETS: "daemonsets",
    Source.DAEMONSETS_EVERYWHERE: "daemonsets",
    Source.NODES: "nodes",
    Source.NAMESPACES: "namespaces",
    Source.PODS: "pods",
}
_WITHOUT_NAMESPACE = (Source.DAEMONSETS_EVERYWHERE, Source.NODES, Source.NAMESPACES)


def candidates_of(environment: Environment, place: Place) -> list[Candidate]:
    """What the place's source has. Raises whatever keeps it from having it; nothing is printed."""
    source = place.source
    if source is None:
        return []
    if source is Source.RULES:
        from kubectl_ds.core.audit_rules import RULES

        return [Candidate(rule.id, rule.name) for rule in RULES]
    if source in (Source.CONTEXTS, Source.CLUSTERS, Source.USERS):
        return _of_kubeconfig(environment, connection_flags(place.values), source)
    if place.is_demo:
        return list(_candidates(place, _of_sample(environment, place)))
    if place.values.get("dump"):
        return list(_candidates(place, _of_dump(environment, place)))
    return list(_candidates(place, _of_cluster(environment, place)))


def _of_kubeconfig(environment: Environment, flags: "ConnectionFlags", source: Source) -> list[Candidate]:
    from kubectl_ds.kube.kubeconfig import load_kubeconfig

    kubeconfig = load_kubeconfig(flags.kubeconfig, environment.variables)
    if source is Source.CLUSTERS:
        return [Candidate(name, cluster.server) for name, cluster in kubeconfig.clusters.items()]
    if source is Source.USERS:
        return [Candidate(name) for name in kubeconfig.users]
    current = kubeconfig.current_context
    return [Candidate(name, "current" if name == current else "") for name in kubeconfig.contexts]


def _of_sample(environment: Environment, place: Place) -> "list[ObjectName]":
    from kubectl_ds.kube.object_names import ObjectName
    from kubectl_ds.kube.sample import sample_cluster

    objects = sample_cluster(environment.now())
    if place.source is Source.NAMESPACES:
        namespaces = dict.fromkeys(one["metadata"].get("namespace", "") for one in objects)
        return [ObjectName(name) for name in namespaces if name]
    kinds = {"daemonsets": "DaemonSet", "nodes": "Node", "pods": "Pod"}
    kind = kinds[_RESOURCES[place.source]] if place.source else ""
    wanted = place.values.get("namespace")
    return [
        ObjectName(one["metadata"]["name"], one["metadata"].get("namespace", ""))
        for one in objects
        if one["kind"] == kind and (not wanted or one["metadata"].get("namespace", wanted) == wanted)
    ]


def _of_dump(environment: Environment, place: Place) -> "list[ObjectName]":
    """From the file that --from names; standard input is still to be typed."""
    from kubectl_ds.kube.dump.opening import STDIN, open_dump
    from kubectl_ds.kube.side_by_side import Pending

    path, namespace = place.values["dump"], place.values.get("namespace", "")

    def asked() -> "list[ObjectName] | None":
        session = open_dump(path, namespace=namespace, variables=environment.variables)
        return _names_in(session, place, None if session.homes is not None else session.namespace)

    return [] if path == STDIN else Pending(asked).result_within(_patience(environment)) or []


def _of_cluster(environment: Environment, place: Place) -> "list[ObjectName]":
    """From the cache, or else from the server in a thread that nobody waits for beyond the time."""
    from msgspec.structs import replace

    from kubectl_ds.kube.client_config import client_config
    from kubectl_ds.kube.exec_credentials import end_plugins
    from kubectl_ds.kube.kubeconfig import load_kubeconfig
    from kubectl_ds.kube.name_cache import NameCache, cache_folder, cache_key
    from kubectl_ds.kube.side_by_side import Pending

    assert place.source is not None
    variables = environment.variables
    flags = replace(connection_flags(place.values), request_timeout=f"{_patience(environment):g}s")
    if contexts := place.values.get("contexts"):
        # Of several clusters the first one's names stand for all.
        flags = replace(flags, context=contexts[0].partition(",")[0])
    config = client_config(load_kubeconfig(flags.kubeconfig, variables), flags, variables)
    folder = cache_folder(flags.cache_dir, variables)
    cache = NameCache(folder, now=time.time()) if folder else None
    where = "" if place.source in _WITHOUT_NAMESPACE else config.namespace
    key = cache_key(config, f"{_RESOURCES[place.source]} {where}", variables)
    if cache is not None and (known := cache.get(key)) is not None:
        return known
    asked = Pending(lambda: _asked(environment, flags, place))
    # No answer is kept too: the next key is not to wait for the same server again.
    try:
        names = asked.result_within(_patience(environment)) or []
    except KubectlDsError:
        names = []
    finally:
        end_plugins()
    if cache is not None:
        cache.put(key, names)
    return names


def _asked(environment: Environment, flags: "ConnectionFlags", place: Place) -> "list[ObjectName] | None":
    from kubectl_ds.kube.connection import open_session

    # As if there were no terminal: a credential plugin asks nothing then, and one that must ask is not run.
    session = open_session(flags, environment.variables, stdin_is_tty=False, stderr=io.StringIO())
    return _names_in(session, place, session.namespace)


def _patience(environment: Environment) -> float:
    said = environment.variables.get(PATIENCE, "")
    return float(said) if said.isascii() and said.isdigit() and int(said) > 0 else SECONDS


def _names_in(session: "Session", place: Place, namespace: str | None) -> "list[ObjectName] | None":
    from kubectl_ds.kube.object_names import object_names

    assert place.source is not None
    where = None if place.source in _WITHOUT_NAMESPACE else namespace
    with session:
        return object_names(session.transport, _RESOURCES[place.source], where)


def _candidates(place: Place, names: "Sequence[ObjectName]") -> Iterable[Candidate]:
    if place.source is Source.PODS and place.names:
        # The pods of a DaemonSet begin with its name.
        beginning = f"{place.names[0].rpartition('/')[2]}-"
        names = [one for one in names if one.name.startswith(beginning)]
    if place.source is Source.DAEMONSETS_EVERYWHERE:
        return (Candidate(f"{one.namespace}/{one.name}", one.note) for one in names)
    return (Candidate(one.name, one.note) for one in names)
