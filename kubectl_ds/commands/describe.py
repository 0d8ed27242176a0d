"""`kubectl ds describe`: all that kubectl's describe says, and what it leaves out."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kubectl_ds.commands.declared import NAMES, Declared, Flag, Switch
from kubectl_ds.commands.names import in_order_of, names_as_given, refuse_missing, tolerant
from kubectl_ds.commands.options import CONNECTION, READING, SCOPE
from kubectl_ds.environment import Environment
from kubectl_ds.errors import NotFoundError
from kubectl_ds.exit_codes import ExitCode

if TYPE_CHECKING:
    from kubectl_ds.core.snapshot import ClusterSnapshot
    from kubectl_ds.kube.connection import Session
    from kubectl_ds.kube.scope import Scope

EPILOG = """\b
Examples:
  kubectl ds describe cni -n kube-system
  kubectl ds describe node- -n monitoring         all whose names begin with node-
  kubectl ds describe -A -l tier=node
"""


OWN = (Flag("--show-events", kind=Switch(on=True), help="The events too; on unless =false."),)


def run(environment: Environment, /, names: tuple[str, ...], **values: Any) -> ExitCode:
    """Everything about a DaemonSet: spec, rollout, coverage, unwell pods, revisions, events.

    Prints what `kubectl describe ds` prints and what it leaves out: affinity, nodeName, update strategy,
    revisions with the nodes on each, coverage with its causes. One NAME that is not there is taken for the
    beginning of names.
    """
    from kubectl_ds.commands.reading import exit_code_for, say_what_is_lacking, scope_from, session_from

    wanted = names_as_given(names)
    with session_from(environment, values) as session:
        snapshot, scope = _read(session, values, scope_from(values, wanted, session))
        say_what_is_lacking(environment, snapshot, scope)
        environment.stdout.write(_text(environment, values, snapshot, scope.names))
        found = {daemonset.metadata.name for daemonset in snapshot.daemonsets}
        refuse_missing(session, values, scope, [name for name in scope.names if name not in found])
    return exit_code_for(values, incomplete=bool(snapshot.gaps), findings=False)


command = Declared(
    "describe",
    run,
    words=NAMES,
    flags=(*OWN, *SCOPE, *READING, *CONNECTION),
    epilog=EPILOG,
)


def _read(session: "Session", values: Mapping[str, Any], scope: "Scope") -> "tuple[ClusterSnapshot, Scope]":
    """What the names stand for, by kubectl's rule (DescribeMatchingResources of pkg/cmd/describe)."""
    from kubectl_ds.commands.reading import EVERYTHING, read_with

    wants = EVERYTHING if values["show_events"] else EVERYTHING - {"events"}
    try:
        return read_with(session, tolerant(values, scope.names), scope, wants), scope
    except NotFoundError:
        beginning = _beginning_with(session, values, scope)
        if not beginning.names:
            raise
        return read_with(session, values, beginning, wants), beginning


def _beginning_with(session: "Session", values: Mapping[str, Any], scope: "Scope") -> "Scope":
    """The same scope with every name that begins with the one that is not there."""
    from msgspec.structs import replace

    from kubectl_ds.commands.reading import read_options_from
    from kubectl_ds.kube.daemonset_objects import read_daemonset_objects

    everything = replace(scope, names=())
    listed = read_daemonset_objects(session.transport, everything, read_options_from(values)).objects
    names = [str(one["metadata"]["name"]) for one in listed]
    return replace(scope, names=tuple(name for name in names if name.startswith(scope.names[0])))


def _text(
    environment: Environment, values: Mapping[str, Any], snapshot: "ClusterSnapshot", names: tuple[str, ...]
) -> str:
    from kubectl_ds.commands.reading import style_from
    from kubectl_ds.core.coverage import coverage
    from kubectl_ds.core.describe import description
    from kubectl_ds.core.ownership import PodIndex
    from kubectl_ds.output.describe import describe_text

    covered = {item.uid: item for item in coverage(snapshot).items}
    pods = PodIndex(snapshot.pods)
    style = style_from(environment, values)
    # kubectl leaves two empty lines between objects.
    return "\n\n".join(
        describe_text(
            snapshot.daemonset_objects[daemonset.metadata.uid],
            daemonset,
            description(snapshot, daemonset, pods),
            covered.get(daemonset.metadata.uid),
            style,
            now=snapshot.taken_at,
        )
        for daemonset in in_order_of(names, snapshot.daemonsets, lambda one: one.metadata.name)
    )
