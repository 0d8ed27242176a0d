"""Kubernetes objects as `kubectl get` prints them in every format that is not a table.

Mirrors k8s.io/kubectl/pkg/cmd/get/get.go (printGeneric) and the printers of k8s.io/cli-runtime. What goes to
scripts stays as it is: JSON, YAML and jsonpath are not made safe for a terminal here.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kubectl_ds.errors import UsageError
from kubectl_ds.output.formats import OutputFormat
from kubectl_ds.output.go_values import quoted

if TYPE_CHECKING:
    from kubectl_ds.output.custom_columns import ColumnPrinter

Object = Mapping[str, Any]


def render_objects(
    objects: Sequence[Object],
    output_format: OutputFormat,
    *,
    single: bool,
    kind: str = "DaemonSet",
    api_version: str = "apps/v1",
    show_managed_fields: bool = False,
    allow_missing_template_keys: bool = True,
    no_headers: bool = False,
) -> str:
    """What kubectl prints for the objects: one as itself when `single`, else a `List` of them.

    `single` says that exactly one was asked for by name. `kind` and `api_version` go into objects that lack
    them, as the items of a list do on the wire. `output_format` is no table, no go-template and has had its
    file read (`load_template`); any of those is a ValueError. Raises `UsageError` with kubectl's words for a
    template that is wrong or asks an object for what it does not have.
    """
    typed = [with_kind(item, kind, api_version) for item in objects]
    if output_format.name == "custom-columns":
        return column_printer(output_format, no_headers=no_headers).text(typed)
    if output_format.name == "name":
        return "".join(f"{object_name(item)}\n" for item in typed)
    if output_format.name in ("json", "yaml", "kyaml") and not show_managed_fields:
        typed = [without_managed_fields(item) for item in typed]
    document = typed[0] if single and len(typed) == 1 else object_list(typed)
    match output_format.name:
        case "json":
            from kubectl_ds.output.go_json import indented_json

            return indented_json(document) + "\n"
        case "yaml":
            from kubectl_ds.output.go_yaml import yaml_document

            return yaml_document(document)
        case "kyaml":
            from kubectl_ds.output.kyaml import kyaml_document

            return kyaml_document(document)
        case "jsonpath" | "jsonpath-as-json":
            return jsonpath_text(document, output_format, allow_missing_keys=allow_missing_template_keys)
        case _:
            raise ValueError(f"{output_format.name} is not printed from objects alone")


def object_list(objects: Sequence[Object]) -> dict[str, Any]:
    """The `List` into which kubectl puts several objects, or none."""
    return {"apiVersion": "v1", "items": list(objects), "kind": "List", "metadata": {"resourceVersion": ""}}


def object_name(item: Object) -> str:
    """`daemonset.apps/NAME`, as `-o name` has it (cli-runtime's NamePrinter)."""
    metadata = item.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    group = str(item.get("apiVersion", "")).rpartition("/")[0]
    kind = str(item.get("kind", "")).lower() + (f".{group}" if group else "")
    return f"{kind}/{name or '<unknown>'}"


def with_kind(item: Object, kind: str, api_version: str) -> Object:
    """The object with kind and apiVersion, which the items of a list on the wire lack."""
    if item.get("kind") and item.get("apiVersion"):
        return item
    return {**item, "apiVersion": item.get("apiVersion") or api_version, "kind": item.get("kind") or kind}


def without_managed_fields(item: Object) -> Object:
    """The object as kubectl prints it unless --show-managed-fields is given."""
    metadata = item.get("metadata")
    if not isinstance(metadata, Mapping) or "managedFields" not in metadata:
        return item
    return {**item, "metadata": {key: metadata[key] for key in metadata if key != "managedFields"}}


def jsonpath_text(document: Object, output_format: OutputFormat, *, allow_missing_keys: bool) -> str:
    """What a jsonpath template makes of a document. Raises `UsageError` with kubectl's words."""
    from kubectl_ds.output.jsonpath import JSONPath, JSONPathError

    template = output_format.argument
    try:
        path = JSONPath(template, allow_missing_keys=allow_missing_keys)
    except JSONPathError as error:
        raise UsageError(f"error parsing jsonpath {template}, {error}") from None
    try:
        return path.json(document) if output_format.name == "jsonpath-as-json" else path.text(document)
    except JSONPathError as error:
        raise UsageError(f"error executing jsonpath {quoted(template)}: {error}") from None


def column_printer(output_format: OutputFormat, *, no_headers: bool = False) -> "ColumnPrinter":
    """What prints objects in the columns asked for. Raises `UsageError` with kubectl's words."""
    from kubectl_ds.output.custom_columns import ColumnPrinter, parse_column_file, parse_columns

    if output_format.from_file:
        # kubectl forgets --no-headers for this form.
        return ColumnPrinter(parse_column_file(output_format.argument))
    return ColumnPrinter(parse_columns(output_format.argument), no_headers=no_headers)
