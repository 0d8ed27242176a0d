"""The same look at several clusters: which ones, all of them side by side, one answer and one exit code."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from kubectl_ds.environment import Environment
from kubectl_ds.errors import KubeconfigError, KubectlDsError, UsageError
from kubectl_ds.exit_codes import ExitCode
from kubectl_ds.output.terminal_text import safe

if TYPE_CHECKING:
    from kubectl_ds.core.coverage_report import CoverageReport
    from kubectl_ds.core.fleet_report import ClusterReport, FleetCluster
    from kubectl_ds.core.snapshot import ClusterSnapshot, Gap, Resource
    from kubectl_ds.kube.connection import Session
    from kubectl_ds.kube.fleet import Bounds, Heard
    from kubectl_ds.kube.lists import ListProgress, OnProgress
    from kubectl_ds.output.formats import OutputFormat
    from kubectl_ds.output.style import Style

    Looked = tuple[FleetCluster, Callable[[Style], str]]
    """A cluster, and its text as the command prints it of one alone."""

OF_ONE_CLUSTER = (
    *("context", "cluster", "user", "server", "token", "username", "password", "tls_server_name"),
    *("certificate_authority", "client_certificate", "client_key", "dump"),
)
"""Each cluster has its own: given once, they would send one cluster's credentials to all the others."""
FOLLOWING = ("watch", "watch_only", "wait")
_WORST_FIRST = (ExitCode.UNAVAILABLE, ExitCode.FINDINGS, ExitCode.OK)
_STDIN = "-"


class Seen(NamedTuple):
    """What a command makes of one cluster. `covered` is the whole coverage where the command has it anyway."""

    report: "ClusterReport"
    text: "Callable[[Style], str]"
    incomplete: "tuple[Gap, ...]"
    has_findings: bool = False
    has_unjudged: bool = False
    covered: "CoverageReport | None" = None


class Look(NamedTuple):
    """How a command looks at one cluster; `concerning` drops gaps that the answer does not rest on."""

    wants: "frozenset[Resource]"
    seen: "Callable[[ClusterSnapshot], Seen]"
    concerning: "Callable[[ClusterSnapshot], ClusterSnapshot] | None" = None


def look_at_fleet(
    environment: Environment,
    values: Mapping[str, Any],
    names: Sequence[str],
    asked: "OutputFormat",
    look: Look,
) -> ExitCode:
    """Every cluster's own answer in the order of the contexts, and what the same DaemonSet is in each of them."""
    from kubectl_ds.commands.printing import print_report
    from kubectl_ds.core.fleet import fleet
    from kubectl_ds.output.fleet import fleet_text

    refuse_what_is_for_one_cluster(values)
    looked = _looked(environment, values, names, look)
    report = fleet([cluster for cluster, _ in looked])
    texts = {cluster.context: text for cluster, text in looked}
    _say(environment, report.clusters)
    print_report(environment, values, asked, report, lambda style: fleet_text(report, texts, style))
    codes = {ExitCode(cluster.ends_with) for cluster in report.clusters}
    return next(code for code in _WORST_FIRST if code in codes)


def refuse_what_is_for_one_cluster(values: Mapping[str, Any]) -> None:
    """Raises `UsageError`."""
    for name in (*OF_ONE_CLUSTER, *FOLLOWING):
        if values.get(name):
            flag = "--from" if name == "dump" else f"--{name.replace('_', '-')}"
            raise UsageError(
                f"{flag} and several contexts exclude each other",
                hint="it belongs to one cluster; each context has its own"
                if name in OF_ONE_CLUSTER
                else "follow one cluster at a time, with --context",
            )
    if values["all_contexts"] and (values["contexts"] or values["contexts_file"]):
        raise UsageError("--all-contexts and a list of contexts exclude each other", hint="give one of them")


def contexts_of(environment: Environment, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Each context once, in the order of the flags, the file or the kubeconfig.

    Raises `UsageError` for a file that cannot be read or names none, `KubeconfigError`.
    """
    if values["all_contexts"]:
        from kubectl_ds.kube.kubeconfig import load_kubeconfig

        kubeconfig = load_kubeconfig(values["kubeconfig"] or "", environment.variables)
        if not kubeconfig.contexts:
            raise KubeconfigError(
                "the kubeconfig holds no contexts",
                hint="check KUBECONFIG and --kubeconfig, or give --contexts",
            )
        return tuple(kubeconfig.contexts)
    named = [word.strip() for text in values["contexts"] for word in text.split(",")]
    if values["contexts_file"]:
        named += _of_file(environment, values["contexts_file"])
    contexts = tuple(dict.fromkeys(name for name in named if name))
    if not contexts:
        raise UsageError("no context is named", hint="give --contexts a,b, or a file with one context a line")
    return contexts


def _of_file(environment: Environment, path: str) -> Iterator[str]:
    """One context a line; a line that begins with # is a remark. Names may hold blanks and #."""
    try:
        if path == _STDIN:
            text = environment.stdin.read()
        else:
            with open(path, encoding="utf-8") as file:
                text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        words = getattr(error, "strerror", None) or error
        raise UsageError(f"the file of contexts {path} cannot be read: {words}") from None
    return (line.strip() for line in text.splitlines() if not line.lstrip().startswith("#"))


def bounds_from(values: Mapping[str, Any]) -> "Bounds":
    """Raises `UsageError` for what is no duration."""
    from kubectl_ds.commands.waiting import timeout_seconds
    from kubectl_ds.kube.fleet import DEADLINE, Bounds

    text = values["cluster_timeout"]
    seconds = timeout_seconds(text) if text else DEADLINE
    return Bounds(at_once=values["clusters_at_once"], deadline=seconds or None)


def _looked(
    environment: Environment, values: Mapping[str, Any], names: Sequence[str], look: Look
) -> "list[Looked]":
    from kubectl_ds.commands.progress import shown_progress
    from kubectl_ds.kube.exec_credentials import end_plugins
    from kubectl_ds.kube.fleet import read_side_by_side

    bounds, contexts = bounds_from(values), contexts_of(environment, values)
    sessions, errors = _all_opened(environment, values, contexts)
    late: list[int] = []
    with shown_progress(environment) as on_progress:
        works = [
            partial(_one, values, names, look, context, session, on_progress)
            for context, session in sessions.items()
        ]
        reads = read_side_by_side(works, bounds, late.append)
    if late:
        # All others are done by now.
        end_plugins()
    done: dict[str, Looked] = {}
    for context, read in zip(sessions, reads, strict=True):
        if isinstance(read.error, UsageError):
            raise read.error
        if read.error is not None:
            errors[context] = read.error
        elif read.value is not None:
            done[context] = read.value
    return [done.get(context) or _not_had(context, errors[context], values) for context in contexts]


def _not_had(context: str, error: KubectlDsError, values: Mapping[str, Any]) -> "Looked":
    from kubectl_ds.core.fleet_report import FleetCluster

    ends_with = ExitCode.OK if values["allow_partial"] else ExitCode.UNAVAILABLE
    cluster = FleetCluster(context=context, error=error.message, hint=error.hint, ends_with=ends_with)
    return cluster, lambda style: ""


def _all_opened(
    environment: Environment, values: Mapping[str, Any], contexts: Sequence[str]
) -> "tuple[dict[str, Session], dict[str, KubectlDsError]]":
    """The sessions, and why there is none. On this thread: to open one asks nobody anything."""
    sessions: dict[str, Session] = {}
    errors: dict[str, KubectlDsError] = {}
    for context in contexts:
        try:
            sessions[context] = _opened(environment, values, context)
        except UsageError:
            raise
        except KubectlDsError as error:
            errors[context] = error
    return sessions, errors


def _opened(environment: Environment, values: Mapping[str, Any], context: str) -> "Session":
    """The session of one context. No plugin may ask anything: the terminal is not its own."""
    from kubectl_ds.commands.reading import logged, logs_requests, opened

    session = opened(environment, {**values, "context": context}, may_ask=False)
    return logged(session, environment, f"{context}: ") if logs_requests(values) else session


def _one(*asked: Any) -> "Looked":
    """One cluster. What goes wrong in an unforeseen way there is no reason to lose the others."""
    try:
        return _read_and_judged(*asked)
    except KubectlDsError:
        raise
    except Exception as error:
        words = " ".join([f"unexpected {type(error).__name__}:", *str(error).split()]).removesuffix(":")
        raise KubectlDsError(words, hint="--context with -v=1 shows where") from error


def _read_and_judged(
    values: Mapping[str, Any],
    names: Sequence[str],
    look: Look,
    context: str,
    session: "Session",
    on_progress: "OnProgress",
    heard: "Heard",
) -> "Looked":
    """On a thread of its own; a cluster's objects are let go as soon as it is judged."""
    from msgspec.structs import replace

    from kubectl_ds.commands.reading import exit_code_for, read_options_from, scope_from
    from kubectl_ds.core.fleet import members_of
    from kubectl_ds.core.fleet_report import FleetCluster
    from kubectl_ds.kube.reader import read_snapshot

    def told(progress: "ListProgress") -> None:
        if progress.answered:
            heard()
        on_progress(progress)

    with session:
        scope = scope_from(values, names, session)
        options = replace(read_options_from(values), ignore_not_found=True, on_progress=told)
        snapshot = read_snapshot(session.transport, scope, look.wants, options)
    if look.concerning is not None:
        snapshot = look.concerning(snapshot)
    found = {one.metadata.name for one in snapshot.daemonsets}
    missing = tuple(name for name in names if name not in found)
    seen = look.seen(snapshot)
    not_found = bool(missing) and not values.get("ignore_not_found")
    lacking = bool(seen.incomplete) or seen.has_unjudged or not_found
    cluster = FleetCluster(
        context=context,
        report=seen.report,
        scope=scope.namespace,
        missing=missing,
        incomplete=seen.incomplete,
        has_unjudged=seen.has_unjudged,
        members=members_of(snapshot, seen.covered),
        taken_at=snapshot.taken_at,
        ends_with=exit_code_for(values, incomplete=lacking, findings=seen.has_findings),
    )
    return cluster, seen.text


def _say(environment: Environment, clusters: "Sequence[FleetCluster]") -> None:
    """What is lacking, on standard error, each with its cluster's name."""
    for cluster in clusters:
        told = [cluster.error] if cluster.error else [gap.message for gap in cluster.incomplete]
        told += [f'daemonsets.apps "{name}" not found' for name in cluster.missing]
        for words in told:
            print(safe(f"warning: {cluster.context}: {words}"), file=environment.stderr)
