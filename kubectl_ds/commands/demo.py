"""`kubectl ds demo`: any command on the bundled sample cluster, read through the same live path."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

import click

from kubectl_ds.commands.arguments import KubectlCommand
from kubectl_ds.commands.command_words import command_first, plain_words
from kubectl_ds.environment import Environment
from kubectl_ds.errors import UsageError
from kubectl_ds.exit_codes import ExitCode

WITHOUT_DAEMONSETS = ("node", "plan", "create", "audit", "diff")
"""Commands whose words are not names of DaemonSets that are there."""
SCOPE_FLAGS = ("-n", "--namespace", "-A", "--all-namespaces")

EPILOG = """\b
Examples:
  kubectl ds demo                              the sample's DaemonSets
  kubectl ds demo coverage                     all of them, node by node
  kubectl ds demo explain node-exporter        one of them
"""


@click.command(
    cls=KubectlCommand,
    name="demo",
    epilog=EPILOG,
    context_settings={
        "ignore_unknown_options": True,
        "allow_interspersed_args": False,
        "help_option_names": [],
    },
)
@click.argument("words", nargs=-1, metavar="[COMMAND] [ARGUMENT]...", type=click.UNPROCESSED)
@click.pass_context
def command(context: click.Context, words: tuple[str, ...]) -> ExitCode:
    """Any command on a bundled sample cluster, with no cluster at all.

    The sample is served over HTTP on loopback and read as any cluster is read. Without -n or a name all its
    namespaces are shown; a name is looked for in all of them.
    """
    if words in (("--help",), ("-h",)):
        click.echo(context.get_help())
        return ExitCode.OK
    from kubectl_ds.kube.api_server import ApiServer
    from kubectl_ds.kube.sample import sample_cluster

    environment: Environment = context.obj
    group = context.find_root().command
    assert isinstance(group, click.Group)
    name, rest = command_first(words)
    target = group.get_command(context, name)
    if target is None or name == "demo":
        raise UsageError(f"unknown command {name!r}", hint="`kubectl ds demo --help` lists examples")
    objects = sample_cluster(environment.now())
    with ApiServer(objects, clock=environment.now) as server:
        flags = {option.name for option in target.params}
        if "server" in flags:
            homes_of = {} if name in WITHOUT_DAEMONSETS else homes(objects)
            rest = scoped(rest, homes_of, everywhere="all_namespaces" in flags)
            rest = with_flags(rest, "--server", server.url)
        result: object = group.main(
            args=[name, *rest],
            prog_name=context.command_path,
            standalone_mode=False,
            obj=environment._replace(variables=without_cluster(environment.variables)),
        )
    return result if isinstance(result, ExitCode) else ExitCode.OK


def homes(objects: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The namespace of each of the sample's DaemonSets."""
    return {
        one["metadata"]["name"]: one["metadata"]["namespace"] for one in objects if one["kind"] == "DaemonSet"
    }


def scoped(arguments: Sequence[str], namespace_of: Mapping[str, str], *, everywhere: bool) -> list[str]:
    """With a scope where none was given: the namespace of the DaemonSet named, else all of them.

    `everywhere`: whether the command can look in all namespaces.
    """
    if any(word.startswith(SCOPE_FLAGS) for word in arguments):
        return list(arguments)
    names = [arguments[position].rpartition("/")[2] for position in plain_words(arguments)]
    if not names or not namespace_of:
        return with_flags(arguments, "--all-namespaces") if everywhere else list(arguments)
    namespace = next((namespace_of[name] for name in names if name in namespace_of), "default")
    return with_flags(arguments, "--namespace", namespace)


def with_flags(arguments: Sequence[str], *flags: str) -> list[str]:
    """The flags at the end, and before a `--`."""
    end = list(arguments).index("--") if "--" in arguments else len(arguments)
    return [*arguments[:end], *flags, *arguments[end:]]


def without_cluster(variables: Mapping[str, str]) -> dict[str, str]:
    """Nothing of the user's own cluster or credentials may reach the demo."""
    kept = {name: value for name, value in variables.items() if not name.startswith("KUBERNETES_")}
    return {**kept, "KUBECONFIG": os.devnull, "KUBERC": "off"}
