"""The volumes of a pod template, in the words and layout of `kubectl describe`.

Mirrors describeVolumes of kubectl's pkg/describe/describe.go.
"""

from collections.abc import Mapping, Sequence

from kubectl_ds.output.describe_values import Object, object_of, text_of
from kubectl_ds.output.describe_volume_kinds import KINDS
from kubectl_ds.output.tabwriter import CELL


def volume_lines(volumes: Sequence[Object]) -> list[str]:
    """The `Volumes:` block of a pod template."""
    if not volumes:
        return [f"  Volumes:{CELL}<none>"]
    lines = ["  Volumes:"]
    for volume in volumes:
        lines.append(f"   {text_of(volume, 'name')}:")
        lines.extend(_source_lines(volume))
    return lines


def _source_lines(volume: Object) -> list[str]:
    for kind in KINDS:
        if (source := volume.get(kind.field)) is not None:
            return kind.lines(object_of(volume, kind.field) if isinstance(source, Mapping) else {})
    return ["  <unknown>"]
