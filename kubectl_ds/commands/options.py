"""The flags that commands share: kubectl's connection and scope flags, with kubectl's meaning."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from kubectl_ds.commands.declared import Choice, Flag, Number, Switch, Text

if TYPE_CHECKING:
    from kubectl_ds.kube.connection import ConnectionFlags

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
Options = tuple[Flag, ...]

SERVER: Options = (
    Flag("--kubeconfig", metavar="FILE", help="The kubeconfig to use, in place of KUBECONFIG."),
    Flag("--context", metavar="NAME", help="The kubeconfig context to use."),
    Flag("--cluster", metavar="NAME", help="The kubeconfig cluster to use."),
    Flag("--user", metavar="NAME", help="The kubeconfig user to use."),
    Flag("-s", "--server", metavar="URL", help="The address of the API server."),
    Flag("--token", metavar="TOKEN", help="Bearer token."),
    Flag("--username", metavar="NAME", is_hidden=True, help="Basic authentication, with --password."),
    Flag("--password", metavar="WORD", is_hidden=True, help="Basic authentication, with --username."),
    Flag("--as", name="as_user", metavar="USER", help="Impersonate this user."),
    Flag("--as-group", many=True, metavar="GROUP", help="Impersonate this group; repeatable."),
    Flag("--as-uid", metavar="UID", help="Impersonate this uid."),
    Flag("--as-user-extra", many=True, metavar="KEY=VALUE", help="Impersonate with this extra."),
    Flag("--certificate-authority", metavar="FILE", help="Trust this authority."),
    Flag("--client-certificate", metavar="FILE", help="Client certificate for TLS."),
    Flag("--client-key", metavar="FILE", help="Client key for TLS."),
    Flag(
        "--insecure-skip-tls-verify", kind=Switch(), help="Do not check the server's certificate. Insecure."
    ),
    Flag("--tls-server-name", metavar="NAME", help="The name to expect in the server's certificate."),
    Flag("--proxy-url", metavar="URL", help="Reach the server through this proxy."),
    Flag("--disable-compression", kind=Switch(), help="Do not ask the server for gzip."),
    Flag("--request-timeout", metavar="DURATION", help="For one request: 30, 1m30s; 0 is no limit."),
    Flag("--cache-dir", metavar="FOLDER", help="Where completion keeps names for some seconds."),
    Flag("--kuberc", metavar="FILE", help="The kuberc whose credentialPluginPolicy is kept."),
    Flag("-v", "--v", name="verbosity", kind=Number(), metavar="N", help="6 logs every request."),
    Flag(
        "--color",
        kind=Choice(("auto", "always", "never"), default="auto"),
        help="Colour in text. auto: on a terminal, unless NO_COLOR is set.",
    ),
)
"""How to reach an API server, and how to look while doing so."""

CONNECTION: Options = (
    *SERVER,
    Flag(
        "--from",
        name="dump",
        metavar="PATH",
        help="Read a snapshot or a dump in place of a cluster; - is standard input.",
    ),
)
"""Of every command that only reads."""

NAMESPACE: Options = (Flag("-n", "--namespace", metavar="NAME", help="The namespace to look in."),)

SCOPE: Options = (
    *NAMESPACE,
    Flag("-A", "--all-namespaces", kind=Switch(), help="Look in all namespaces; -n is then ignored."),
    Flag("-l", "--selector", kind=Text(""), metavar="SELECTOR", help="Only DaemonSets with these labels."),
    Flag("--field-selector", kind=Text(""), metavar="SELECTOR", help="Only DaemonSets with these fields."),
)

READING: Options = (
    Flag(
        "--chunk-size",
        kind=Number(500, at_least=0),
        shows_default=True,
        metavar="N",
        help="Objects a page; 0 asks for all at once.",
    ),
    Flag(
        "--fast", kind=Switch(), help="Read the server's watch cache: cheaper, and perhaps a moment behind."
    ),
    Flag("--allow-partial", kind=Switch(), help="End with 0 or 1 even where something could not be read."),
)

FLEET: Options = (
    Flag(
        "--contexts",
        many=True,
        metavar="CONTEXT,...",
        help="Look at the clusters of these contexts, side by side.",
    ),
    Flag("--all-contexts", kind=Switch(), help="Look at the clusters of all contexts of the kubeconfig."),
    Flag("--contexts-file", metavar="FILE", help="Contexts, one a line; - is standard input."),
    Flag(
        "--clusters-at-once",
        kind=Number(8, at_least=1),
        shows_default=True,
        metavar="N",
        help="With several contexts: how many are read at the same time.",
    ),
    Flag(
        "--cluster-timeout",
        kind=Text(""),
        metavar="DURATION",
        help="With several contexts: how long one may take, 60s unless said; 0 is no limit.",
    ),
)
"""Of the commands that look at several clusters."""

TIMEOUT = Flag(
    "--timeout",
    kind=Text(""),
    metavar="DURATION",
    help="How long to wait: 30s, 5m. Without it: for ever.",
)
"""Of the commands that have --wait."""

_NO_HEADERS = Flag("--no-headers", kind=Switch(), help="Leave the headings of tables out.")

REPORT_FORMATS = (
    "table",
    "wide",
    "json",
    "yaml",
    "kyaml",
    "jsonpath=",
    "jsonpath-as-json=",
    "jsonpath-file=",
)
"""As they are typed. A test holds each to be one that reports know."""

REPORT_OUTPUT: Options = (
    Flag(
        "-o",
        "--output",
        kind=Text(""),
        metavar="FORMAT",
        help="table, wide, json, yaml, kyaml or jsonpath=TEMPLATE.",
        offers=REPORT_FORMATS,
    ),
    _NO_HEADERS,
)

MATRIX_OUTPUT: Options = (
    Flag(
        "-o",
        "--output",
        kind=Text(""),
        metavar="FORMAT",
        help="table, wide, json, yaml, kyaml, jsonpath=TEMPLATE or html.",
        offers=(*REPORT_FORMATS, "html"),
    ),
    _NO_HEADERS,
)

AUDIT_OUTPUT: Options = (
    Flag(
        "-o",
        "--output",
        kind=Text(""),
        metavar="FORMAT",
        help="table, wide, json, yaml, kyaml, jsonpath=TEMPLATE, sarif, junit, prometheus, markdown, html or github.",
        offers=(*REPORT_FORMATS, "sarif", "junit", "prometheus", "markdown", "html", "github"),
    ),
    _NO_HEADERS,
)


def names_a_fleet(values: Mapping[str, Any]) -> bool:
    """Whether several clusters are meant: what `commands/fleets.py` then does."""
    return bool(values["contexts"] or values["all_contexts"] or values["contexts_file"])


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
