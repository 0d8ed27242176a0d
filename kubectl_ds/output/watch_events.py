"""Changes one by one, as `get --watch` prints them: an object by itself, or inside its event.

Mirrors the watch of k8s.io/kubectl/pkg/cmd/get/get.go and what the printers of k8s.io/cli-runtime make of a
metav1.WatchEvent.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from kubectl_ds.output.formats import OutputFormat
from kubectl_ds.output.objects import column_printer, jsonpath_text, object_name, render_objects, with_kind

Object = Mapping[str, Any]


class ChangePrinter:
    """Prints changes in one format that is no table and no Go template: headers once, documents parted."""

    def __init__(
        self,
        output_format: OutputFormat,
        *,
        in_events: bool = False,
        show_managed_fields: bool = False,
        allow_missing_template_keys: bool = True,
        no_headers: bool = False,
    ) -> None:
        self._format = output_format
        self._in_events = in_events
        self._show_managed_fields = show_managed_fields
        self._allow_missing_template_keys = allow_missing_template_keys
        by_columns = output_format.name == "custom-columns"
        self._columns = column_printer(output_format, no_headers=no_headers) if by_columns else None
        self._begun = False

    def text(self, changes: Sequence[tuple[str, Object]]) -> str:
        """The changes (ADDED, MODIFIED, DELETED; and the object) in order. Raises `UsageError` as `render_objects`."""
        if self._columns is not None:
            rows = [self._event(change, item) if self._in_events else item for change, item in changes]
            return self._columns.text(rows) if rows else ""
        return "".join(self._parted(self._document(change, item)) for change, item in changes)

    def _parted(self, document: str) -> str:
        # KYAML brings its own separator.
        separator = "---\n" if self._begun and self._format.name == "yaml" else ""
        self._begun = True
        return separator + document

    def _document(self, change: str, item: Object) -> str:
        if self._in_events:
            return self._event_text(change, item)
        return render_objects(
            [item],
            self._format,
            single=True,
            show_managed_fields=self._show_managed_fields,
            allow_missing_template_keys=self._allow_missing_template_keys,
        )

    def _event_text(self, change: str, item: Object) -> str:
        """kubectl keeps managedFields inside events, writes JSON on one line, and sorts no struct's fields."""
        event = self._event(change, item)
        match self._format.name:
            case "name":
                return f"{object_name(event['object'])}\n"
            case "json":
                from kubectl_ds.output.go_json import compact_json, json_string

                return f'{{"type":{json_string(change)},"object":{compact_json(event["object"])}}}\n'
            case "yaml":
                from kubectl_ds.output.go_yaml import yaml_document

                return yaml_document(event)
            case "kyaml":
                from kubectl_ds.output.kyaml import kyaml_document

                opening = "---\n{\n"
                rest = kyaml_document({"object": event["object"]}).removeprefix(opening)
                return f'{opening}  type: "{change}",\n{rest}'
            case _:
                return jsonpath_text(
                    event, self._format, allow_missing_keys=self._allow_missing_template_keys
                )

    def _event(self, change: str, item: Object) -> dict[str, Any]:
        return {"type": change, "object": with_kind(item, "DaemonSet", "apps/v1")}
