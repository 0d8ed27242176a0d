"""`kubectl ds snapshot`: what the other commands read of a cluster, in one file."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

from kubectl_ds.commands.declared import Declared, Flag, Switch, Text
from kubectl_ds.commands.options import CONNECTION, READING, SCOPE
from kubectl_ds.environment import Environment
from kubectl_ds.errors import UsageError
from kubectl_ds.exit_codes import ExitCode

if TYPE_CHECKING:
    from kubectl_ds.kube.connection import Session
    from kubectl_ds.kube.dump.writing import Written
    from kubectl_ds.kube.scope import ReadOptions

EPILOG = """\b
Examples:
  kubectl ds snapshot -o cluster.json.gz            all that the other commands read
  kubectl ds coverage -A --from cluster.json.gz     any of them, later and elsewhere
  kubectl ds snapshot --redact -o bug.json.gz       the same cluster, and nobody's names
  kubectl ds snapshot -o - | ssh support 'cat > cluster.json.gz'
"""

STDOUT = "-"
_NOT_FOUND = 404

OWN = (
    Flag("-o", "--output", kind=Text(""), metavar="FILE", help="The file to write; - is standard output."),
    Flag(
        "--redact",
        kind=Switch(),
        help="With stand-ins for names and addresses, and without env, arguments, annotations and messages.",
    ),
)
WHERE = tuple(flag for flag in SCOPE if flag.name in ("namespace", "all_namespaces"))
WITHOUT_CACHE = tuple(flag for flag in READING if flag.name != "fast")
"""What is to be trusted later is not read from a cache that may be behind."""


def run(environment: Environment, /, **values: Any) -> ExitCode:
    """The cluster as it is now, in one compressed file that --from reads back.

    It holds what the other commands read and nothing else: Secrets and ConfigMaps are never asked for. Without -n
    all namespaces are in it.
    """
    from kubectl_ds.commands.reading import exit_code_for, session_from, showing_progress

    if not values["output"]:
        raise UsageError("snapshot needs a file to write", hint="give -o FILE, or -o - for standard output")
    if values["output"] == STDOUT and environment.stdout_is_terminal:
        raise UsageError("a snapshot is not for a terminal", hint="give -o FILE, or pipe it on")
    with session_from(environment, values) as session, showing_progress(session, values) as options:
        written = _written(environment, values, session, options)
    _say(environment, values, written)
    gaps = [gap for gap in written.gaps if gap.resource != "podmetrics"]
    return exit_code_for(values, incomplete=bool(gaps), findings=False)


command = Declared(
    "snapshot",
    run,
    flags=(*OWN, *WHERE, *WITHOUT_CACHE, *CONNECTION),
    epilog=EPILOG,
)


def _written(
    environment: Environment, values: Mapping[str, Any], session: "Session", options: "ReadOptions"
) -> "Written":
    from kubectl_ds.kube.dump.redacting import redact_snapshot
    from kubectl_ds.kube.dump.saving import file_at, spooled, standard_output
    from kubectl_ds.kube.dump.writing import write_snapshot

    def write(out: BinaryIO) -> "Written":
        return write_snapshot(
            session.transport,
            out,
            options,
            only=None if values["all_namespaces"] else values["namespace"] or None,
            namespace=session.namespace if session.homes is None else "",
            now=environment.now(),
        )

    path = values["output"]
    with standard_output(environment.stdout) if path == STDOUT else file_at(path) as out:
        if not values["redact"]:
            return write(out)
        # Whose names there are is known when everything has been read.
        with spooled() as whole:
            written = write(whole)
            whole.seek(0)
            redact_snapshot(whole, out)
        return written


def _say(environment: Environment, values: Mapping[str, Any], written: "Written") -> None:
    """On standard error: standard output may be the snapshot itself."""
    from kubectl_ds.output.snapshot import written_sentence
    from kubectl_ds.output.terminal_text import safe

    for gap in written.gaps:
        without_metrics = gap.resource == "podmetrics" and gap.status == _NOT_FOUND
        words = (
            "the cluster has no metrics API: what pods use is not known" if without_metrics else gap.message
        )
        print(f"warning: {safe(words)}", file=environment.stderr)
    path = "standard output" if values["output"] == STDOUT else values["output"]
    print(safe(written_sentence(path, written.counts, written.taken_at)), file=environment.stderr)
