"""`kubectl ds create`: the manifest that `kubectl create` has no generator for. The only command that writes."""

from typing import Any

import click

from kubectl_ds.commands.arguments import BoolFlag, KubectlCommand
from kubectl_ds.commands.declared import Flag, Text
from kubectl_ds.commands.options import NAMESPACE, SERVER, with_options
from kubectl_ds.exit_codes import ExitCode

EPILOG = """\b
Examples:
  kubectl ds create agent --image registry.example/agent:1 --mount-host /var/log:ro
  kubectl ds create agent --image registry.example/agent:1 --all-nodes --dry-run=client -o yaml
  kubectl ds create --from deployment/web              the same pods, one on each node
  kubectl ds create probe --image busybox --command -- sleep 3600
"""
ARGUMENTS = "kubectl_ds.create.arguments"
"""Where in a context's meta the words behind `--` stand."""
PORTS = click.IntRange(1, 65535)


class CreateCommand(KubectlCommand):
    """Tells what stands behind `--` from names, and reads `--from -f FILE`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if "--" in args:
            dash = args.index("--")
            ctx.meta[ARGUMENTS] = tuple(args[dash + 1 :])
            args = args[:dash]
        follows_from = [
            place
            for place, word in enumerate(args[:-1])
            if word == "--from" and args[place + 1].startswith(("-f", "--filename"))
        ]
        kept = [word for place, word in enumerate(args) if place not in follows_from]
        return super().parse_args(ctx, kept)


@click.command(cls=CreateCommand, name="create", epilog=EPILOG)
@click.argument("name", required=False, default="", metavar="NAME")
@click.option("--image", "images", multiple=True, metavar="IMAGE", help="A container's image; repeatable.")
@click.option(
    "--from",
    "source",
    default="",
    metavar="TYPE/NAME",
    help="Make it of this Deployment, ReplicaSet or StatefulSet.",
)
@click.option(
    "-f",
    "--filename",
    default="",
    metavar="FILE",
    help="Make it of the workload in this file; - is standard input.",
)
@click.option(
    "--port",
    "ports",
    multiple=True,
    type=PORTS,
    metavar="N",
    help="A port of the first container; repeatable.",
)
@click.option("--env", multiple=True, metavar="NAME=VALUE", help="A variable of every container; repeatable.")
@click.option("--command", cls=BoolFlag, help="What follows -- is the command, not its arguments.")
@click.option("--node-selector", multiple=True, metavar="KEY=VALUE,...", help="Only nodes with these labels.")
@click.option(
    "--toleration",
    "tolerations",
    multiple=True,
    metavar="KEY[=VALUE][:EFFECT]",
    help="Tolerate this taint; repeatable.",
)
@click.option("--all-nodes", cls=BoolFlag, help="Tolerate every taint: the control plane too.")
@click.option("--host-network", cls=BoolFlag, help="On the node's own network.")
@click.option("--host-pid", cls=BoolFlag, help="Among the node's own processes.")
@click.option(
    "--mount-host",
    "host_mounts",
    multiple=True,
    metavar="PATH[:ro]",
    help="Mount this path of the node; repeatable.",
)
@click.option("--service-account", metavar="NAME", help="Run as this service account.")
@click.option("--priority-class", metavar="NAME", help="The pods' priority class.")
@click.option("--max-unavailable", metavar="N|PERCENT", help="How many nodes a rollout may take at a time.")
@click.option(
    "--label",
    "labels",
    multiple=True,
    metavar="KEY=VALUE,...",
    help="A label of it and of its pods; repeatable.",
)
@click.option(
    "--dry-run",
    type=click.Choice(["none", "client", "server"]),
    default="none",
    help="client: only print it; server: let the server check it.",
)
@click.option("--save-config", cls=BoolFlag, help="Note the manifest for a later kubectl apply.")
@click.option("--field-manager", default="kubectl-create", metavar="NAME", help="Who owns the fields.")
@Flag(
    *("-o", "--output"),
    kind=Text(""),
    metavar="FORMAT",
    help="yaml, json, kyaml, name or jsonpath=TEMPLATE.",
    offers=("yaml", "json", "kyaml", "name", "jsonpath=", "jsonpath-as-json="),
)
@click.option("--show-managed-fields", cls=BoolFlag, help="Keep managedFields in json and yaml.")
@with_options(NAMESPACE, SERVER)
@click.pass_context
def command(context: click.Context, /, name: str, **values: Any) -> ExitCode:
    """A new DaemonSet, from images or from a workload of another kind.

    Before anything is written it says on how many nodes it lands, and what leaves the others out. What stands
    behind -- are the first container's arguments.
    """
    from kubectl_ds.commands.creating import create

    return create(context.obj, name, context.meta.get(ARGUMENTS, ()), values)
