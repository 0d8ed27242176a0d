"""What a kubectl is given so that it prints our objects with a Go template, no cluster in sight.

`kubectl patch --local` runs anywhere and prints whatever object comes out. It takes a `List` apart before it
patches, and `get` shows templates the whole List: so what goes in is a List without items, and the patch, a
JSON Patch as that alone keeps nulls, adds them.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from kubectl_ds.output.formats import OutputFormat
from kubectl_ds.output.objects import object_list, with_kind

# kubectl reads a patch as YAML, to which these are no characters, or line breaks.
_NOT_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


class TemplateRun(Struct, frozen=True):
    """One run of `kubectl patch --local`: `kube/kubectl_binary.py` hands it the two documents."""

    target: str
    """The object to patch."""
    patch: str
    """The JSON patch."""
    arguments: tuple[str, ...]
    """The output flags."""


def template_run(
    objects: Sequence[Mapping[str, Any]],
    output_format: OutputFormat,
    *,
    single: bool,
    kind: str = "DaemonSet",
    api_version: str = "apps/v1",
    allow_missing_template_keys: bool = True,
) -> TemplateRun:
    """The run that prints the objects as `kubectl get -o go-template=…` would; parameters as `render_objects`.

    A format that names a file has to have been read (`load_template`).
    """
    typed = [with_kind(item, kind, api_version) for item in objects]
    whole = typed[0] if single and len(typed) == 1 else object_list(typed)
    target = {"apiVersion": whole["apiVersion"], "kind": whole["kind"], "metadata": {"name": "objects"}}
    patch = [{"op": "add", "path": f"/{_pointer(key)}", "value": whole[key]} for key in sorted(whole)]
    return TemplateRun(
        target=_as_yaml_reads_it(target),
        patch=_as_yaml_reads_it(patch),
        arguments=(
            "--output=go-template",
            f"--template={output_format.argument}",
            f"--allow-missing-template-keys={str(allow_missing_template_keys).lower()}",
        ),
    )


def _pointer(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _as_yaml_reads_it(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return _NOT_IN_YAML.sub(lambda found: f"\\u{_code(found[0]):04x}", text)


def _code(character: str) -> int:
    code = ord(character)
    return 0xFFFD if 0xD800 <= code <= 0xDFFF else code
