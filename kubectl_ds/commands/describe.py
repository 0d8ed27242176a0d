"""`kubectl ds describe`: all that kubectl's describe says, and what it leaves out."""

from typing import Any

import click

from kubectl_ds.commands.arguments import BoolFlag, KubectlCommand
from kubectl_ds.commands.names import daemonset_names
from kubectl_ds.commands.options import CONNECTION, READING, SCOPE, with_options
from kubectl_ds.environment import Environment
from kubectl_ds.exit_codes import ExitCode

EPILOG = """\b
Examples:
  kubectl ds describe cni -n kube-system
  kubectl ds describe -A -l tier=node
"""


@click.command(cls=KubectlCommand, name="describe", epilog=EPILOG)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--show-events", cls=BoolFlag, default=True, help="The events too; on unless =false.")
@with_options(SCOPE, READING, CONNECTION)
@click.pass_obj
def command(environment: Environment, /, names: tuple[str, ...], **values: Any) -> ExitCode:
    """Everything about a DaemonSet: spec, rollout, coverage, unwell pods, revisions, events.

    Prints what `kubectl describe ds` prints and what it leaves out: affinity, nodeName, update strategy,
    revisions with the nodes on each, coverage with its causes.
    """
    from kubectl_ds.commands.reading import EVERYTHING, exit_code_for, style_from, take_snapshot
    from kubectl_ds.core.coverage import coverage
    from kubectl_ds.core.describe import description
    from kubectl_ds.output.describe import describe_text

    wants = EVERYTHING if values["show_events"] else EVERYTHING - {"events"}
    snapshot = take_snapshot(environment, values, daemonset_names(names), wants)
    covered = {item.uid: item for item in coverage(snapshot).items}
    style = style_from(environment, values)
    blocks = [
        describe_text(
            snapshot.daemonset_objects[daemonset.metadata.uid],
            daemonset,
            description(snapshot, daemonset),
            covered.get(daemonset.metadata.uid),
            style,
            now=snapshot.taken_at,
        )
        for daemonset in snapshot.daemonsets
    ]
    # kubectl leaves two empty lines between objects.
    environment.stdout.write("\n\n".join(blocks))
    return exit_code_for(values, incomplete=bool(snapshot.gaps), findings=False)
