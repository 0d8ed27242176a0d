"""What `create` does, from the words on the command line to the object on the server."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from kubectl_ds.commands.create_options import creation_from
from kubectl_ds.commands.reading import read_options_from, session_from
from kubectl_ds.core.create import (
    SOURCE_KINDS,
    CannotCarryOver,
    Made,
    as_applied,
    from_images,
    from_workload,
)
from kubectl_ds.environment import Environment
from kubectl_ds.errors import KubectlDsError, UsageError
from kubectl_ds.exit_codes import ExitCode
from kubectl_ds.output.formats import FormatName, OutputFormat, parse_output_format
from kubectl_ds.output.terminal_text import safe

if TYPE_CHECKING:
    from kubectl_ds.kube.connection import Session
    from kubectl_ds.kube.decoding import RawObject

_FORMATS: tuple[FormatName, ...] = ("json", "kyaml", "name", "table", "yaml", "jsonpath", "jsonpath-as-json")


def create(
    environment: Environment, name: str, arguments: Sequence[str], values: Mapping[str, Any]
) -> ExitCode:
    """Make the manifest, say where it lands, write it unless told otherwise, and print what came of it."""
    asked = parse_output_format(values["output"], allowed=_FORMATS)
    refuse_what_does_not_go_together(name, arguments, values)
    offline = values["dry_run"] == "client" and not values["source"]
    opened: AbstractContextManager[Session | None] = (
        nullcontext() if offline else session_from(environment, values)
    )
    with opened as session:
        made = _made(environment, values, name, arguments, session)
        for note in made.notes:
            print(safe(note), file=environment.stderr)
        manifest = _noted(made.manifest) if values["save_config"] else made.manifest
        if session is not None and values["dry_run"] != "client":
            manifest = _written(environment, session, values, manifest)
    _show(environment, values, asked, manifest)
    return ExitCode.OK


def refuse_what_does_not_go_together(name: str, arguments: Sequence[str], values: Mapping[str, Any]) -> None:
    """Raises `UsageError`; most are kubectl's own rules of `create deployment`."""
    sources = [bool(values["images"]), bool(values["source"]), bool(values["filename"])]
    if sum(sources) == 0:
        raise UsageError(
            'required flag(s) "image" not set', hint="or --from deployment/NAME, or --from -f FILE"
        )
    if sum(sources) > 1:
        raise UsageError("--image, --from TYPE/NAME and -f exclude each other", hint="give one of them")
    if not name and values["images"]:
        raise UsageError("exactly one NAME is required, got 0")
    if len(values["images"]) > 1 and arguments:
        raise UsageError("cannot specify multiple --image options and command")


def _made(
    environment: Environment,
    values: Mapping[str, Any],
    name: str,
    arguments: Sequence[str],
    session: "Session | None",
) -> Made:
    if values["images"]:
        return from_images(creation_from(name, arguments, values))
    workload = _workload(environment, values, session)
    creation = creation_from(name or str(workload["metadata"].get("name", "")), arguments, values)
    try:
        return from_workload(workload, creation)
    except CannotCarryOver as error:
        named = f"{workload.get('kind')} {workload['metadata'].get('name')}"
        raise UsageError(f"{named} cannot be made a DaemonSet: {error}") from None


def _workload(environment: Environment, values: Mapping[str, Any], session: "Session | None") -> "RawObject":
    if values["source"]:
        from kubectl_ds.kube.create import read_workload

        assert session is not None
        return read_workload(
            session.transport, values["source"], session.namespace, read_options_from(values)
        )
    from kubectl_ds.kube.manifests import read_manifests

    found = [one.object for one in read_manifests([values["filename"]], environment.stdin)]
    workloads = [one for one in found if one["kind"] in SOURCE_KINDS]
    if len(workloads) != 1:
        kinds = ", ".join(dict.fromkeys(str(one["kind"]) for one in found)) or "nothing"
        raise UsageError(
            f"{values['filename']} holds {len(workloads)} workloads to make a DaemonSet of, not one ({kinds})",
            hint="a Deployment, ReplicaSet or StatefulSet is wanted",
        )
    workloads[0].setdefault("metadata", {})
    return workloads[0]


def _noted(manifest: "RawObject") -> "RawObject":
    from kubectl_ds.output.go_json import compact_json

    return as_applied(manifest, compact_json(manifest))


def _written(
    environment: Environment, session: "Session", values: Mapping[str, Any], manifest: "RawObject"
) -> "RawObject":
    from kubectl_ds.kube.create import create_daemonset

    _say_where_it_lands(environment, session, values, manifest)
    return create_daemonset(
        session.transport,
        str(manifest["metadata"].get("namespace") or session.namespace),
        manifest,
        field_manager=values["field_manager"],
        dry_run=values["dry_run"] == "server",
    )


def _say_where_it_lands(
    environment: Environment, session: "Session", values: Mapping[str, Any], manifest: "RawObject"
) -> None:
    """On standard error; that the nodes may not be read keeps nobody from creating."""
    import msgspec

    from kubectl_ds.core.landing import landing
    from kubectl_ds.core.model import DaemonSet
    from kubectl_ds.kube.decoding import typed_object
    from kubectl_ds.kube.reader import read_nodes
    from kubectl_ds.output.create import landing_sentences

    try:
        daemonset = typed_object(manifest, DaemonSet)
        nodes = read_nodes(session.transport, read_options_from(values))
    except msgspec.ValidationError as error:
        raise UsageError(f"the manifest is not as the API has it: {error}") from None
    except KubectlDsError as error:
        print(f"On how many nodes it lands is not known: {safe(error.message)}", file=environment.stderr)
        return
    for words in landing_sentences(landing(daemonset, nodes)):
        print(words, file=environment.stderr)


def _show(
    environment: Environment, values: Mapping[str, Any], asked: OutputFormat, created: "RawObject"
) -> None:
    from kubectl_ds.commands.printing import write_for_scripts
    from kubectl_ds.output.create import created_sentence
    from kubectl_ds.output.objects import render_objects

    if asked.is_table:
        environment.stdout.write(created_sentence(str(created["metadata"]["name"]), values["dry_run"]))
        return
    text = render_objects([created], asked, single=True, show_managed_fields=values["show_managed_fields"])
    write_for_scripts(environment, asked, text)
