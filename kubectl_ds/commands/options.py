"""The flags that commands share: kubectl's connection and scope flags, with kubectl's meaning."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kubectl_ds.commands.arguments import BoolFlag

if TYPE_CHECKING:
    from kubectl_ds.kube.connection import ConnectionFlags

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
Options = tuple[Callable[[Any], Any], ...]

CONNECTION: Options = (
    click.option("--kubeconfig", metavar="FILE", help="The kubeconfig to use, in place of KUBECONFIG."),
    click.option("--context", metavar="NAME", help="The kubeconfig context to use."),
    click.option("--cluster", metavar="NAME", help="The kubeconfig cluster to use."),
    click.option("--user", metavar="NAME", help="The kubeconfig user to use."),
    click.option("-s", "--server", metavar="URL", help="The address of the API server."),
    click.option("--token", metavar="TOKEN", help="Bearer token."),
    click.option("--username", metavar="NAME", hidden=True, help="Basic authentication, with --password."),
    click.option("--password", metavar="WORD", hidden=True, help="Basic authentication, with --username."),
    click.option("--as", "as_user", metavar="USER", help="Impersonate this user."),
    click.option("--as-group", multiple=True, metavar="GROUP", help="Impersonate this group; repeatable."),
    click.option("--as-uid", metavar="UID", help="Impersonate this uid."),
    click.option("--as-user-extra", multiple=True, metavar="KEY=VALUE", help="Impersonate with this extra."),
    click.option("--certificate-authority", metavar="FILE", help="Trust this authority."),
    click.option("--client-certificate", metavar="FILE", help="Client certificate for TLS."),
    click.option("--client-key", metavar="FILE", help="Client key for TLS."),
    click.option(
        "--insecure-skip-tls-verify", cls=BoolFlag, help="Do not check the server's certificate. Insecure."
    ),
    click.option("--tls-server-name", metavar="NAME", help="The name to expect in the server's certificate."),
    click.option("--proxy-url", metavar="URL", help="Reach the server through this proxy."),
    click.option("--disable-compression", cls=BoolFlag, help="Do not ask the server for gzip."),
    click.option("--request-timeout", metavar="DURATION", help="For one request: 30, 1m30s; 0 is no limit."),
    click.option("--cache-dir", metavar="FOLDER", help="Accepted for kubectl's sake; nothing is cached."),
    click.option("--kuberc", metavar="FILE", help="The kuberc whose credentialPluginPolicy is kept."),
    click.option("-v", "--v", "verbosity", type=int, default=0, metavar="N", help="6 logs every request."),
    click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        help="Colour in text. auto: on a terminal, unless NO_COLOR is set.",
    ),
)

NAMESPACE: Options = (click.option("-n", "--namespace", metavar="NAME", help="The namespace to look in."),)

SCOPE: Options = (
    *NAMESPACE,
    click.option("-A", "--all-namespaces", cls=BoolFlag, help="Look in all namespaces; -n is then ignored."),
    click.option(
        "-l", "--selector", default="", metavar="SELECTOR", help="Only DaemonSets with these labels."
    ),
    click.option(
        "--field-selector", default="", metavar="SELECTOR", help="Only DaemonSets with these fields."
    ),
)

READING: Options = (
    click.option(
        "--chunk-size",
        type=click.IntRange(min=0),
        default=500,
        show_default=True,
        metavar="N",
        help="Objects a page; 0 asks for all at once.",
    ),
    click.option(
        "--fast", cls=BoolFlag, help="Read the server's watch cache: cheaper, and perhaps a moment behind."
    ),
    click.option(
        "--allow-partial", cls=BoolFlag, help="End with 0 or 1 even where something could not be read."
    ),
)

REPORT_OUTPUT: Options = (
    click.option(
        "-o",
        "--output",
        default="",
        metavar="FORMAT",
        help="table, wide, json, yaml, kyaml or jsonpath=TEMPLATE.",
    ),
    click.option("--no-headers", cls=BoolFlag, help="Leave the headings of tables out."),
)


def with_options(*groups: Options) -> Callable[[Decorated], Decorated]:
    """Put whole groups of options on a command, in their order of reading."""

    def decorate(function: Decorated) -> Decorated:
        for group in reversed(groups):
            for option in reversed(group):
                function = option(function)
        return function

    return decorate


def connection_flags(values: Mapping[str, Any]) -> "ConnectionFlags":
    """The connection flags among a command's parsed values; None is "not given"."""
    from kubectl_ds.kube.connection import ConnectionFlags

    return ConnectionFlags(
        **{
            name: values[name]
            for name in ConnectionFlags.__struct_fields__
            if name in values and values[name] is not None
        }
    )
